"""What is said twice in JSON is named, wherever it stands; what is said once is never refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import UnreadableMessageError
from services.intake.adapters.given_once import parse_once
from services.intake.domain.actions import Refusal

TWICE = {
    b'{"time": 1, "id": "a", "time": 2}': "time",
    b'{"time": 1, "time": 1}': "time",
    b'{"t:me": 1, "t:me": "a:b"}': "t:me",
    b'{"data": {"term": {"value": 1, "value": 2}}}': "/data/term/value",
    b'{"data": {"a": [0, {"b/c": 1, "b/c": 2}]}}': "/data/a/1/b~1c",
    b'{"data": {"a": 1}, "data": {"a": 1}}': "data",
    rb'{"time": "\u003a", "time": 2}': "time",
    rb'{"own": "\u003a\u003A", "time": 1, "time": 2}': "time",
    rb'{"tim\u0065": 1, "time": 2}': "time",
    '{"ghi chú": 1, "ghi chú": 2}'.encode(): "ghi chú",
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("body", TWICE, ids=lambda body: body[:40].decode())
def test_a_member_that_stands_twice_is_named(body: bytes) -> None:
    assert parse_once(body) == Refusal(code="given-twice", field_name=TWICE[body])


def test_in_the_data_of_binary_mode_it_is_named_below_the_data() -> None:
    assert parse_once(b'{"round_no": 1, "round_no": 2}', "/data") == Refusal(
        code="given-twice", field_name="/data/round_no"
    )


def test_in_a_batch_only_the_action_is_refused_in_which_it_stands() -> None:
    first, second, third = parse_once(b'[{"id": "a"}, {"id": "b", "time": 1, "time": 2}, {"id": "c"}]')
    assert (first, third) == ({"id": "a"}, {"id": "c"})
    assert second == Refusal(code="given-twice", field_name="time")


@pytest.mark.parametrize("body", [b'{"a": 1, "A": 2}', rb'{"a": "\u003a"}', b"[]", b'{"a": {"b": 1}, "c": {"b": 1}}'])
def test_what_stands_once_is_read_as_ever(body: bytes) -> None:
    assert parse_once(body) == json.loads(body)


@pytest.mark.parametrize("body", [None, b"", b"{", b'{"a": 1, "a": }'])
def test_what_is_no_json_is_unreadable_as_ever(body: bytes | None) -> None:
    with pytest.raises(UnreadableMessageError):
        parse_once(body)


@pytest.mark.parametrize("levels", [300, 1_000])
def test_however_deep_it_nests_nothing_breaks(levels: int) -> None:
    body = b'{"a":' * levels + b"1" + b"}" * levels
    assert isinstance(parse_once(body), dict | Refusal)


@given(JSON, st.booleans())
def test_no_json_that_says_everything_once_is_refused(value: Any, is_ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert not isinstance(parse_once(body), Refusal)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, min_size=1), st.data(), st.booleans())
def test_whichever_member_is_repeated_it_is_found(value: dict[str, Any], data: st.DataObject, is_ascii: bool) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    pairs = [*value.items(), (name, data.draw(JSON))]
    members = [
        f"{json.dumps(key, ensure_ascii=is_ascii)}:{json.dumps(one, ensure_ascii=is_ascii)}" for key, one in pairs
    ]
    found = parse_once(("{" + ",".join(members) + "}").encode())
    assert found == Refusal(code="given-twice", field_name=name)
