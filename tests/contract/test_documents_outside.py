"""What a tool that knows nothing of us makes of the documents: it takes them, and understands by them what we mean."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from deploy.contract_documents import ENVELOPE_OF_ACTIONS, openapi
from deploy.contract_yaml import DoubledKeyError, read_yaml, write_yaml
from deploy.generate_contract import BY_HAND, ROOT
from events.catalog import ACTION_TYPES, CLASS_BY_TYPE
from events.codec import from_structured, to_kafka
from tests.contract.published import (
    FOLDER,
    document,
    example,
    examples,
    minimal_example,
    refused_by,
    schema,
    schema_names,
    wrong_fields,
)

DOCUMENTS = ("openapi.yaml", "asyncapi.yaml")
YAML_FILES = sorted([*FOLDER.rglob("*.yaml"), *BY_HAND.glob("*.yaml")])
SHOWN = [
    (name, of, file, data if kind == "valid" else data["data"])
    for name in DOCUMENTS
    for kind in ("valid", "invalid")
    for of, file, data in examples(kind)
    if of in document(name)["components"]["schemas"]
]


@cache
def of_file(name: str, of: str) -> jsonschema_rs.Draft202012Validator:
    return checks(name, {"$ref": f"#/components/schemas/{of}"})


def checks(name: str, part: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema of a document, with nothing else at hand than the document's own schemas."""
    schemas = {"schemas": document(name)["components"]["schemas"]}
    return jsonschema_rs.Draft202012Validator(part | {"components": schemas}, validate_formats=True)


def chosen(action: Any) -> str:
    """The schema of the actions of this type; what all have in common, where there is no such type."""
    name = f"action.{action.get('type')}"
    return name if name in document("openapi.yaml")["components"]["schemas"] else ENVELOPE_OF_ACTIONS


def test_openapi_is_valid_for_a_tool_outside() -> None:
    openapi_spec_validator.validate(document("openapi.yaml"))


def test_the_tool_outside_refuses_what_is_wrong() -> None:
    described = deepcopy(document("openapi.yaml"))
    described["paths"]["/healthz"]["get"]["operationId"] = "readSchema"
    with pytest.raises(OpenAPIValidationError, match="readSchema"):
        openapi_spec_validator.validate(described)


@pytest.mark.parametrize(
    ("name", "of", "file", "data"), SHOWN, ids=[f"{name}-{of}/{file}" for name, of, file, _ in SHOWN]
)
def test_a_schema_inside_a_document_refuses_what_its_file_refuses(name: str, of: str, file: str, data: Any) -> None:
    # A choice says only that none fits; which field is wrong says the one that is meant.
    found = refused_by(of_file(name, chosen(data) if of == "action.v1" else of), data)
    # An attribute of others that is no value: `unevaluatedProperties` names the message, not the attribute.
    assert found == ({""} if wrong_fields(of, data) == {"/officer"} else wrong_fields(of, data))
    assert bool(refused_by(of_file(name, of), data)) == bool(wrong_fields(of, data))


@pytest.mark.parametrize("file", ["first", "second", "deadline"])
def test_the_headers_of_a_record_fit_what_asyncapi_says_of_them(file: str) -> None:
    _, _, headers = to_kafka(from_structured(example("envelope.v1", file)))
    told = {name: value.decode() for name, value in headers}
    assert set(told) <= set(document("asyncapi.yaml")["components"]["schemas"]["recordedHeaders"]["properties"])
    assert refused_by(of_file("asyncapi.yaml", "recordedHeaders"), told) == set()
    assert refused_by(of_file("asyncapi.yaml", "recordedHeaders"), told | {"ce_streamseq": "one"}) == {"/ce_streamseq"}


def test_the_examples_of_every_action_and_every_event_are_among_those() -> None:
    assert {of for name, of, _, _ in SHOWN if name == "openapi.yaml"} == ACTION_TYPES | {
        "action.v1",
        "answer.v1",
        "envelope.v1",
        "problem.v1",
    }
    assert {of for name, of, _, _ in SHOWN if name == "asyncapi.yaml"} == {
        *CLASS_BY_TYPE,
        "action.v1",
        "answer.v1",
        "problem.v1",
    }


@pytest.mark.parametrize("action_type", sorted(ACTION_TYPES))
def test_an_action_in_openapi_must_have_the_data_of_its_type(action_type: str) -> None:
    action = example("action.v1", "minimal") | {"type": action_type}
    right = action | {"data": minimal_example(action_type)}
    assert refused_by(of_file("openapi.yaml", "action.v1"), right) == set()
    for of, _, case in examples("invalid"):
        if of == action_type:
            wrong = action | {"data": case["data"]}
            assert refused_by(of_file("openapi.yaml", f"action.{action_type}"), wrong) == {f"/data{case['field']}"}
            assert refused_by(of_file("openapi.yaml", "action.v1"), wrong) != set()


def contents(value: Any) -> Iterator[dict[str, Any]]:
    """Every place of a document that has a schema and examples of it."""
    if isinstance(value, dict):
        if "schema" in value and "examples" in value:
            yield value
        for inner in value.values():
            yield from contents(inner)


def test_every_example_in_openapi_fits_the_schema_beside_it() -> None:
    shown = document("openapi.yaml")["components"]["examples"]
    fitting = [
        (shown[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one, checks("openapi.yaml", content["schema"]))
        for content in contents(document("openapi.yaml"))
        for one in content["examples"].values()
    ]
    assert len(fitting) >= 11
    assert [one["value"] for one, check in fitting if refused_by(check, one["value"])] == []


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_key_stands_twice_in_a_mapping_of_a_published_file(path: Path) -> None:
    assert read_yaml(path.read_text(encoding="utf-8"))


def test_a_doubled_key_is_refused_where_it_stands() -> None:
    with pytest.raises(DoubledKeyError, match="line 3: status more than once"):
        read_yaml("problems:\n  unreadable:\n    status: 400\n    title: {vi: a, en: b}\n    status: 422\n")
    with pytest.raises(DoubledKeyError, match="line 1: vi more"):
        read_yaml("title: {vi: a, vi: b}\n")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_written_as_it_is_read_again(name: str) -> None:
    assert read_yaml(write_yaml(document(name))) == document(name)


@pytest.mark.parametrize("path", sorted(BY_HAND.glob("*.yaml")), ids=lambda path: path.name)
def test_a_part_by_hand_names_only_what_there_is(path: Path) -> None:
    named = set(re.findall(r"\b[a-z]+(?:-[a-z]+)*\.v\d+\b", path.read_text(encoding="utf-8")))
    assert named or path.name == "page-openapi.yaml"  # no event is among its schemas
    assert named - schema_names() == set()


def test_a_schema_by_hand_may_not_take_the_name_of_a_list() -> None:
    paths = {"/v1/actions": {"post": {"parameters": [{"$ref": "./action.v1.schema.json"}]}}}
    by_hand = {"paths": paths, "components": {"schemas": {"channel": {"type": "string"}}}}
    schemas = {name: schema(name) for name in schema_names()}
    with pytest.raises(ValueError, match="channel"):
        openapi(by_hand, schemas, {}, lambda path: path)
