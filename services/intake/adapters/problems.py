"""Refusals as problem documents (RFC 9457), in Vietnamese or English, with the texts of `schemas/problem-codes.yaml`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from services.intake.domain.actions import Answer, DueDates, FieldError, Refusal

Language = Literal["vi", "en"]
MAX_SHOWN_LETTERS = 200
PROBLEM_CONTENT_TYPE = "application/problem+json"


class Problems:
    """Writes problem documents; `described` is the parsed file of codes and texts."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._problems = described["problems"]
        self._keywords = described["keywords"]
        self._words = described["words"]

    def document(self, refusal: Refusal, language: Language, instance: str | None = None) -> dict[str, Any]:
        """The problem document of a refusal; `instance` names the occurrence (an action's id)."""
        described = self._problems[refusal.code]
        errors = [self._error(one, refusal.code, language) for one in refusal.errors]
        if not errors and refusal.field_name:
            errors = [{"field": refusal.field_name, "code": refusal.code, "message": described["title"][language]}]
        params: dict[str, str | int] = {"field": refusal.field_name, **refusal.params}
        if refusal.errors:
            params["reason"] = errors[0]["message"]
        problem: dict[str, Any] = {
            "type": f"urn:motcua:problem:{refusal.code}",
            "title": described["title"][language],
            "status": described["status"],
            "detail": described["detail"][language].format_map(_Params(self._worded(params, language))),
            "code": refusal.code,
        }
        if instance and len(quote(instance)) <= MAX_SHOWN_LETTERS:
            problem["instance"] = f"urn:motcua:action:{quote(instance)}"
        if errors:
            problem["errors"] = errors
        return problem

    def answer(self, answer: Answer, language: Language) -> dict[str, Any]:
        """The answer to one action as `schemas/answer.v1` describes it."""
        if answer.refusal is not None:
            problem = self.document(answer.refusal, language, answer.action_id)
            return {"status": "refused", "action_id": answer.action_id, "problem": problem}
        when = {} if answer.is_trial else {"recorded_at": answer.recorded_at, "hash": answer.hash}
        receipt: dict[str, Any] = {
            "status": "would_be_recorded" if answer.is_trial else "recorded",
            "action_id": answer.action_id,
            "event_id": answer.event_id,
            "dossier_id": answer.dossier_id,
            "stream_seq": answer.stream_seq,
            **when,
        }
        if answer.due is not None:
            receipt["due_at_acceptance"] = due_dates(answer.due)
        if answer.warnings:
            receipt["warnings"] = self.warnings(answer.warnings, language)
        return receipt

    def warnings(self, found: Sequence[FieldError], language: Language) -> list[dict[str, str]]:
        """What is doubtful in something that is taken all the same."""
        return [self._error(one, one.keyword, language) for one in found]

    def _error(self, error: FieldError, code: str, language: Language) -> dict[str, str]:
        texts = self._keywords.get(error.keyword)
        message = texts[language].format_map(_Params(error.params)) if texts else error.message
        return {"field": _shown(error.field_name), "code": error.keyword or code, "message": message}

    def _worded(self, params: Mapping[str, str | int], language: Language) -> dict[str, str | int]:
        words = {name: self._words.get(str(value), {}).get(language, value) for name, value in params.items()}
        return {name: _shown(word) if isinstance(word, str) else word for name, word in words.items()}


def due_dates(due: DueDates) -> dict[str, Any]:
    """The due dates of an acceptance as every answer tells them."""
    return {
        "original_due_at": due.original_due_at.isoformat(),
        "lawful_due_at": due.lawful_due_at.isoformat(),
        "promised_due_at": due.promised_due_at.isoformat(),
        "is_provisional": due.is_provisional,
    }


class _Params(dict[str, str | int]):
    """Template values; one that is not known shows its name instead of failing the answer."""

    def __missing__(self, key: str) -> str:
        return f"({key})"


def _shown(text: str) -> str:
    """What the sender wrote, cut where it would fill the page."""
    return text if len(text) <= MAX_SHOWN_LETTERS else text[: MAX_SHOWN_LETTERS - 1] + "…"


def language_of(accept_language: str | None) -> Language:
    """The language asked for; Vietnamese unless English comes first."""
    first = (accept_language or "vi").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "vi"
