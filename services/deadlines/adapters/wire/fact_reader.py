"""Kafka record -> fact: the codec of every service, and what `rules.clocks.fact_of` reads of each event.

Raises a MessageError (dead-letter) for a record that can't be understood, or that has no business on `dossier-events`.
"""

from collections.abc import Iterable, Sequence

from events.catalog import DOSSIER_TYPES
from events.codec import core_from_kafka
from events.errors import MessageError, UnknownEventTypeError, UnreadableMessageError
from events.hash_chain import Link
from events.record_chain import link_of_record
from events.topics import Topic
from rules.clocks.fact_of import fact_of
from rules.clocks.facts import Fact

_FIRST_YEAR, _LAST_YEAR = 1901, 2298
"""What the statistics can hold too (`services.stats.domain.rows`); beyond that no event happened."""


def read_fact(
    key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]], known_at: int
) -> Fact:
    """The fact of one record of `dossier-events`. `known_at`: the record's time in the log, microseconds UTC.

    Raises:
        MessageError: it can't be understood, or stands under the key of another dossier. Nothing else is ever raised: what the
            codec or a reading didn't foresee is one more record that can't be understood.
    """
    try:
        envelope, data = core_from_kafka(value, headers)
        if not _FIRST_YEAR <= envelope.occurred_at.year <= _LAST_YEAR:
            raise UnreadableMessageError(
                f"time: {envelope.occurred_at} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}"
            )
        if envelope.event_type not in DOSSIER_TYPES:
            raise UnknownEventTypeError(f"type: {envelope.event_type!r} belongs on {Topic.DEADLINE_EVENTS}")
        if key is None or key != envelope.dossier_id.encode():
            raise UnreadableMessageError(f"the key {key!r} is not the subject {envelope.dossier_id!r}")
        return fact_of(envelope, data, known_at)
    except MessageError:
        raise
    except Exception as error:
        raise UnreadableMessageError(f"{type(error).__name__}: {error}") from error


def read_linked(
    key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]], known_at: int
) -> tuple[Fact, Link]:
    """The fact of one record, and its link in the hash chain. Raises what `read_fact` does, for the same."""
    fact = read_fact(key, value, headers, known_at)
    try:
        return fact, link_of_record(value, headers, fact.seq)
    except MessageError:
        raise
    except Exception as error:
        raise UnreadableMessageError(f"{type(error).__name__}: {error}") from error
