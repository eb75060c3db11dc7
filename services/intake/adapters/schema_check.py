"""What is wrong with an instance by its JSON Schema: each wrong field, the keyword it fails and what would be allowed."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from services.intake.domain.actions import FieldError, pointer_step

MAX_FIELD_ERRORS = 20
_ALLOWED_BY_KIND = ("types", "options", "expected_value", "format", "pattern")


class SchemaCheck:
    """One compiled schema (2020-12, formats checked)."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)

    def errors(self, instance: Any, prefix: str = "") -> list[FieldError]:
        """The wrong fields, at most 20; `prefix` is the JSON pointer of the instance in what was sent."""
        if self._validator.is_valid(instance):
            return []
        found: list[FieldError] = []
        for error in self._validator.iter_errors(instance):
            found.extend(_field_errors(error, prefix))
            if len(found) >= MAX_FIELD_ERRORS:
                break
        return found[:MAX_FIELD_ERRORS]


def _field_errors(error: jsonschema_rs.ValidationError, prefix: str) -> list[FieldError]:
    kind: Any = error.kind  # the stub names no attributes, they differ by keyword
    steps = [str(step) for step in error.instance_path]
    if kind.name == "required":
        return [_field_error(prefix, [*steps, kind.property], "required", error)]
    if kind.name == "propertyNames":
        return [_field_error(prefix, [*steps, str(kind.error.instance)], kind.name, error)]
    if kind.name in ("additionalProperties", "unevaluatedProperties"):
        return [_field_error(prefix, [*steps, name], "additionalProperties", error) for name in kind.unexpected]
    return [_field_error(prefix, steps, kind.name, error)]


def _field_error(prefix: str, steps: list[str], keyword: str, error: jsonschema_rs.ValidationError) -> FieldError:
    path = "".join(f"/{pointer_step(step)}" for step in steps)
    field_name = f"{prefix}{path}" if prefix or len(steps) > 1 else path.removeprefix("/")
    params: dict[str, str | int] = {}
    for name in _ALLOWED_BY_KIND:
        allowed = getattr(error.kind, name, None)
        if allowed is not None:
            params["allowed"] = ", ".join(map(str, allowed)) if isinstance(allowed, list) else str(allowed)
    limit = getattr(error.kind, "limit", None)
    if limit is not None:
        params["limit"] = limit
    return FieldError(field_name=field_name or "/", keyword=keyword, message=error.message[:200], params=params)
