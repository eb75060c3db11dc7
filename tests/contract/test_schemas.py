"""The schemas are sound, take every valid example and refuse every invalid one at its field."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import jsonschema_rs
import pytest

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE
from events.codec import SCHEMA_URN
from events.deadline import ClockKind
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES
from events.published_messages import DATA_AS_BYTES
from tests.contract.published import (
    MESSAGE_SCHEMAS,
    examples,
    minimal_example,
    schema,
    schema_names,
    validator,
    wrong_fields,
)

META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})
NAME = re.compile("[a-z0-9]{1,20}")
VALID = examples("valid")
INVALID = examples("invalid")


@pytest.mark.parametrize("name", sorted(schema_names()))
def test_a_schema_is_valid_and_is_called_as_its_file(name: str) -> None:
    META.validate(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(name)["$id"] == SCHEMA_URN + name
    assert schema(name)["title"]
    assert schema(name)["description"]


@pytest.mark.parametrize("name", sorted(schema_names() - {"enums.v1"}))
def test_the_examples_inside_a_schema_fit_it(name: str) -> None:
    assert schema(name)["examples"]
    for shown in schema(name)["examples"]:
        validator(name).validate(shown)


@pytest.mark.parametrize(("name", "file", "data"), VALID, ids=[f"{name}/{file}" for name, file, _ in VALID])
def test_a_valid_example_fits_its_schema(name: str, file: str, data: Any) -> None:
    assert wrong_fields(name, data) == set()


@pytest.mark.parametrize(("name", "file", "case"), INVALID, ids=[f"{name}/{file}" for name, file, _ in INVALID])
def test_an_invalid_example_is_refused_at_the_field_it_names_and_nowhere_else(name: str, file: str, case: Any) -> None:
    assert set(case) == {"why", "field", "data"}
    assert case["why"].endswith(".")
    assert wrong_fields(name, case["data"]) == {case["field"]}


@pytest.mark.parametrize("name", sorted(schema_names()))
def test_an_enum_stands_once_in_a_document_and_is_referred_to(name: str) -> None:
    defined = [part["enum"] for part in schema(name).get("$defs", {}).values() if "enum" in part]
    found = list(enums(schema(name)))
    assert found == defined


def test_an_enum_stands_in_one_document() -> None:
    found = Counter(json.dumps(values) for name in schema_names() for values in enums(schema(name)))
    assert [values for values, count in found.items() if count > 1] == []
    assert found[json.dumps(list(get_args(ClockKind)))] == 1


@pytest.mark.parametrize("name", sorted(set(CLASS_BY_TYPE) | MESSAGE_SCHEMAS))
def test_every_field_is_described(name: str) -> None:
    properties = schema(name)["properties"]
    bare = [
        field for field, described in properties.items() if described is not False and not described.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("name", sorted(CLASS_BY_TYPE))
def test_unknown_fields_are_allowed_in_data(name: str) -> None:
    full = schema(name)["examples"][0]
    validator(name).validate({**full, "field_of_a_newer_version": {"depth": [1, 2.5, None]}})


def test_a_recorded_event_has_exactly_the_attributes_of_the_envelope() -> None:
    named = {attribute for _, attribute, _ in ATTRIBUTES} | CONSTANT_ATTRIBUTES | {"data"}
    assert set(schema("envelope.v1")["properties"]) == named


def test_an_action_may_set_what_a_counter_knows_and_nothing_that_only_intake_knows() -> None:
    properties = schema("action.v1")["properties"]
    assert set(properties) - {DATA_AS_BYTES} == set(schema("envelope.v1")["properties"])
    assert {name for name, described in properties.items() if described is False} == {
        *("recordedat", "streamseq", "openedon", "prevhash", "hash"),
        *("sourceeventref", "causationid", "idempotencykey"),
        *("procedurecode", "calendarid", "calendarversion", "rulesetversion", "unitunchecked"),
    }


@pytest.mark.parametrize("name", ["action.v1", "envelope.v1"])
def test_attributes_in_examples_have_cloudevents_names(name: str) -> None:
    shown = [attribute for of, _, data in VALID if of == name for attribute in data]
    assert shown
    assert {attribute for attribute in shown if not NAME.fullmatch(attribute)} == set()


@pytest.mark.parametrize(("name", "file", "data"), [case for case in VALID if case[0] in ("action.v1", "envelope.v1")])
def test_the_data_of_a_whole_event_fits_the_schema_of_its_type(name: str, file: str, data: Any) -> None:
    assert wrong_fields(data["type"], data["data"]) == set()


def test_every_type_of_action_is_taken_with_its_own_minimal_data() -> None:
    action = next(data for name, file, data in VALID if (name, file) == ("action.v1", "minimal.json"))
    for name in ACTION_TYPES:
        assert wrong_fields("action.v1", {**action, "type": name, "data": minimal_example(name)}) == set()


@pytest.mark.parametrize("name", sorted(CLASS_BY_TYPE))
def test_a_minimal_example_says_what_is_compulsory_and_is_refused_without_it(name: str) -> None:
    data, compulsory = minimal_example(name), schema(name).get("required", [])
    assert set(data) >= set(compulsory)
    assert wrong_fields(name, data) == set()
    for field in compulsory:
        assert wrong_fields(name, {one: value for one, value in data.items() if one != field}) == {f"/{field}"}


def enums(part: Any) -> Iterator[list[Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("enum"), list):
            yield part["enum"]
        for inner in part.values():
            yield from enums(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from enums(inner)
