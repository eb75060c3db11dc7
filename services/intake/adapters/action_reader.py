"""From a parsed CloudEvent to an Action, or to the refusal that names every wrong field.

The published schemas are the check (`schemas/action.v1` and the type's own); the result carries typed data, so nothing behind
this module sees unchecked input.
"""

import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

import orjson

from events.catalog import ACTION_TYPES, DOSSIER_TYPES
from events.codec import read_attribute
from events.data_codec import read_instant, typed
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES
from events.errors import SchemaMismatchError
from services.intake.adapters.schema_check import SchemaCheck
from services.intake.domain.actions import Action, FieldError, Refusal

_SIMPLE_ATTRIBUTES = (
    "dossier_code",
    "actor_id",
    "actor_role",
    "actor_kind",
    "on_behalf_of",
    "channel",
    "correlation_id",
    "is_history",
)
_BY_FIELD = {field: (attribute, kind) for field, attribute, kind in ATTRIBUTES}
_KNOWN_NAMES = frozenset(attribute for _, attribute, _ in ATTRIBUTES) | CONSTANT_ATTRIBUTES | {"data"}


class ActionReader:
    """Reads actions against the published schemas; `history_sources` are the sources that may report history."""

    def __init__(
        self,
        action_schema: Mapping[str, Any],
        data_schemas: Mapping[str, Mapping[str, Any]],
        history_sources: Sequence[str],
    ) -> None:
        self._action_schema = SchemaCheck(action_schema)
        self._data_schemas = {name: SchemaCheck(data_schemas[name]) for name in ACTION_TYPES}
        self._history_sources = tuple(history_sources)

    def read(self, raw: Any) -> Action | Refusal:
        """The action that a parsed structured CloudEvent reports."""
        if not isinstance(raw, dict):
            return Refusal(code="unreadable", params={"reason": "an action is a JSON object"})
        event_type = raw.get("type")
        if isinstance(event_type, str) and event_type not in ACTION_TYPES:
            return Refusal(code="unknown-type", field_name="type", params={"type": event_type})
        errors = self._action_schema.errors(raw)
        if not errors:
            errors = self._data_schemas[raw["type"]].errors(raw.get("data", {}), "/data")
        if errors:
            return _schema_refusal(errors)
        try:
            action = _action(raw)
        except SchemaMismatchError as error:
            return _schema_refusal([FieldError(field_name=str(error).split(":", 1)[0], message=str(error))])
        if action.is_history and not any(fnmatch(action.source, pattern) for pattern in self._history_sources):
            return Refusal(code="history-not-allowed", field_name="history", params={"source": action.source})
        return action


def _schema_refusal(errors: Sequence[FieldError]) -> Refusal:
    first = errors[0]
    return Refusal(
        code="schema-mismatch",
        field_name=first.field_name,
        params={"reason": first.message, "field": first.field_name},
        errors=tuple(errors),
    )


def _action(raw: Mapping[str, Any]) -> Action:
    simple = {}
    for field in _SIMPLE_ATTRIBUTES:
        attribute, kind = _BY_FIELD[field]
        if raw.get(attribute) is not None:
            simple[field] = read_attribute(attribute, raw[attribute], kind)
    return Action(
        action_id=raw["id"],
        source=raw["source"],
        event_type=raw["type"],
        subject=raw["subject"],
        occurred_at=read_instant("time", raw["time"]),
        unit_id=read_attribute("unitid", raw["unitid"], "integer"),
        data=typed(DOSSIER_TYPES[raw["type"]], raw.get("data", {})),
        digest=hashlib.sha256(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        extra={name: _text(value) for name, value in raw.items() if name not in _KNOWN_NAMES},
        **simple,
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
