"""The hash chain shows every gap and change, and anybody can redo it with the standard library alone."""

import hashlib
import json
from typing import Any

import pytest

from events.codec import dumps, from_kafka, from_structured, to_kafka, to_structured
from events.hash_chain import GENESIS, first_break, hash_of
from tests.contract.published import example


def chain() -> list[dict[str, Any]]:
    return [example("envelope.v1", "first"), example("envelope.v1", "second")]


def test_the_examples_are_an_unbroken_chain() -> None:
    assert chain()[0]["prevhash"] == GENESIS
    assert first_break(chain()) is None
    assert first_break([]) is None


def test_the_hash_can_be_redone_without_our_code() -> None:
    for event in chain():
        claimed = event.pop("hash")
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == claimed


def test_the_hash_is_the_same_before_writing_and_after_reading() -> None:
    for event in chain():
        ours = from_structured(event)
        _, value, headers = to_kafka(ours)
        assert hash_of(to_structured(ours)) == event["hash"]
        assert hash_of(json.loads(dumps(to_structured(ours)))) == event["hash"]
        assert hash_of(to_structured(from_kafka(value, headers))) == event["hash"]


def test_the_order_of_keys_does_not_matter() -> None:
    event = chain()[0]
    assert hash_of(dict(reversed(event.items()))) == hash_of(event)


@pytest.mark.parametrize("name", [name for name in chain()[0] if name != "hash"])
def test_a_change_of_any_attribute_shows(name: str) -> None:
    first, second = chain()
    assert first_break([{**first, name: "changed"}, second]) == 1


def test_a_change_with_a_new_hash_shows_at_the_next_event() -> None:
    first, second = chain()
    forged = {**first, "time": "2026-02-12T08:00:00+07:00"}
    forged["hash"] = hash_of(forged)
    assert first_break([forged, second]) == 2


def test_a_missing_a_doubled_and_a_swapped_event_show() -> None:
    first, second = chain()
    assert first_break([second]) == 1
    assert first_break([first, first]) == 2
    assert first_break([second, first]) == 1


def test_a_wrong_number_shows_even_when_the_hashes_fit() -> None:
    first, second = chain()
    renumbered = {**second, "streamseq": 3}
    renumbered["hash"] = hash_of(renumbered)
    assert first_break([first, renumbered]) == 2
