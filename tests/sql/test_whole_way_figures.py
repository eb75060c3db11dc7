"""A few dossiers from the counter into the real engine: page and report say the same of them, and so does the plain count."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.page.adapters.reader import Reader
from services.page.adapters.statistics import Statistics
from services.page.domain.parameters import Question
from services.stats.domain.figures import FIGURE_NAMES, counts_of
from services.stats.domain.weekly_report import ReportRow
from services.stats.questions import Scope, week, weekly_report
from tests.oracles.plain_count import figures_of
from tests.properties.whole_way.told_by_hand import Story, only
from tests.sql.loading import load
from tests.sql.truth import PLAINLY_COUNTED
from tests.unit.deadlines.life import at

_WEEK = date(2026, 3, 2)
_NOW = at("2026-03-09T12:00")
_OFFICES = range(1, 7)


def events() -> list[Event]:
    """Six dossiers of one week: each late, asked, excused or early in its own way."""
    one, asked, waived, sent, early, evening = (
        Story(dossier_id=f"{number}" * 8 + "-1111-5111-8111-111111111111") for number in _OFFICES
    )
    stories = [
        one.accepted("2026-03-02T08:00", 2),
        asked.accepted("2026-03-02T08:00", 2).asked("2026-03-04T09:00"),
        waived.accepted("2026-03-02T08:00", 2).waived("2026-03-05T09:00"),
        sent.accepted("2026-03-02T08:00", 2).apologised("2026-03-03T09:00"),
        early.accepted("2026-03-02T08:00", 2).ready("2026-03-03T09:00"),
        evening.accepted("2026-03-02T08:00", 2).asked("2026-03-04T17:30"),
    ]
    return [event for story in stories for event in only(story.until("2026-03-09T08:00")).events]


@pytest.fixture(scope="module")
def loaded(client: Client) -> Client:
    asyncio.run(load(client, events()))
    return client


@pytest.fixture(scope="module")
def report(loaded: Client) -> ReportRow:
    return weekly_report(loaded, _WEEK, now=_NOW).total


@pytest.fixture(scope="module")
def page(loaded: Client, database_url: str) -> Mapping[str, Any]:
    figures: Mapping[str, Any] = asyncio.run(_asked_of_the_page(database_url, _NOW))
    return figures


async def _asked_of_the_page(url: str, now: datetime) -> Any:
    reader = Reader(url, answer_seconds=20)
    asked = week(_WEEK, now)
    question = Question(scope=Scope(), period=asked, now=now, from_on=_WEEK, to_on=_WEEK + timedelta(days=7))
    try:
        return (await Statistics(reader).figures(question))["figures"]
    finally:
        await reader.close()


def test_page_report_and_plain_count_have_the_same_numbers(page: Mapping[str, Any], report: ReportRow) -> None:
    (counted,) = figures_of(events(), [], "province", week(_WEEK, _NOW))
    assert {name: page[name] for name in FIGURE_NAMES} == counts_of(report.counts)
    assert {name: page[name] for name in PLAINLY_COUNTED} == {name: getattr(counted, name) for name in PLAINLY_COUNTED}


def test_a_waived_apology_is_missing_neither_on_the_page_nor_in_the_report(
    page: Mapping[str, Any], report: ReportRow
) -> None:
    """Missing are the first one and the one that was asked for more when it was late already."""
    assert page["open_overdue_unapologised"] == report.counts.apology_missing == 2
    assert page["apology_waived"] == report.counts.apology_waived == 1
    assert (report.counts.apology_required, report.counts.apology_compliance) == (4, 1 / 3)
