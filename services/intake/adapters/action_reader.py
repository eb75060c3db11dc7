"""From a parsed CloudEvent to an Action, or to the refusal that names every wrong field.

The published schemas are the check (`schemas/action.v1` and the type's own); what they can't say (depth, size, control letters,
instants that no other part could hold) is checked here too, so nothing behind this module sees unchecked input.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson

from events.catalog import ACTION_TYPES, CLASS_BY_TYPE, REFERENCE_TYPES
from events.codec import read_attribute
from events.data_codec import instants_of, plain, read_instant, typed
from events.dossier_data import DossierData
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES, SAID_BY_COUNTER
from events.errors import SchemaMismatchError
from events.identity import code_of
from services.intake.adapters.cloudevent_content import MAX_DEPTH, is_too_deep, with_data
from services.intake.adapters.schema_check import SchemaCheck
from services.intake.domain.actions import Action, AnyAction, FieldError, ReferenceAction, Refusal

MAX_ACTION_BYTES = 512 * 1024
"""Half of what Kafka takes as one record (`max.message.bytes`): what is recorded must be publishable, headers included."""
FIRST_YEAR, LAST_YEAR = 1901, 2298
"""The years that the statistics can hold; an instant outside is a slip of the pen."""

_BY_FIELD = {field: (attribute, kind) for field, attribute, kind in ATTRIBUTES}
_SAID = tuple((field, *_BY_FIELD[field]) for field in SAID_BY_COUNTER)
_KNOWN_NAMES = frozenset(attribute for _, attribute, _ in ATTRIBUTES) | CONSTANT_ATTRIBUTES | {"data"}
_CONTROL_LETTERS = re.compile("[\x00-\x1f\x7f-\x9f]")


class ActionReader:
    """Reads actions against the published schemas; `history_sources` are the sources that may report history."""

    def __init__(
        self,
        action_schema: Mapping[str, Any],
        data_schemas: Mapping[str, Mapping[str, Any]],
        history_sources: Collection[str],
    ) -> None:
        self._action_schema = SchemaCheck(action_schema)
        self._data_schemas = {name: SchemaCheck(data_schemas[name]) for name in ACTION_TYPES}
        self._history_sources = frozenset(history_sources)

    def read(self, raw: Any) -> AnyAction | Refusal:
        """The action that a parsed structured CloudEvent reports."""
        if not isinstance(raw, dict):
            return Refusal(code="unreadable", params={"reason": "an action is a JSON object"})
        # CloudEvents, JSON format 2.1: an attribute that is null counts as left out.
        given = with_data({name: value for name, value in raw.items() if value is not None})
        if isinstance(given, Refusal):
            return given
        if is_too_deep(given):
            return Refusal(code="unreadable", params={"reason": f"more than {MAX_DEPTH} levels of JSON"})
        event_type = given.get("type")
        if isinstance(event_type, str) and event_type not in ACTION_TYPES:
            return Refusal(code="unknown-type", field_name="type", params={"type": event_type})
        errors = self._errors(given)
        if errors:
            return _schema_refusal(errors)
        return self._action(given)

    def _errors(self, given: Mapping[str, Any]) -> list[FieldError]:
        errors: list[FieldError] = []
        if _CONTROL_LETTERS.search("".join([value for value in given.values() if isinstance(value, str)])):
            errors = [_control_letters(name) for name, value in given.items() if _has_control_letters(value)]
        errors += self._action_schema.errors(given)
        return errors or self._data_schemas[given["type"]].errors(given["data"], "/data")

    def _action(self, given: Mapping[str, Any]) -> AnyAction | Refusal:
        try:
            said_around = {
                field: read_attribute(name, given[name], kind) for field, name, kind in _SAID if name in given
            }
            occurred_at = read_instant("time", given["time"])
        except SchemaMismatchError as error:
            return _schema_refusal([_type_error(error, "")])
        try:
            data = _data(CLASS_BY_TYPE[given["type"]], given["data"])
        except SchemaMismatchError as error:
            return _schema_refusal([_type_error(error, "/data/")])
        if not code_of(given["subject"]):
            unseen = FieldError(field_name="subject", keyword="minLength", message="can't be seen", params={"limit": 1})
            return _schema_refusal([unseen])
        said = plain(data)
        # A datetime is a date too; fields that we do not know hold JSON only.
        times = {"time": occurred_at} | {f"/data/{name}": one for name, one in said.items() if isinstance(one, date)}
        errors = [_year_error(name) for name, when in times.items() if not _is_in_range(when)]
        if errors:
            return _schema_refusal(errors)
        read = {
            "action_id": given["id"],
            "source": given["source"],
            "event_type": given["type"],
            "subject": given["subject"],
            "occurred_at": occurred_at,
            "extra": {name: _text(value) for name, value in given.items() if name not in _KNOWN_NAMES},
            **said_around,
        }
        meaning = _meaning(read, said)
        if len(meaning) > MAX_ACTION_BYTES:
            return Refusal(code="too-large", params={"limit": MAX_ACTION_BYTES})
        action_class = ReferenceAction if given["type"] in REFERENCE_TYPES else Action
        action = action_class(**read, data=data, digest=hashlib.sha256(meaning).hexdigest())
        if action.is_history and action.source not in self._history_sources:
            return Refusal(code="history-not-allowed", field_name="history", params={"source": action.source})
        return action


def _data(event_class: type[DossierData], given: Mapping[str, Any]) -> Any:
    """The data in its class; its instants in the one form that we take, whatever else the schema's format allows."""
    exact = {name: read_instant(name, given[name]) for name in instants_of(event_class) if name in given}
    return typed(event_class, {**given, **exact})


def _meaning(read: Mapping[str, Any], data: Mapping[str, Any]) -> bytes:
    """What an action says, however it was written: typed values, instants in UTC, keys sorted. Equal meaning, equal bytes."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
    said = {name: value for name, value in read.items() if value is not False}
    return orjson.dumps({**said, "data": data}, default=_in_utc, option=options)


def _in_utc(value: Any) -> str:
    text: str = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()
    return text


def _is_in_range(when: date) -> bool:
    return FIRST_YEAR <= when.year <= LAST_YEAR


def _schema_refusal(errors: Sequence[FieldError]) -> Refusal:
    return Refusal(code="schema-mismatch", field_name=errors[0].field_name, errors=tuple(errors))


def _type_error(error: SchemaMismatchError, prefix: str) -> FieldError:
    """What only reading finds, such as 14797.0 (a JSON Schema integer) or an instant in lower case letters."""
    name, _, reason = str(error).partition(": ")
    return FieldError(field_name=prefix + name, keyword="format", message=reason, params={"allowed": _expected(name)})


def _expected(name: str) -> str:
    if name == "time" or name.endswith("_at"):
        return "date-time"
    return "integer"


def _year_error(name: str) -> FieldError:
    years = f"{FIRST_YEAR} – {LAST_YEAR}"
    return FieldError(field_name=name, keyword="format", message=f"outside {years}", params={"allowed": years})


def _has_control_letters(value: Any) -> bool:
    return isinstance(value, str) and _CONTROL_LETTERS.search(value) is not None


def _control_letters(name: str) -> FieldError:
    # CloudEvents 1.0, type system: a String has none; PostgreSQL can't even store U+0000.
    params = {"allowed": "CloudEvents String (U+0020...)"}
    return FieldError(field_name=name, keyword="format", message="has control letters", params=params)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
