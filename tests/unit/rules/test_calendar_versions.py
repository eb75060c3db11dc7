"""Versions of one calendar side by side, what was known when (DR-27), and which calendar a unit works by (DR-28)."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet, parse_rule_set
from rules.calendars.calendar import Calendar
from rules.calendars.spec import parse_calendar
from rules.calendars.units import UnitCalendar, parse_unit_calendars
from rules.errors import InvalidCalendarError, NaiveInstantError, UnknownCalendarError

DATA = files("rules") / "data"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, SECOND, TENTH = (datetime(2026, month, 1, 8, 0, tzinfo=ZONE) for month in (1, 8, 11))
INSTANT = timedelta(microseconds=1)


def published(path: str = "calendars/vn-standard.toml") -> dict[str, Any]:
    return tomllib.loads((DATA / path).read_text(encoding="utf-8"))


def version(number: str, published_at: datetime) -> Calendar:
    return Calendar(parse_calendar(published() | {"version": number, "published_at": published_at}, ZONE))


@pytest.fixture(scope="module")
def three(rulebook: Rulebook) -> Rulebook:
    # In the order of file names, which is not the order of versions.
    versions = [version("2026.1", FIRST), version("2026.10", TENTH), version("2026.2", SECOND)]
    return Rulebook([*versions, rulebook.calendar("weekdays-amsterdam")], rulebook.rule_sets)


@pytest.mark.parametrize(
    ("known_at", "number"),
    [
        (FIRST - timedelta(days=900), "2026.1"),  # none was published yet: the oldest
        (FIRST, "2026.1"),
        (SECOND - INSTANT, "2026.1"),
        (SECOND, "2026.2"),
        (SECOND.astimezone(UTC), "2026.2"),
        (TENTH - INSTANT, "2026.2"),
        (TENTH, "2026.10"),
        (TENTH + timedelta(days=900), "2026.10"),
        (None, "2026.10"),
    ],
)
def test_the_newest_version_known_at_an_instant_is_given(
    three: Rulebook, known_at: datetime | None, number: str
) -> None:
    assert three.calendar("vn-standard", known_at=known_at).version == number
    assert three.calendar(known_at=known_at).version == number


def test_a_pinned_version_wins_over_what_was_known(three: Rulebook) -> None:
    assert three.calendar("vn-standard", "2026.2", TENTH).version == "2026.2"
    assert three.calendar(version="2026.2").version == "2026.2"
    with pytest.raises(UnknownCalendarError, match=r"no calendar vn-standard 2026\.3; there are: vn-standard 2026\.1,"):
        three.calendar("vn-standard", "2026.3", TENTH)


def test_what_was_known_of_an_unknown_calendar_is_refused(three: Rulebook) -> None:
    with pytest.raises(UnknownCalendarError, match=r"no calendar lunar \(any version\)"):
        three.calendar("lunar", known_at=TENTH)


def test_an_instant_of_knowledge_needs_a_zone(three: Rulebook) -> None:
    with pytest.raises(NaiveInstantError, match="2026-08-01T08:00:00 has no time zone"):
        three.calendar("vn-standard", known_at=SECOND.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"published_at": datetime(2026, 1, 1)}, "not an instant with its offset"),  # noqa: DTZ001 - that is the point
        ({"published_at": date(2026, 1, 1)}, "not an instant with its offset"),
        ({"version": "2026.a"}, "numbers with points"),
        ({"version": "2026."}, "numbers with points"),
    ],
)
def test_a_version_says_which_it_is_and_since_when(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidCalendarError, match=message):
        parse_calendar(published() | change, ZONE)


def rule_set_from(rule_set_id: str, valid_from: date) -> RuleSet:
    return parse_rule_set(published("rulesets/vn-2025.1.toml") | {"id": rule_set_id, "valid_from": valid_from})


def test_the_rule_set_of_a_day_is_the_newest_in_force(rulebook: Rulebook) -> None:
    july, march = date(2025, 7, 1), date(2026, 3, 1)
    rule_sets = [
        rule_set_from("vn-2026.1", march),
        rule_set_from("vn-2025.9", july),
        rule_set_from("vn-2025.10", july),
        rule_set_from("vn-2025.1", date(2018, 6, 21)),
    ]
    book = Rulebook(rulebook.calendars, rule_sets)
    asked = [date(2010, 1, 1), july - timedelta(days=1), july, march - timedelta(days=1), march, date(2030, 1, 1)]
    found = [book.rule_set_for(day).rule_set_id for day in asked]
    assert found == ["vn-2025.1", "vn-2025.1", "vn-2025.10", "vn-2025.10", "vn-2026.1", "vn-2026.1"]
    assert [one.rule_set_id for one in book.rule_sets] == ["vn-2026.1", "vn-2025.10", "vn-2025.9", "vn-2025.1"]


def test_the_published_rule_set_is_that_of_every_day(rulebook: Rulebook) -> None:
    for day in (date(2023, 10, 27), date(2025, 7, 1), date(2026, 12, 31)):
        assert rulebook.rule_set_for(day) is rulebook.default_rule_set


ROW = {
    "unit_id": 19768,
    "calendar_id": "vn-saturday-morning",
    "valid_from": date(2026, 1, 1),
    "legal_source": "Quyết định",
    "source_status": "unverified",
}


def test_every_field_of_a_row_is_kept() -> None:
    (row,) = parse_unit_calendars({"assignments": [ROW]})
    assert {name: getattr(row, name) for name in ROW} == ROW


def test_a_unit_works_by_its_newest_row_and_else_by_the_default(rulebook: Rulebook) -> None:
    back = ROW | {"calendar_id": "vn-standard", "valid_from": date(2026, 7, 1)}
    other = ROW | {"unit_id": 1, "calendar_id": "weekdays-amsterdam", "valid_from": date(2020, 1, 1)}
    rows = parse_unit_calendars({"assignments": [back, ROW, other]})
    book = Rulebook(rulebook.calendars, rulebook.rule_sets, rows)
    asked = {
        (19768, date(2025, 12, 31)): "vn-standard",
        (19768, date(2026, 1, 1)): "vn-saturday-morning",
        (19768, date(2026, 6, 30)): "vn-saturday-morning",
        (19768, date(2026, 7, 1)): "vn-standard",
        (1, date(2026, 7, 1)): "weekdays-amsterdam",
        (2, date(2026, 7, 1)): "vn-standard",
    }
    assert {key: book.calendar_id_for_unit(*key) for key in asked} == asked
    assert [(row.unit_id, row.valid_from.month) for row in book.unit_calendars] == [(19768, 7), (19768, 1), (1, 1)]


def test_nothing_is_assigned_in_the_published_data(rulebook: Rulebook) -> None:
    assert rulebook.unit_calendars == ()
    assert rulebook.calendar_id_for_unit(19768, date(2026, 3, 2)) == "vn-standard"


def test_a_unit_cannot_work_by_a_calendar_that_is_not_published(rulebook: Rulebook) -> None:
    with pytest.raises(UnknownCalendarError, match="lunar"):
        Rulebook(rulebook.calendars, rulebook.rule_sets, [UnitCalendar(**(ROW | {"calendar_id": "lunar"}))])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "missing or wrong field: 'assignments'"),
        ({"assignments": [ROW | {"unit_id": "19768"}]}, "not a number from a day on"),
        ({"assignments": [ROW | {"valid_from": "2026-01-01"}]}, "not a number from a day on"),
        ({"assignments": [{"unit_id": 1}]}, "missing or wrong field: 'calendar_id'"),
        ({"assignments": [ROW, ROW]}, r"^calendars of units: a unit is given two calendars on the same day$"),
    ],
)
def test_rows_without_sense_are_refused(rows: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidCalendarError, match=message):
        parse_unit_calendars(rows)


BASE = (DATA / "calendars/vn-standard.toml").read_text(encoding="utf-8")
CHILD = """
id = "child"
version = "1"
published_at = 2026-11-21T00:00:00+07:00
name = "Lịch riêng"
name_en = "A calendar of its own"
extends = { id = "vn-standard", version = "2026.1" }

[[exceptions]]
date = 2026-11-24
kind = "off"
counts_for_term = false
open_for_intake = false
name = "nghỉ riêng"
name_en = "its own day off"
source_status = "unverified"

[[exceptions]]
date = 2026-11-25
kind = "off"
counts_for_term = false
open_for_intake = false
name = "nghỉ riêng"
name_en = "its own day off"
source_status = "unverified"
"""
OWN_SUMS = "\nchecksums = [{ year = 2026, working_days = [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 19, 23] }]\n"


def office(folder: Path, **calendars: str) -> Path:
    for name in ("calendars", "rulesets"):
        (folder / name).mkdir()
    rule_set = (DATA / "rulesets/vn-2025.1.toml").read_text(encoding="utf-8")
    (folder / "rulesets/vn-2025.1.toml").write_text(rule_set, encoding="utf-8")
    for name, text in {"standard": BASE, **calendars}.items():
        (folder / "calendars" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def own(text: str) -> str:
    """With sums of its own, which stand before the first table."""
    return text.replace("\n[[exceptions]]", OWN_SUMS + "\n[[exceptions]]", 1)


def test_a_calendar_may_lie_over_another_field_by_field_and_day_by_day(tmp_path: Path) -> None:
    book = load_rulebook(office(tmp_path, child=own(CHILD)))
    child, standard = book.calendar("child"), book.calendar("vn-standard")
    assert (child.version, child.spec.name, child.zone) == ("1", "Lịch riêng", standard.zone)
    assert child.sessions(date(2026, 3, 9)) == standard.sessions(date(2026, 3, 9))
    assert child.spec.entries[date(2026, 11, 24)].name == "nghỉ riêng"
    assert child.spec.entries.keys() - standard.spec.entries.keys() == {date(2026, 11, 25)}
    assert not child.is_working_day(date(2026, 11, 25))
    assert child.spec.checksums.keys() == {2026}


def test_neither_of_two_calendars_needs_exceptions(tmp_path: Path) -> None:
    bare = BASE.partition("# Working days per month")[0]
    child = CHILD.partition("[[exceptions]]")[0]
    book = load_rulebook(office(tmp_path, standard=bare, child=child))
    assert book.calendar("child").spec.entries == book.calendar("vn-standard").spec.entries == {}


def test_exceptions_are_all_inherited_where_none_is_given(tmp_path: Path) -> None:
    book = load_rulebook(office(tmp_path, child=CHILD.partition("[[exceptions]]")[0]))
    assert book.calendar("child").spec.entries == book.calendar("vn-standard").spec.entries


def test_sums_are_inherited_and_checked_like_all_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidCalendarError, match="child 1: 2026 has") as caught:
        load_rulebook(office(tmp_path, child=CHILD))
    assert caught.value.__notes__ == ["in child.toml"]


@pytest.mark.parametrize("field", ["id", "version", "published_at", "name", "name_en"])
def test_who_a_calendar_is_cannot_be_inherited(tmp_path: Path, field: str) -> None:
    text = "\n".join(line for line in own(CHILD).splitlines() if not line.startswith(f"{field} = "))
    with pytest.raises(InvalidCalendarError, match=f"missing or wrong field: '{field}'"):
        load_rulebook(office(tmp_path, child=text))


@pytest.mark.parametrize(
    ("extends", "said"),
    [
        ('{ id = "vn-standard", version = "2026.2" }', "which is no published version"),
        ('{ id = "vn-standard" }', "which is no published version"),
        ('"vn-standard"', "calendar child extends vn-standard, which is no published version"),
        ('{ id = "child", version = "1" }', "that stands by itself"),
    ],
)
def test_only_an_exact_version_that_stands_by_itself_can_be_extended(tmp_path: Path, extends: str, said: str) -> None:
    text = CHILD.replace('{ id = "vn-standard", version = "2026.1" }', extends)
    with pytest.raises(InvalidCalendarError, match=said):
        load_rulebook(office(tmp_path, child=text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('extends = "x"', r"^calendar \? extends x, which"),
        ('time_zone = "Mars/Olympus"', r"^calendar \?: no such time_zone: "),
    ],
)
def test_a_calendar_without_a_name_is_refused_too(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidCalendarError, match=said):
        load_rulebook(office(tmp_path, nameless=text))


def test_a_version_is_published_once(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidCalendarError, match=r"two files publish the same version of a calendar: .* in again\.toml"
    ):
        load_rulebook(office(tmp_path, again=BASE))


def test_two_versions_of_one_calendar_stand_side_by_side_in_files(tmp_path: Path) -> None:
    later = BASE.replace('version = "2026.1"', 'version = "2026.2"').replace("2026-11-21T", "2026-12-01T")
    book = load_rulebook(office(tmp_path, later=later))
    december = datetime(2026, 12, 1, tzinfo=ZONE)
    assert book.calendar(known_at=december - INSTANT).version == "2026.1"
    assert book.calendar(known_at=december) is book.default_calendar is book.calendar("vn-standard", "2026.2")


def test_an_office_may_give_its_units_calendars(tmp_path: Path) -> None:
    folder = office(tmp_path)
    rows = 'assignments = [{ unit_id = 7, calendar_id = "vn-standard", valid_from = 2026-01-01, legal_source = "x"'
    (folder / "unit-calendars.toml").write_text(rows + ', source_status = "unverified" }]', encoding="utf-8")
    assert [row.unit_id for row in load_rulebook(folder).unit_calendars] == [7]
    (folder / "unit-calendars.toml").write_text("assignments = 7", encoding="utf-8")
    with pytest.raises(InvalidCalendarError) as caught:
        load_rulebook(folder)
    assert caught.value.__notes__ == ["in unit-calendars.toml"]


def test_calendars_of_an_office_stand_beside_the_published_ones(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "hue.toml").write_text(BASE.replace('id = "vn-standard"', 'id = "hue"', 1), encoding="utf-8")
    book = load_rulebook(own_calendars=own)
    assert book.calendar("hue").version == "2026.1"
    assert book.default_calendar.calendar_id == "vn-standard"


def test_a_folder_of_an_office_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidCalendarError, match="there is no folder"):
        load_rulebook(own_calendars=tmp_path / "nowhere")


def test_what_is_no_calendar_in_an_offices_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "note.toml").write_text('text = "no calendar"', encoding="utf-8")
    with pytest.raises(InvalidCalendarError) as refused:
        load_rulebook(own_calendars=tmp_path)
    assert "in note.toml" in refused.value.__notes__
