"""Read the rulebook from its files.

Without a folder it reads the package's own data; an office may give its own folder with `calendars/`, `rulesets/` and,
where units work by different calendars, `unit-calendars.toml`; with `provisional-days.toml` years without a notice are covered.
Calendars of an office's own (other places, years before ours) may stand in one folder more, beside the package's.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet, parse_rule_set
from rules.book.toml_files import Content, content_of, toml_files
from rules.calendars.calendar import Calendar
from rules.calendars.provisional import ProvisionalDays, parse_provisional_days, with_provisional
from rules.calendars.spec import parse_calendar
from rules.calendars.units import UnitCalendar, parse_unit_calendars
from rules.errors import InvalidCalendarError, RulesError

_NEVER_INHERITED = frozenset({"id", "version", "published_at", "name", "name_en"})


def load_rulebook(folder: Traversable | None = None, own_calendars: Traversable | None = None) -> Rulebook:
    """Read and check every calendar and rule set of a folder (a `pathlib.Path` will do), and the calendars in `own_calendars`.

    Raises:
        RulesError: a file is not TOML or its content is refused, or there is no folder `own_calendars`; the message names it.
        OSError: a file can't be read.
    """
    root = files("rules") / "data" if folder is None else folder
    sources = [*toml_files(root / "calendars"), *_own(own_calendars)]
    contents = [(source, content_of(source)) for source in sources]
    published = {(data.get("id"), data.get("version")): data for _, data in contents}
    if len(published) != len(contents):
        message = f"two files publish the same version of a calendar: {_twice(contents)}"
        raise InvalidCalendarError(message)
    provisional = _provisional_days(root / "provisional-days.toml")
    return Rulebook(
        [_calendar(source, data, published, provisional) for source, data in contents],
        [_rule_set(source) for source in toml_files(root / "rulesets")],
        _unit_calendars(root / "unit-calendars.toml"),
    )


def _own(folder: Traversable | None) -> list[Traversable]:
    if folder is None:
        return []
    if not folder.is_dir():
        message = f"there is no folder {folder} with calendars"
        raise InvalidCalendarError(message)
    return toml_files(folder)


def _twice(contents: list[tuple[Traversable, Content]]) -> str:
    versions = [(data.get("id"), data.get("version")) for _, data in contents]
    pairs = zip(contents, versions, strict=True)
    return ", ".join(
        f"{version[0]} {version[1]} in {source.name}" for (source, _), version in pairs if versions.count(version) > 1
    )


def _calendar(
    source: Traversable,
    data: Content,
    published: Mapping[tuple[Any, Any], Content],
    provisional: ProvisionalDays | None,
) -> Calendar:
    try:
        whole = _extended(data, published)
        spec = parse_calendar(whole, _zone(whole))
        return Calendar(spec if provisional is None else with_provisional(spec, provisional))
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise


def _zone(data: Content) -> ZoneInfo:
    try:
        return ZoneInfo(data["time_zone"])
    except (KeyError, ValueError, ZoneInfoNotFoundError) as error:
        message = f"calendar {data.get('id', '?')}: no such time_zone: {error}"
        raise InvalidCalendarError(message) from error


def _extended(data: Content, published: Mapping[tuple[Any, Any], Content]) -> Content:
    """Lay a calendar over the exact version that it extends: field by field, exceptions day by day."""
    if "extends" not in data:
        return data
    wanted = data["extends"]
    base = published.get((wanted.get("id"), wanted.get("version"))) if isinstance(wanted, dict) else None
    if base is None or "extends" in base:
        message = (
            f"calendar {data.get('id', '?')} extends {wanted}, which is no published version that stands by itself"
        )
        raise InvalidCalendarError(message)
    own_days = {row.get("date") for row in data.get("exceptions", ())}
    kept = [row for row in base.get("exceptions", ()) if row.get("date") not in own_days]
    inherited = {name: value for name, value in base.items() if name not in _NEVER_INHERITED}
    return inherited | data | {"exceptions": [*kept, *data.get("exceptions", ())]}


def _rule_set(source: Traversable) -> RuleSet:
    data = content_of(source)
    try:
        return parse_rule_set(data)
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise


def _provisional_days(source: Traversable) -> ProvisionalDays | None:
    if not source.is_file():
        return None
    try:
        return parse_provisional_days(content_of(source))
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise


def _unit_calendars(source: Traversable) -> tuple[UnitCalendar, ...]:
    if not source.is_file():
        return ()
    try:
        return parse_unit_calendars(content_of(source))
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise
