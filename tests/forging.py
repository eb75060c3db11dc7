"""Records that a stranger may put on `dossier-events`, of a dossier whose true events are known, in order."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from events import dossier
from events.codec import to_kafka
from events.envelope import Event
from tests.sealing import sealed

Raw = tuple[bytes, bytes, Any]


def made_up(life: Sequence[Event], number: int) -> Event:
    """The end of the dossier, said by a stranger as event `number`, with no seal yet."""
    like = life[min(number, len(life)) - 1].envelope
    envelope = replace(
        like,
        event_id=f"forged-{number}",
        stream_seq=number,
        event_type="dossier-withdrawn.v1",
        prev_hash=None,
        hash=None,
    )
    return Event(envelope=envelope, data=dossier.DossierWithdrawn())


def _before(life: Sequence[Event], number: int) -> str | None:
    return life[number - 2].envelope.hash


def without_a_hash(life: Sequence[Event], number: int) -> Raw:
    return to_kafka(made_up(life, number))


def with_a_wrong_hash(life: Sequence[Event], number: int) -> Raw:
    event = sealed(made_up(life, number), _before(life, number))
    return to_kafka(replace(event, envelope=replace(event.envelope, hash="ab" * 32)))


def with_the_hash_of_the_true_one(life: Sequence[Event], number: int) -> Raw:
    event = sealed(made_up(life, number), _before(life, number))
    return to_kafka(replace(event, envelope=replace(event.envelope, hash=life[number - 1].envelope.hash)))


def with_a_wrong_predecessor(life: Sequence[Event], number: int) -> Raw:
    return to_kafka(sealed(made_up(life, number), "cd" * 32))


FORGERIES: dict[str, tuple[Callable[[Sequence[Event], int], Raw], str]] = {
    "without a hash": (without_a_hash, "it has no hash"),
    "with a wrong hash": (with_a_wrong_hash, "it was changed: its hash is another"),
    "with the hash of the true one": (with_the_hash_of_the_true_one, "it was changed: its hash is another"),
    "with a wrong predecessor": (with_a_wrong_predecessor, "it does not follow from the event before"),
}
"""How it is forged, and what is said of it where it comes before the true event of its number."""


def of_a_number_that_was(life: Sequence[Event], number: int) -> Raw:
    """With a right hash and the right predecessor: only that the number is taken shows it."""
    return to_kafka(sealed(made_up(life, number), _before(life, number)))


def too_early(life: Sequence[Event], number: int) -> Raw:
    """Whole by itself, and numbers are missing before it."""
    return to_kafka(sealed(made_up(life, number), "cd" * 32))
