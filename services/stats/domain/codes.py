"""Which dossiers somebody means who asks by a code. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from events.identity import code_of, letters_of

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_dossier_id(written: str) -> bool:
    """Whether it is an id of ours exactly as it stands in every table."""
    return _ID.fullmatch(written) is not None


def codes_asked(written: str) -> dict[str, Any]:
    """The parameters of the query `dossiers_by_code`, for a code or an id as somebody wrote it."""
    code = code_of(written)
    return {"letters": letters_of(code), "dossier_id": code.lower()}


def dossiers_meant(written: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the dossiers that are meant, of those that the query found; in order."""
    code = code_of(written)
    names = ((row["dossier_id"], code_of(row["dossier_id"]), code_of(row["dossier_code"])) for row in rows)
    return sorted({dossier_id for dossier_id, *called in names if code in called})
