"""Runs the questions of `queries/*.sql` with server-side parameters; one file, one question."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from clickhouse_connect.driver.client import Client

from services.stats.domain.periods import ZONE, Period


@cache
def query_text(name: str) -> str:
    """The text of queries/<name>.sql."""
    return (files("services.stats") / "queries" / f"{name}.sql").read_text("utf-8")


def filled(name: str, **parts: str) -> str:
    """The text of a query with its {{places}} filled by texts of our own, never of a reader's."""
    text = query_text(name)
    for place, part in parts.items():
        text = text.replace(f"{{{{{place}}}}}", part)
    return text


def union_of(sql: str, parts: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """One UNION ALL of the same question with other parameters: those of the parts are numbered."""
    texts, parameters = [], {}
    for number, part in enumerate(parts):
        text = sql
        for name, value in part.items():
            text = text.replace(f"{{{name}:", f"{{{name}_{number}:")
            parameters[f"{name}_{number}"] = value
        texts.append(text)
    return "\nUNION ALL\n".join(texts), parameters


def rows_of(client: Client, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answer of one question, as one mapping of column names per row."""
    return list(client.query(query_text(name), parameters=dict(parameters)).named_results())


def period_parameters(period: Period) -> dict[str, str]:
    """The parameters that every question about a period has; text, so that no client's own time zone can interfere."""
    return {
        "from_on": period.from_on.isoformat(),
        "to_on": period.to_on.isoformat(),
        "as_of": period.as_of.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S.%f"),
    }
