"""JSON Schemas of what `events` declares, as plain values: of a type's data, and of a recorded event. Pure.

An `enum` stands in one `$defs`, by the name of the first field that uses it: in the only document that needs it, or in
`enums.v1`, to which the others refer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from msgspec import Meta, Struct

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE
from events.codec import CONTENT_TYPE, SCHEMA_URN
from events.declaration import Field, description_of, fields_of, plain_type, title_of, wire_type_of
from events.dossier_data import DossierData
from events.envelope import ATTRIBUTES, Channel, Envelope

Schema = dict[str, Any]

ENUMS = "enums.v1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE_RULES: Schema = {
    "additionalProperties": {
        "description": "Any other CloudEvents extension attribute is kept, as text.",
        "type": ["string", "integer", "boolean"],
    },
    "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
}
"""What is said of attributes that no field declares."""
_KINDS: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    MappingProxyType: {"type": "object"},
    tuple: {"type": "array"},
}


def data_schema(event_class: type[DossierData], example: Any) -> Schema:
    """The schema of a type's data. Unknown fields are allowed, so that a newer writer can be read."""
    defs: Schema = {}
    name = wire_type_of(event_class)
    schema = head(name, title_of(event_class), description_of(event_class))
    required = [one.wire_name for one in fields_of(event_class) if one.is_required]
    if required:
        schema["required"] = required
    schema["properties"] = {one.wire_name: property_schema(one, defs) for one in fields_of(event_class)}
    return with_end(schema, defs, [example])


def enums_schema() -> Schema:
    """Every list of words that stands in more than one document, and the types of events and actions."""
    types = {
        "event_type": list(CLASS_BY_TYPE),
        "action_type": [name for name in CLASS_BY_TYPE if name in ACTION_TYPES],
    }
    defs = types | {name: list(values) for values, name in _shared().items()}
    head = {
        "$schema": DIALECT,
        "$id": SCHEMA_URN + ENUMS,
        "title": "Lists of words (Danh sách giá trị)",
        "description": "What may stand where only one of a list may; the other schemas refer to these lists.",
    }
    return head | {"$defs": {name: {"enum": values} for name, values in defs.items()}}


def enum_reference(name: str) -> Schema:
    """A reference to a list of `enums.v1`."""
    return {"$ref": f"{SCHEMA_URN}{ENUMS}#/$defs/{name}"}


@cache
def _shared() -> Mapping[tuple[Any, ...], str]:
    """The lists that more than one document needs, and the name of each. ValueError when two have one name."""
    documents: dict[tuple[Any, ...], list[str]] = {}
    for event_class in (*CLASS_BY_TYPE.values(), Envelope):
        for values, name in dict(_lists_of(event_class)).items():
            documents.setdefault(values, []).append(name)
    documents[get_args(Channel)].append("channel")  # action.v1 has the envelope's channels
    found = {values: names[0] for values, names in documents.items() if len(names) > 1}
    if len(set(found.values())) < len(found):
        raise ValueError(f"two lists have one name: {sorted(found.values())}; name one of the fields otherwise")
    return MappingProxyType(found)


def _lists_of(struct: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    for one in fields_of(struct):
        origin = get_origin(one.type) or one.type
        if origin is Literal:
            yield get_args(one.type), one.name
        elif isinstance(origin, type) and issubclass(origin, Struct):
            yield from _lists_of(origin)


def envelope_schema(example: Any) -> Schema:
    """The schema of one recorded event in structured form."""
    defs: Schema = {}
    by_name = {one.name: one for one in fields_of(Envelope)}
    fields = [by_name[name] for name, _, _ in ATTRIBUTES]
    schema = head(
        "envelope.v1",
        "Recorded event (Sự kiện đã ghi)",
        "One event of the topics `dossier-events`, `reference-events` and `deadline-events` in structured form, as"
        " `motcua events` prints it; on Kafka the attributes are `ce_` headers and the value is `data`. `data` fits the schema of"
        " its `type`.",
    )
    schema["required"] = ["specversion", *(one.wire_name for one in fields if one.is_required), "data"]
    schema["properties"] = {
        "specversion": {"description": "Version of CloudEvents.", "const": "1.0"},
        **{one.wire_name: property_schema(one, defs) for one in fields},
        "datacontenttype": {"description": "Always JSON.", "const": CONTENT_TYPE},
        "dataschema": {
            "description": f"`{SCHEMA_URN}` + type.",
            "type": "string",
            "pattern": f"^{SCHEMA_URN}",
        },
        "partitionkey": {
            "description": "The Kafka key: the same as `subject`.",
            "type": "string",
            "format": "uuid",
        },
        "data": {
            "description": "What is particular to the type, by the schema of its name.",
            "type": "object",
        },
    }
    schema["properties"]["type"] = _described(enum_reference("event_type"), by_name["event_type"].metas)
    schema["additionalProperties"] = ENVELOPE_RULES["additionalProperties"]
    schema["dependentRequired"] = {"hash": ["prevhash"], "prevhash": ["hash"]}
    schema["propertyNames"] = ENVELOPE_RULES["propertyNames"]
    return with_end(schema, defs, [example])


def head(name: str, title: str, description: str) -> Schema:
    """How the schema of a message or of an event's data begins."""
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_URN + name,
        "title": title,
        "description": description,
        "type": "object",
    }


def with_end(schema: Schema, defs: Schema, examples: Sequence[Any]) -> Schema:
    """A schema with what its fields put into `defs`, and with examples."""
    return schema | ({"$defs": defs} if defs else {}) | {"examples": list(examples)}


def property_schema(field: Field, defs: Schema) -> Schema:
    """The schema of one field; what it needs in `$defs` of its document is put into `defs`."""
    described = _described(_kind(field.type, field.name, defs), field.metas)
    if field.default is not None and not field.is_required and field.default is not False:
        described["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
    return described


def _described(kind: Schema, metas: Sequence[Meta]) -> Schema:
    """A kind with its description, the outermost sentence first, and its limits."""
    sentences = [one.description for one in reversed(metas) if one.description]
    limits: Schema = {}
    for one in metas:
        limits |= one.extra_json_schema or {}
    items = {"items": kind.pop("items")} if "items" in kind else {}
    return ({"description": " ".join(sentences)} if sentences else {}) | kind | limits | items


def _kind(declared: Any, name: str, defs: Schema) -> Schema:
    origin = get_origin(declared) or declared
    if origin is Literal:
        if get_args(declared) in _shared():
            return enum_reference(_shared()[get_args(declared)])
        return {"$ref": f"#/$defs/{_definition({'enum': list(get_args(declared))}, name, defs)}"}
    if origin is tuple:
        inner, metas = plain_type(get_args(declared)[0])
        return _KINDS[tuple] | {"items": _described(_kind(inner, name, defs), metas)}
    if origin in _KINDS:
        return dict(_KINDS[origin])
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", declared.__name__).lower()
    closed = {
        "description": title_of(declared) + ".",
        "type": "object",
        "required": [one.wire_name for one in fields_of(declared) if one.is_required],
        "additionalProperties": False,
        "properties": {one.wire_name: property_schema(one, defs) for one in fields_of(declared)},
    }
    return {"$ref": f"#/$defs/{_definition(closed, name, defs)}"}


def _definition(schema: Schema, name: str, defs: Schema) -> str:
    """The name under which a schema stands in a document. ValueError when the name is that of another."""
    for known, other in defs.items():
        if other == schema:
            return known
    if name in defs:
        raise ValueError(f"$defs/{name} would be two things; name one of the fields otherwise")
    defs[name] = schema
    return name
