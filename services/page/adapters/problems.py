"""Problem documents (RFC 9457) in the reader's language, with a stable code. Pure: exception in, status and document out."""

from typing import Any

from services.page.adapters.answers import BusyError
from services.page.adapters.dossier_page import DossierNotFoundError
from services.page.adapters.reader import StatisticsUnavailableError
from services.page.adapters.unit_names import UnitNotFoundError
from services.page.domain.csv_tables import Translate
from services.page.domain.parameters import ParameterError

UNAVAILABLE_RETRY_SECONDS = 15
CONTENT_TYPE = "application/problem+json"
STATUSES = {404: "not-found", 405: "method-not-allowed"}


def problem_of(error: Exception, t: Translate) -> dict[str, Any] | None:
    """The document for an error that the reader can do something about; None for any other."""
    match error:
        case StatisticsUnavailableError() | TimeoutError():
            return problem(503, "statistics-unavailable", t)
        case BusyError(retry_seconds=seconds):
            return problem(503, "busy", t, seconds=seconds)
        case ParameterError(name=name, reason=reason, places=places):
            return {
                **problem(400, "invalid-parameter", t, name=name, reason=t(f"reason.{reason}", **places)),
                "parameter": name,
            }
        case DossierNotFoundError():
            return problem(404, "dossier-not-found", t, id=error.args[0])
        case UnitNotFoundError():
            return problem(404, "unit-not-found", t, id=error.args[0])
        case _:
            return None


def retry_seconds(error: Exception) -> int:
    """After how many seconds it is worth while to ask again what was answered with 503."""
    return error.retry_seconds if isinstance(error, BusyError) else UNAVAILABLE_RETRY_SECONDS


def problem(status: int, code: str, t: Translate, **places: object) -> dict[str, Any]:
    """One document; `type` and `code` never change, title and detail are for people."""
    return {
        "type": f"urn:motcua:problem:{code}",
        "title": t(f"problem.{code}"),
        "status": status,
        "detail": t(f"problem.{code}.detail", **places),
        "code": code,
    }
