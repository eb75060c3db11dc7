"""The schemas are sound, agree with the classes, take every valid example and refuse every invalid one at its field."""

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE
from events.codec import SCHEMA_URN
from events.dossier import GivenTerm
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES
from tests.contract.published import MESSAGE_SCHEMAS, examples, schema, schema_names, validator, wrong_fields

META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})
NAME = re.compile("[a-z0-9]{1,20}")
TYPED_BY_HINT = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    GivenTerm: {"type": "object"},
}
VALID = examples("valid")
INVALID = examples("invalid")


@pytest.mark.parametrize("name", sorted(schema_names()))
def test_a_schema_is_valid_and_is_called_as_its_file(name: str) -> None:
    META.validate(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(name)["$id"] == SCHEMA_URN + name
    assert schema(name)["title"]
    assert schema(name)["description"]


@pytest.mark.parametrize("name", sorted(schema_names()))
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


@pytest.mark.parametrize("name", sorted(CLASS_BY_TYPE))
def test_class_and_schema_have_the_same_fields_of_the_same_kind(name: str) -> None:
    event_class: Any = CLASS_BY_TYPE[name]
    own = [item for item in fields(event_class) if item.name != "extra"]
    assert [item.name for item in own] == list(schema(name)["properties"])
    needed = [item.name for item in own if item.default is MISSING and item.default_factory is MISSING]
    assert needed == schema(name).get("required", [])
    hints = get_type_hints(event_class)
    for item in own:
        described = schema(name)["properties"][item.name]
        wanted = _schema_of(hints[item.name])
        assert {key: described.get(key) for key in wanted} == wanted, f"{name}: {item.name}"


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
    assert set(properties) == set(schema("envelope.v1")["properties"])
    assert {name for name, described in properties.items() if described is False} == {
        *("recordedat", "streamseq", "openedon", "prevhash", "hash"),
        *("sourceeventref", "causationid", "idempotencykey"),
        *("procedurecode", "calendarid", "calendarversion", "rulesetversion"),
    }


@pytest.mark.parametrize(("attribute", "kind"), [(attribute, kind) for _, attribute, kind in ATTRIBUTES])
def test_an_attribute_has_a_cloudevents_name_and_the_kind_of_the_envelope(attribute: str, kind: str) -> None:
    assert NAME.fullmatch(attribute)
    described = schema("envelope.v1")["properties"][attribute]
    wanted = {"instant": "date-time", "day": "date"}.get(kind)
    if wanted:
        assert described["format"] == wanted
    elif kind != "text":
        assert described.get("type", type(described.get("enum", [0])[0]).__name__) in (kind, "int")


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
    minimal = {name: data for name, file, data in VALID if file == "minimal.json"}
    for name in ACTION_TYPES:
        assert wrong_fields("action.v1", {**action, "type": name, "data": minimal[name]}) == set()


def _schema_of(hint: Any) -> Mapping[str, Any]:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not types.NoneType)
    if get_origin(hint) is tuple:
        return {"type": "array"}
    if get_origin(hint) is Mapping:
        return {"type": "object"}
    return TYPED_BY_HINT.get(hint) or {"enum": list(get_args(hint))}
