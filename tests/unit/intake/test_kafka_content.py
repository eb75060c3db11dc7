"""What a record of counter-actions says, whichever mode it is in; what is given twice in it, and whose answer that is."""

from typing import Any, NamedTuple

import pytest

from events.codec import dumps
from events.errors import UnreadableMessageError
from services.intake.adapters.kafka_content import content_of
from services.intake.domain.actions import Refusal
from tests.unit.intake.counter import SOURCE, raw_action

ACCEPTED = raw_action("dossier-accepted.v1")
STRUCTURED = ("content-type", b"application/cloudevents+json")


class Record(NamedTuple):
    """As far as it is looked at."""

    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def binary(*more: tuple[str, bytes], value: bytes | None = b"{}") -> Any:
    told = {name: str(one).encode() for name, one in ACCEPTED.items() if name != "data"}
    return Record(
        value, (("content-type", b"application/json"), *((f"ce_{name}", one) for name, one in told.items()), *more)
    )


def structured(value: bytes, *more: tuple[str, bytes]) -> Any:
    return Record(value, (STRUCTURED, *more))


def test_both_modes_say_the_same() -> None:
    by_headers = content_of(binary(value=dumps(ACCEPTED["data"])))
    assert by_headers == content_of(structured(dumps(ACCEPTED))) == (ACCEPTED, ACCEPTED["id"], SOURCE)


@pytest.mark.parametrize("name", ["ce_time", "ce_unitid", "content-type"])
def test_a_header_that_is_given_twice_is_named_and_its_sender_is_answered(name: str) -> None:
    refusal = Refusal(code="given-twice", field_name=name)
    assert content_of(binary((name, b"again"))) == (refusal, ACCEPTED["id"], SOURCE)


@pytest.mark.parametrize(("name", "whose"), [("id", ("", SOURCE)), ("source", (ACCEPTED["id"], ""))])
def test_an_identity_that_is_given_twice_is_not_answered_under_one_of_the_two(
    name: str, whose: tuple[str, str]
) -> None:
    assert content_of(binary((f"ce_{name}", b"x"))) == (Refusal(code="given-twice", field_name=f"ce_{name}"), *whose)
    twice = dumps(ACCEPTED)[:-1] + f',"{name}":"x"}}'.encode()
    assert content_of(structured(twice)) == (Refusal(code="given-twice", field_name=name), *whose)


def test_a_member_of_the_value_that_is_given_twice_is_named() -> None:
    refusal = Refusal(code="given-twice", field_name="/data/round_no")
    assert content_of(binary(value=b'{"round_no": 1, "round_no": 2}')) == (refusal, ACCEPTED["id"], SOURCE)
    value = dumps(ACCEPTED).replace(b'"data":{', b'"data":{"round_no":1,"round_no":2,')
    assert content_of(structured(value)) == (refusal, ACCEPTED["id"], SOURCE)


def test_what_header_and_value_both_say_is_given_twice() -> None:
    refusal = Refusal(code="given-twice", field_name="ce_unitid")
    assert content_of(structured(dumps(ACCEPTED), ("ce_unitid", b"6"))) == (refusal, ACCEPTED["id"], SOURCE)


@pytest.mark.parametrize("value", [None, b""])
def test_headers_without_a_value_are_an_action_without_data(value: bytes | None) -> None:
    said, action_id, source = content_of(binary(value=value))
    assert (said, action_id, source) == ({**ACCEPTED, "data": None}, ACCEPTED["id"], SOURCE)


@pytest.mark.parametrize("record", [Record(None, ()), Record(b"[1]", ()), Record(None, (STRUCTURED,))])
def test_a_record_that_is_no_cloudevent_is_unreadable(record: Any) -> None:
    with pytest.raises(UnreadableMessageError):
        content_of(record)
