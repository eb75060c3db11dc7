"""JSON Schemas of what travels with the data of an event: an action as a counter system sends it, and headers on Kafka. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from events.codec import CONTENT_TYPE, SCHEMA_URN
from events.declaration import Field, fields_of
from events.envelope import ATTRIBUTES, SAID_BY_COUNTER, AttributeKind, Channel, Envelope
from events.published_schema import ENVELOPE_RULES, Schema, enum_reference, head, property_schema, with_end

DATA_AS_BYTES = "data_base64"
"""Where SDKs of CloudEvents put what they were given as bytes, in place of `data`."""
_NAME = {"type": "string", "minLength": 1, "maxLength": 64}
_SOURCE = {"type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 256}
_BY_NAME: Mapping[str, Field] = {one.name: one for one in fields_of(Envelope)}
_AS_TEXT: Mapping[AttributeKind, Schema] = {
    "integer": {"pattern": "^[0-9]+$"},
    "boolean": {"enum": ["true", "false"]},
    "instant": {"format": "date-time"},
    "day": {"format": "date"},
}


def action_schema(examples: Sequence[Any]) -> Schema:
    """The schema of one action. What a counter system may say of the envelope is as the envelope has it; the rest is refused."""
    schema = head(
        "action.v1",
        "Action of a counter system (Thao tác từ hệ thống một cửa)",
        "One structured CloudEvent, as a counter system sends it by HTTP or on the topic `counter-actions`. `data` must also"
        " fit the schema of its `type`. Attributes that are `false` below are set by intake only and refused here; the"
        " idempotency key is an HTTP header.",
    )
    schema["required"] = ["specversion", "id", "source", "type", "subject", "time", "unitid"]
    schema["if"] = {"not": _has(DATA_AS_BYTES)}
    schema["then"] = _has("data")
    schema["else"] = {"not": _has("data")}
    defs: Schema = {}
    said = {_BY_NAME[name].wire_name: property_schema(_BY_NAME[name], defs) for name in SAID_BY_COUNTER}
    schema["properties"] = _named_by_counter() | said | _constants()
    refused = [attribute for _, attribute, _ in ATTRIBUTES if attribute not in schema["properties"]]
    schema["properties"] |= dict.fromkeys(refused, False)
    named = {"pattern": f"^([a-z0-9]{{1,20}}|{DATA_AS_BYTES})$"}
    return with_end(schema | ENVELOPE_RULES | {"propertyNames": named}, defs, examples)


def _has(name: str) -> Schema:
    """That a member is there; strict readers of schemas (Ajv) ask that it be named beside `required`."""
    return {"required": [name], "properties": {name: True}}


def _named_by_counter() -> Schema:
    """What identifies an action and its dossier: in the counter system's own terms, which intake translates."""
    return {
        "specversion": {"description": "Version of CloudEvents.", "const": "1.0"},
        "id": {
            "description": "The counter system's own id of this action. `source` + `id` name the action for ever: sent"
            " twice it is recorded once.",
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
        },
        "source": {
            "description": "Which counter system speaks; a URI reference that stays the same, without spaces, e.g."
            " `/quan-1/mot-cua`.",
            **_SOURCE,
        },
        "type": {"description": "What was done (see docs/connecting.md).", **enum_reference("action_type")},
        "subject": {
            "description": "The dossier: our UUID, or the counter system's own code. On Kafka always the same one of the two"
            " for one dossier, because it is the key. Of an action about a unit: `unit_id` in digits.",
            **_NAME,
        },
        "time": {
            "description": "When it happened in the world. RFC 3339 with a UTC offset.",
            "type": "string",
            "format": "date-time",
        },
    }


def _constants() -> Schema:
    return {
        "datacontenttype": {
            "description": "Only JSON.",
            "type": "string",
            "pattern": f"^{CONTENT_TYPE}( *;.*)?$",
        },
        "dataschema": {"description": f"`{SCHEMA_URN}` + type.", **_SOURCE},
        "partitionkey": {"description": "The Kafka key: the same as `subject`.", **_NAME},
        "data": {
            "description": "What is particular to the type, by the schema of its name.",
            "type": "object",
            "additionalProperties": True,
        },
        DATA_AS_BYTES: {
            "description": "In place of `data`: the same JSON as UTF-8 bytes in base64, as SDKs write bytes.",
            "type": "string",
            "contentEncoding": "base64",
            "contentMediaType": CONTENT_TYPE,
        },
    }


def headers_schema() -> Schema:
    """The headers of a record on `dossier-events` or `deadline-events`: every attribute of the envelope, as text."""
    attributes = [(f"ce_{attribute}", _BY_NAME[name], kind) for name, attribute, kind in ATTRIBUTES]
    return {
        "type": "object",
        "description": "CloudEvents attributes as text.",
        "required": ["content-type", "ce_specversion", *(header for header, one, _ in attributes if one.is_required)],
        "properties": {
            "content-type": {"const": CONTENT_TYPE},
            "ce_specversion": {"type": "string", "const": "1.0"},
            **{header: _as_text(one, kind) for header, one, kind in attributes},
            "ce_dataschema": {"type": "string"},
            "ce_partitionkey": {"type": "string", "format": "uuid"},
        },
        "additionalProperties": {"type": "string"},
    }


def _as_text(field: Field, kind: AttributeKind) -> Schema:
    if kind == "text":
        return property_schema(field, {})
    described = {"description": property_schema(field, {})["description"], "type": "string"}
    if field.type is Channel:
        return described | {"enum": [str(one) for one in get_args(Channel)]}
    return described | _AS_TEXT[kind]
