"""Dead letters as they stand on their topic: what they say, which are open, and what a terminal may be shown."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord

from motcua.commands.dlq_command import escaped
from motcua.dead_letters import letters_of, parsed_place
from motcua.output import CommandError

TOPIC = "counter-actions-dlq"


def record(offset: int, headers: list[tuple[str, bytes]], value: bytes | None = b"{") -> Any:
    return ConsumerRecord(
        topic=TOPIC, partition=0, offset=offset, timestamp=1_772_413_200_000, timestamp_type=0, key=b"k", value=value,
        checksum=None, serialized_key_size=1, serialized_value_size=1, headers=headers,
    )  # fmt: skip


def put_aside(offset: int, topic: str = "counter-actions", partition: str = "3") -> Any:
    said = {"dlq_topic": topic, "dlq_partition": partition, "dlq_offset": "7", "dlq_reason": "unreadable"}
    own = [("accept-language", b"en"), ("dlq_reason", b"the counter's own")]
    return record(offset, [*own, *((name, text.encode()) for name, text in said.items())])


def test_a_letter_says_where_it_came_from_and_keeps_the_headers_of_before() -> None:
    (letter,) = letters_of([put_aside(4)])
    assert (letter.place, letter.stood_at, letter.origin) == (
        f"{TOPIC}:0@4",
        "counter-actions:3@7",
        ("counter-actions", 3),
    )
    assert (letter.reason, letter.original_headers()) == ("unreadable", [("accept-language", b"en")])


def test_a_letter_is_open_until_a_mark_names_it_and_the_mark_is_no_letter() -> None:
    mark = record(6, [("dlq_replayed", b"0@4"), ("dlq_replayed_to", b"counter-actions:3@9")], None)
    letters = letters_of([put_aside(4), put_aside(5), mark])
    assert [(one.offset, one.is_replayed) for one in letters] == [(4, True), (5, False)]


def test_who_sends_a_mark_of_his_own_hides_no_letter() -> None:
    forged = put_aside(5)
    forged.headers.append(("dlq_replayed", b"0@4"))
    assert [one.is_replayed for one in letters_of([put_aside(4), forged])] == [False, False]


@pytest.mark.parametrize(("topic", "partition"), [("dossier-events", "0"), ("counter-actions", "x"), ("", "")])
def test_a_letter_goes_back_only_to_the_topic_whose_dead_letter_it_is(topic: str, partition: str) -> None:
    (letter,) = letters_of([put_aside(4, topic, partition)])
    with pytest.raises(CommandError, match="doesn't say where it came from"):
        _ = letter.origin


@pytest.mark.parametrize("place", ["", "12", "counter-actions:0@1", f"{TOPIC}:0", f"{TOPIC}:0@-1", f"{TOPIC}:0@1 "])
def test_a_place_is_named_as_the_list_names_it(place: str) -> None:
    assert parsed_place(f"{TOPIC}:0@12") == (TOPIC, 0, 12)
    with pytest.raises(CommandError, match="is no place of a dead letter"):
        parsed_place(place)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(None, "—"), ("hồ sơ".encode(), "hồ sơ"), (b"\x1b[2J\r\n", "\\x1b[2J\\r\\n"), (b"\xff{", "\\xff{"),
     ("\u202e\u200b".encode(), "\\u202e\\u200b")],
)  # fmt: skip
def test_nothing_that_steers_a_terminal_reaches_it(raw: bytes | None, shown: str) -> None:
    assert escaped(raw) == shown
