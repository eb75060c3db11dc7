"""OpenAPI and AsyncAPI in one piece each: the parts written by hand, with what follows from the classes. Pure.

The schemas name each other by URNs, which no tool outside can follow. Here every `$ref` leads to a place in the document itself:
a schema of a file stands in `components/schemas` under the name of the file, a list of `enums.v1` under its own, a `$defs` of one
schema in its place. An example stands where the part by hand refers to its file.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE, DEADLINE_TYPES, DOSSIER_TYPES, REFERENCE_TYPES
from events.codec import SCHEMA_URN
from events.declaration import title_of
from events.published_messages import headers_schema
from events.published_schema import ENUMS, Schema
from events.topics import Topic

_FILE = re.compile(rf"(?:{SCHEMA_URN}|\./)(?P<name>[a-z-]+\.v\d+)(?:\.schema\.json)?(?:#/\$defs/(?P<part>\w+))?")
_OWN_PART = "#/$defs/"
_EXAMPLES = "./examples/"
_IN_A_DOCUMENT = "#/components/schemas/"
ACTIONS_PATH: Final = "/v1/actions"
ENVELOPE_OF_ACTIONS: Final = "actionEnvelope"
"""Name of the schema with what all actions have in common."""
_NOT_IN_A_DOCUMENT = frozenset({"$schema", "$id", "$defs"})
Example = Callable[[str], Any]
"""Reads an example by its path below `schemas/examples/`."""


def openapi(
    by_hand: Schema, schemas: Mapping[str, Schema], lists: Mapping[str, Sequence[str]], example: Example
) -> Schema:
    """The HTTP door; `lists` are words of intake's own, by the name under which the part by hand refers to them."""
    own = by_hand["components"]["schemas"] | {name: {"enum": list(words)} for name, words in lists.items()}
    said = schemas["action.v1"]["properties"].items()
    headers = {f"ce-{name}": _binary_header(name, of) for name, of in said if of and name != "data"}
    components = by_hand["components"] | {
        "schemas": own,
        "parameters": by_hand["components"].get("parameters", {}) | headers,
    }
    recording = by_hand["paths"][ACTIONS_PATH]["post"]
    pointers = [{"$ref": f"#/components/parameters/{name}"} for name in headers]
    path = {"post": recording | {"parameters": recording["parameters"] + pointers}}
    paths = _answered_by_the_door(by_hand["paths"] | {ACTIONS_PATH: path})
    return _Bundle({**schemas, **_actions(schemas["action.v1"], _mapped)}, example).of(
        by_hand | {"components": components, "paths": paths}
    )


def asyncapi(by_hand: Schema, schemas: Mapping[str, Schema], example: Example) -> Schema:
    """The topics: each event type is a message, on the channels of the topics that carry it."""
    types_of: Mapping[str, Iterable[str]] = {
        Topic.DOSSIER_EVENTS: DOSSIER_TYPES,
        Topic.DEADLINE_EVENTS: DEADLINE_TYPES,
        Topic.REFERENCE_EVENTS: REFERENCE_TYPES,
    }
    channels = {
        key: channel | {"messages": channel["messages"] | _pointers(types_of.get(channel["address"], ()))}
        for key, channel in by_hand["channels"].items()
    }
    components = by_hand["components"]
    messages = components["messages"] | {_key(name): _message(name, title_of(of)) for name, of in CLASS_BY_TYPE.items()}
    own = components["schemas"] | {"recordedHeaders": headers_schema()}
    schemas = {**schemas, **_actions(schemas["action.v1"], lambda _: "type")}
    return _Bundle(schemas, example).of(
        by_hand | {"channels": channels, "components": components | {"messages": messages, "schemas": own}}
    )


class _Bundle:
    """Draws into one document what it refers to outside. `wanted` grows by the schemas that were referred to."""

    def __init__(self, schemas: Mapping[str, Schema], example: Example) -> None:
        lists = schemas[ENUMS]["$defs"]
        self._schemas = {**schemas, **lists}
        self._example = example
        self._wanted: set[str] = set()

    def of(self, document: Schema) -> Schema:
        """The document; the schemas that it needs of files stand behind its own. ValueError when two have one name."""
        made: Schema = self._inside(document, {})
        found: Schema = {}
        while missing := self._wanted - set(found):
            for name in sorted(missing):
                schema = self._schemas[name]
                kept = {key: value for key, value in schema.items() if key not in _NOT_IN_A_DOCUMENT}
                found[name] = self._inside(kept, schema.get("$defs", {}))
        own = made["components"]["schemas"]
        if twice := set(own) & set(found):
            raise ValueError(f"{sorted(twice)}: names of schemas by hand that a schema of a file has too")
        made["components"]["schemas"] = own | {name: found[name] for name in self._schemas if name in found}
        return made

    def _inside(self, value: Any, parts: Schema) -> Any:
        if isinstance(value, list):
            return [self._inside(one, parts) for one in value]
        if not isinstance(value, dict):
            return value
        beside = {key: self._inside(one, parts) for key, one in value.items() if key != "$ref"}
        reference = value.get("$ref", "")
        if reference.startswith(_EXAMPLES):
            return self._example(reference.removeprefix(_EXAMPLES))
        if (name := reference.removeprefix(_IN_A_DOCUMENT)) in self._schemas:
            self._wanted.add(name)
        if reference.startswith(_OWN_PART):
            return self._inside(parts[reference.removeprefix(_OWN_PART)], parts) | beside
        if file := _FILE.fullmatch(reference):
            name = file["part"] or file["name"]
            self._wanted.add(name)
            return beside | {"$ref": f"{_IN_A_DOCUMENT}{name}"}
        return {key: beside.get(key, one) for key, one in value.items()}


def _answered_by_the_door(paths: Schema) -> Schema:
    """Each operation with the answers that the door gives before it looks at a path: said twice, under a name that isn't ours."""
    always = {status: {"$ref": "#/components/responses/problem"} for status in ("400", "421")}
    return {
        path: {
            method: operation | {"responses": dict(sorted((always | operation.get("responses", {})).items()))}
            for method, operation in item.items()
        }
        for path, item in paths.items()
    }


def _binary_header(name: str, attribute: Schema) -> Schema:
    """An attribute as it travels in binary mode, where the body is `data` alone: always text, percent-encoded."""
    said = attribute.get("description", "")
    return {
        "name": f"ce-{name}",
        "in": "header",
        "required": False,
        "description": f"Only in binary mode: `{name}`. {said}".strip(),
        "schema": {"type": "string"},
    }


def _mapped(pointers: Mapping[str, str]) -> Schema:
    return {"propertyName": "type", "mapping": pointers}


def _actions(action: Schema, discriminator: Callable[[Mapping[str, str]], Any]) -> dict[str, Schema]:
    """The schema of an action as a choice by its `type`, which is what generators of clients and of requests can follow.

    What the file can only say in words, that `data` fits the schema of its `type`, stands here. What attributes of others may be
    stands in `unevaluatedProperties`, which says the same: of `additionalProperties` with types of their own generators make a
    type that no message fits, since `data` is none of them.
    """
    shared = {key: value for key, value in action.items() if key not in {"additionalProperties", "examples"}}
    shared["unevaluatedProperties"] = action["additionalProperties"]
    names = {name: f"action.{name}" for name in CLASS_BY_TYPE if name in ACTION_TYPES}
    chosen = {
        of: {
            "title": title_of(CLASS_BY_TYPE[name]),
            "allOf": [
                {"$ref": f"{_IN_A_DOCUMENT}{ENVELOPE_OF_ACTIONS}"},
                {
                    "type": "object",
                    "properties": {"type": {"const": name}, "data": {"$ref": f"./{name}.schema.json"}},
                },
            ],
        }
        for name, of in names.items()
    }
    pointers = {name: f"{_IN_A_DOCUMENT}{of}" for name, of in names.items()}
    choice = {key: action[key] for key in ("title", "description", "examples") if key in action} | {
        "oneOf": [{"$ref": pointer} for pointer in pointers.values()],
        "discriminator": discriminator(pointers),
    }
    return {"action.v1": choice, ENVELOPE_OF_ACTIONS: shared, **chosen}


def _pointers(types: Iterable[str]) -> Schema:
    return {_key(name): {"$ref": f"#/components/messages/{_key(name)}"} for name in types}


def _key(event_type: str) -> str:
    return event_type.replace(".", "-")


def _message(name: str, title: str) -> Schema:
    return {
        "name": name,
        "title": title,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/recordedHeaders"},
        "payload": {"$ref": f"./{name}.schema.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "subject"}}},
    }
