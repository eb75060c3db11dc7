"""OpenAPI and AsyncAPI in one piece each: the parts written by hand, with what follows from the classes. Pure.

The schemas name each other by URNs, which no tool outside can follow. Here every `$ref` leads to a place in the document itself:
a schema of a file stands in `components/schemas` under the name of the file, a list of `enums.v1` under its own, a `$defs` of one
schema in its place. An example stands where the part by hand refers to its file.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE, DEADLINE_TYPES, DOSSIER_TYPES, REFERENCE_TYPES
from events.codec import SCHEMA_URN
from events.declaration import title_of
from events.published_messages import headers_schema
from events.published_schema import ENUMS, Schema
from events.topics import Topic

_FILE = re.compile(rf"(?:{SCHEMA_URN}|\./)(?P<name>[a-z-]+\.v\d+)(?:\.schema\.json)?(?:#/\$defs/(?P<part>\w+))?")
_OWN_PART = "#/$defs/"
_EXAMPLES = "./examples/"
_NOT_IN_A_DOCUMENT = frozenset({"$schema", "$id", "$defs"})
Example = Callable[[str], Any]
"""Reads an example by its path below `schemas/examples/`."""


def openapi(
    by_hand: Schema, schemas: Mapping[str, Schema], lists: Mapping[str, Sequence[str]], example: Example
) -> Schema:
    """The HTTP door; `lists` are words of intake's own, by the name under which the part by hand refers to them."""
    own = by_hand["components"]["schemas"] | {name: {"enum": list(words)} for name, words in lists.items()}
    return _Bundle(schemas, example).of(by_hand | {"components": by_hand["components"] | {"schemas": own}})


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
    return _Bundle(schemas, example).of(
        by_hand | {"channels": channels, "components": components | {"messages": messages, "schemas": own}}
    )


class _Bundle:
    """Draws into one document what it refers to outside. `wanted` grows by the schemas that were referred to."""

    def __init__(self, schemas: Mapping[str, Schema], example: Example) -> None:
        lists = schemas[ENUMS]["$defs"]
        self._schemas = {**schemas, **lists, "action.v1": _with_data_by_type(schemas["action.v1"])}
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
        if reference.startswith(_OWN_PART):
            return self._inside(parts[reference.removeprefix(_OWN_PART)], parts) | beside
        if file := _FILE.fullmatch(reference):
            name = file["part"] or file["name"]
            self._wanted.add(name)
            return beside | {"$ref": f"#/components/schemas/{name}"}
        return {key: beside.get(key, one) for key, one in value.items()}


def _with_data_by_type(action: Schema) -> Schema:
    """The schema of an action with what the file can only say in words: `data` fits the schema of its `type`."""
    return action | {"allOf": list(_data_by_type())}


def _data_by_type() -> Iterator[Schema]:
    for name in CLASS_BY_TYPE:
        if name in ACTION_TYPES:
            yield {
                "if": {"required": ["type"], "properties": {"type": {"const": name}}},
                "then": {"properties": {"data": {"$ref": f"./{name}.schema.json"}}},
            }


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
