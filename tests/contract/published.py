"""The published contract as the tests see it: files by name, validators with format checks, and which field an error names."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

import schemas
from deploy.contract_yaml import read_yaml
from events.codec import SCHEMA_URN

FOLDER = Path(next(iter(schemas.__path__)))
MESSAGE_SCHEMAS = frozenset({"action.v1", "envelope.v1", "answer.v1", "problem.v1"})
"""Schemas that are not the data of an event and have examples of their own."""


def schema_names() -> set[str]:
    return {path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json")}


@cache
def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


@cache
def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry([(SCHEMA_URN + one, schema(one)) for one in ("problem.v1", "enums.v1")])
    return jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True, registry=registry)


def examples(kind: str) -> list[tuple[str, str, Any]]:
    """(schema name, file, content) of every example that is `valid` or `invalid`."""
    paths = sorted((FOLDER / "examples").glob(f"*/{kind}/*.json"))
    return [(path.parts[-3], path.name, json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def example(name: str, file: str) -> Any:
    return json.loads((FOLDER / "examples" / name / "valid" / f"{file}.json").read_text(encoding="utf-8"))


def minimal_example(name: str) -> Any:
    """The smallest valid data of a type: the full one, where there is no other."""
    has_own = (FOLDER / "examples" / name / "valid" / "minimal.json").is_file()
    return example(name, "minimal" if has_own else "full")


@cache
def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def wrong_fields(name: str, data: Any) -> set[str]:
    """JSON pointers of the fields that the schema refuses."""
    return refused_by(validator(name), data)


def refused_by(checks: jsonschema_rs.Draft202012Validator, data: Any) -> set[str]:
    """JSON pointers of the fields that a validator refuses."""
    return {pointer for error in checks.iter_errors(data) for pointer in _pointers(error)}


def _pointers(error: jsonschema_rs.ValidationError) -> list[str]:
    path = "".join(f"/{step}" for step in error.instance_path)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(property=missing):
            return [f"{path}/{missing}"]
        case jsonschema_rs.ValidationErrorKind.PropertyNames(error=inner):
            return [f"{path}/{inner.instance}"]
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=names):
            return [f"{path}/{name}" for name in names]
        case _:
            return [path]
