"""The rulebook's files: what is refused, and what the published data say."""

import tomllib
from collections.abc import Callable
from datetime import date, time, timedelta
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
from rules.errors import (
    InvalidCalendarError,
    InvalidRuleSetError,
    RulesError,
    UnknownCalendarError,
    UnknownRuleSetError,
)

DATA = files("rules") / "data"


def data_of(path: str) -> dict[str, Any]:
    return tomllib.loads((DATA / path).read_text(encoding="utf-8"))


def test_the_parameters_have_their_published_values(rule_set: RuleSet) -> None:
    assert rule_set.rule_set_id == "vn-2025.1"
    assert rule_set.supplement_policy == "restart"
    assert rule_set.same_day_cut_off == time(15)
    assert rule_set.back_dating_tolerance == timedelta(minutes=15)
    assert rule_set.working_day_length == timedelta(hours=8)
    assert {rung.name: rung.working_days_before for rung in rule_set.ladder} == {"A1": None, "A2": 3, "A3": 1, "A4": 0}


def test_every_parameter_names_its_source_and_what_is_from_memory_is_unverified(rule_set: RuleSet) -> None:
    assert set(rule_set.sources) == set(data_of("rulesets/vn-2025.1.toml")["parameters"])
    assert all(source.source and source.rules for source in rule_set.sources.values())
    assert rule_set.sources["same_day_cut_off"].status == "unverified"
    assert rule_set.sources["supplement_policy"].status == "unverified"


def test_what_is_not_in_the_rulebook_is_said_with_what_is(rulebook: Rulebook) -> None:
    with pytest.raises(UnknownCalendarError, match=r"vn-standard 2026\.1"):
        rulebook.calendar("lunar")
    with pytest.raises(UnknownCalendarError, match=r"1999\.1"):
        rulebook.calendar("vn-standard", "1999.1")
    with pytest.raises(UnknownRuleSetError, match=r"^no rule set vn-1999\.1; there are: vn-2025\.1$"):
        rulebook.rule_set("vn-1999.1")
    assert rulebook.rule_set("vn-2025.1") is rulebook.rule_set()
    assert rulebook.calendar() is rulebook.default_calendar


def test_the_newest_version_of_a_calendar_is_meant_when_none_is_named(rulebook: Rulebook) -> None:
    old, zone = data_of("calendars/vn-standard.toml"), ZoneInfo("Asia/Ho_Chi_Minh")
    versions = [Calendar(parse_calendar(old | {"version": version}, zone)) for version in ("2026.10", "2026.9")]
    both = Rulebook(versions, rulebook.rule_sets)
    assert both.calendar("vn-standard").version == "2026.10"
    assert both.calendar("vn-standard", "2026.9").version == "2026.9"


def change(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update(fields)


def drop(field: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.__delitem__(field)


def shut_the_clock_change(data: dict[str, Any]) -> None:
    night = [{"start": time(0), "end": time(23, 59)}]
    data.update(working_weekdays=[1, 7], intake_weekdays=[1, 7], sessions=[data["sessions"][0] | {"periods": night}])


CALENDAR_FAULTS = {
    "no version": (drop("version"), "missing or wrong field"),
    "backwards": (change(valid_until=date(2009, 1, 1)), "before valid_from"),
    "eighth weekday": (change(working_weekdays=[1, 8]), "ISO numbers"),
    "no working day": (change(working_weekdays=[]), "ISO numbers"),
    "no sessions": (change(sessions=[]), "whole span"),
    "clock change": (shut_the_clock_change, "clocks change during"),
    "wrong sums": (change(checksums=[{"year": 2010, "working_days": [0] * 12}]), "working days, not"),
}


@pytest.mark.parametrize("fault", CALENDAR_FAULTS)
def test_a_calendar_that_contradicts_itself_is_refused(fault: str) -> None:
    spoil, message = CALENDAR_FAULTS[fault]
    data = data_of("calendars/weekdays-amsterdam.toml")
    spoil(data)
    with pytest.raises(InvalidCalendarError, match=message):
        Calendar(parse_calendar(data, ZoneInfo("Europe/Amsterdam")))


ENTRY = {
    "date": date(2012, 5, 1),
    "kind": "off",
    "counts_for_term": False,
    "open_for_intake": False,
    "name": "x",
    "name_en": "x",
    "source_status": "unverified",
}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([ENTRY, ENTRY], "listed twice"),
        ([ENTRY | {"date": date(2020, 5, 1)}], "outside the published span"),
        ([ENTRY | {"counts_for_term": True}], "contradict"),
        ([ENTRY | {"kind": "half"}], "contradict"),
        ([ENTRY | {"date": date(2012, 5, 5)}], "changes nothing"),
        ([ENTRY | {"kind": "make_up", "counts_for_term": True}], "changes nothing"),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused(entries: list[dict[str, Any]], message: str) -> None:
    data = data_of("calendars/weekdays-amsterdam.toml") | {"exceptions": entries}
    with pytest.raises(InvalidCalendarError, match=message):
        parse_calendar(data, ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [{"start": time(9), "end": time(9)}],
        [{"start": time(9), "end": time(8)}],
        [{"start": time(9), "end": time(12)}, {"start": time(12), "end": time(15)}],
    ],
)
def test_sessions_out_of_order_are_refused(periods: list[dict[str, time]]) -> None:
    data = data_of("calendars/weekdays-amsterdam.toml")
    data["sessions"][0]["periods"] = periods
    with pytest.raises(InvalidCalendarError, match="sessions from 2010-01-01"):
        parse_calendar(data, ZoneInfo("Europe/Amsterdam"))


def test_sessions_change_on_their_effective_date() -> None:
    data = data_of("calendars/weekdays-amsterdam.toml")
    shorter = data["sessions"][0] | {"valid_from": date(2012, 1, 2), "periods": [{"start": time(9), "end": time(12)}]}
    calendar = Calendar(
        parse_calendar(data | {"sessions": [data["sessions"][0], shorter]}, ZoneInfo("Europe/Amsterdam"))
    )
    assert calendar.end_of_last_session(date(2011, 12, 30)).hour == 17
    assert calendar.end_of_last_session(date(2012, 1, 2)).hour == 12
    eve = calendar.end_of_last_session(date(2011, 12, 30)) - timedelta(hours=1)
    assert calendar.add_working_time(eve, timedelta(hours=3)).isoformat() == "2012-01-02T11:00:00+01:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("supplement_policy", "forgive"),
        ("same_day_cut_off", "15:00"),
        ("back_dating_tolerance_minutes", -1),
        ("hours_per_working_day", 0),
        ("apology_working_days_before", 0),
        ("apology_short_term_working_days", -1),
        ("ladder", [{"name": "A2", "working_days_before": -1}]),
        ("ladder", [{"name": "A2", "working_days_before": 1}, {"name": "A2", "working_days_before": 2}]),
        ("ladder", [{"name": "A1", "remaining_percent": 100}]),
        ("ladder", [{"name": "A1"}]),
        ("ladder", [{"name": "A1", "remaining_percent": 20, "only_before": "A9"}]),
        ("ladder", [{"name": "A1", "remaining_percent": 20, "working_days_before": 1}]),
    ],
)
def test_a_parameter_without_sense_is_refused(name: str, value: object) -> None:
    data = data_of("rulesets/vn-2025.1.toml")
    data["parameters"][name]["value"] = value
    with pytest.raises(InvalidRuleSetError, match="no sense in"):
        parse_rule_set(data)


def test_a_missing_parameter_or_source_is_refused() -> None:
    data = data_of("rulesets/vn-2025.1.toml")
    del data["parameters"]["ladder"]["source"]
    with pytest.raises(InvalidRuleSetError, match="source"):
        parse_rule_set(data)
    del data["parameters"]["ladder"]
    with pytest.raises(InvalidRuleSetError, match="ladder"):
        parse_rule_set(data)


def test_an_office_may_bring_its_own_folder_and_a_fault_names_its_file(tmp_path: Path) -> None:
    for name in ("calendars/vn-standard.toml", "rulesets/vn-2025.1.toml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert [c.calendar_id for c in load_rulebook(tmp_path).calendars] == ["vn-standard"]
    (tmp_path / "calendars/vn-standard.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(RulesError, match=r"vn-standard\.toml is not readable TOML"):
        load_rulebook(tmp_path)
    (tmp_path / "calendars/vn-standard.toml").write_text('id = "x"\ntime_zone = "Mars/Olympus"', encoding="utf-8")
    with pytest.raises(InvalidCalendarError, match=r"^calendar x: no such time_zone: "):
        load_rulebook(tmp_path)
    (tmp_path / "calendars/vn-standard.toml").write_text('id = "x"\ntime_zone = "Asia/Ho_Chi_Minh"', encoding="utf-8")
    with pytest.raises(InvalidCalendarError) as caught:
        load_rulebook(tmp_path)
    assert caught.value.__notes__ == ["in vn-standard.toml"]


def test_a_fault_of_a_rule_set_names_its_file(tmp_path: Path) -> None:
    for name in ("calendars/vn-standard.toml", "rulesets/vn-2025.1.toml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "rulesets/vn-2025.1.toml").write_text('id = "x"', encoding="utf-8")
    with pytest.raises(InvalidRuleSetError) as caught:
        load_rulebook(tmp_path)
    assert caught.value.__notes__ == ["in vn-2025.1.toml"]
