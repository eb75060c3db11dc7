"""Why a due date is what it is, as the page reads it: from stored rows over HTTP, without ClickHouse."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from services.page.adapters.http_app import build_app
from services.page.adapters.reader import Reader
from services.page.config import WebConfig
from tests.unit.deadlines.life import Life, fold, term
from tests.unit.motcua.explained_lives import rows_of, three_policies

NOWHERE = WebConfig(clickhouse_url="http://supervisor@127.0.0.1:9/motcua", answer_seconds=5)
KEPT = {"opened_on", "dossier_code"}
"""What the row of a dossier tells of it; `queries/dossier_events.sql` doesn't repeat it with every event."""

Rows = list[dict[str, Any]]


class Stored:
    """Answers the questions of an explanation from the rows of one life; `codes`: which dossiers bear a code."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.codes: dict[str, list[str]] = {}

    def keep(self, life: Life) -> Rows:
        """Store a life and what the clocks said of it."""
        self.rows = [*rows_of(life.events), *rows_of(fold(life.events)[1], "deadline-events")]
        return self.rows

    async def answer(self, name: str, parameters: Mapping[str, Any]) -> Rows:
        if name == "counted_upto":
            return []
        if name == "dossiers_by_code":
            further = [{"dossier_id": one, "dossier_code": code} for code, ids in self.codes.items() for one in ids]
            return [*({name: row[name] for name in ("dossier_id", "dossier_code")} for row in self.rows), *further]
        own = [row for row in self.rows if row["dossier_id"] == parameters["dossier_id"]]
        if name == "dossier":
            return [{key: row[key] for key in KEPT | {"dossier_id"}} for row in own[:1]]
        assert name == "dossier_events"
        assert {row["opened_on"].isoformat() for row in own} == {parameters["opened_on"]}
        return [{key: value for key, value in row.items() if key not in KEPT | {"dossier_id"}} for row in own]


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    found = Stored()
    monkeypatch.setattr(Reader, "rows", lambda _, name, parameters: found.answer(name, parameters))
    return found


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(build_app(NOWHERE, lambda: datetime(2026, 11, 21, tzinfo=UTC)))) as opened:
        yield opened


async def explained(client: TestClient[Any, Any], life: Life) -> dict[str, Any]:
    answer = await client.get(f"/api/dossiers/{life.dossier_id}/explanation.json")
    assert (answer.status, answer.content_type) == (200, "application/json")
    found: dict[str, Any] = await answer.json()
    return found


async def test_the_three_policies_class_the_same_ending_differently(
    client: TestClient[Any, Any], stored: Stored
) -> None:
    life = three_policies()
    stored.keep(life)
    found = await explained(client, life)
    (clock,) = found["clocks"]
    assert (found["differs"], found["dossier_code"]) == (False, "H29.123")
    assert {one["policy"]: (one["due_at"][:10], one["classification"]) for one in clock["policies"]} == {
        "pause": ("2025-03-21", "late"),
        "restart": ("2025-03-26", "early"),
        "qd766": ("2025-03-21", "late"),
    }


async def test_the_days_over_tet_come_with_the_name_and_the_law_of_each_holiday(
    client: TestClient[Any, Any], stored: Stored
) -> None:
    life = Life().accepted("2026-02-11T10:20", term(7))
    stored.keep(life)
    (clock,) = (await explained(client, life))["clocks"]
    assert clock["lawful"] == {
        "computed": "2026-02-27T17:00:00+07:00",
        "recorded": "2026-02-27T17:00:00+07:00",
        "differs": False,
    }
    assert [day["day"][8:] for day in clock["days"] if day["counted"]] == ["12", "13", "23", "24", "25", "26", "27"]
    holidays = [day for day in clock["days"] if day["reason"] == "holiday"]
    assert holidays
    assert all(day["name"] and day["legal_source"] for day in holidays)


async def test_a_due_date_that_was_recorded_otherwise_is_marked(client: TestClient[Any, Any], stored: Stored) -> None:
    life = three_policies()
    for row in stored.keep(life):
        if row["event_type"] == "deadline-moved.v1":
            row["data"] = row["data"].replace("2025-03-26T17:00:00", "2025-03-27T17:00:00")
    found = await explained(client, life)
    (clock,) = found["clocks"]
    assert found["differs"]
    told = datetime.fromisoformat(clock["lawful"]["recorded"]) - datetime.fromisoformat(clock["lawful"]["computed"])
    assert (clock["lawful"]["differs"], told) == (True, timedelta(days=1))


async def test_a_dossier_is_explained_by_any_code_that_is_its_own_alone(
    client: TestClient[Any, Any], stored: Stored
) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    stored.keep(life)
    stored.codes = {"G22.1": [life.dossier_id], "G22.2": [life.dossier_id, "another"]}
    found = await client.get("/api/dossiers/G22.1/explanation.json")
    assert (await found.json())["dossier_id"] == life.dossier_id
    assert (await client.get("/api/dossiers/G22.2/explanation.json")).status == 404


async def test_an_unknown_dossier_is_a_problem_404(client: TestClient[Any, Any], stored: Stored) -> None:
    assert stored.rows == []
    answer = await client.get("/api/dossiers/none/explanation.json")
    assert answer.status == 404
    assert (await answer.json(content_type=None))["code"] == "dossier-not-found"
