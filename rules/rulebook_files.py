"""Read the rulebook from its files: the only module of `rules` that touches a disk.

Without a folder it reads the package's own data; an office may give its own folder with `calendars/` and `rulesets/`.
"""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.calendar import Calendar
from rules.calendar_spec import parse_calendar
from rules.errors import InvalidCalendarError, RulesError
from rules.rulebook import Rulebook
from rules.ruleset import RuleSet, parse_rule_set


def load_rulebook(folder: Traversable | None = None) -> Rulebook:
    """Read and check every calendar and rule set of a folder (a `pathlib.Path` will do).

    Raises:
        RulesError: a file is not TOML or its content is refused; the message names the file.
        OSError: a file can't be read.
    """
    root = files("rules") / "data" if folder is None else folder
    return Rulebook(
        [_calendar(source) for source in _toml_files(root / "calendars")],
        [_rule_set(source) for source in _toml_files(root / "rulesets")],
    )


def _toml_files(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _calendar(source: Traversable) -> Calendar:
    data = _content(source)
    try:
        zone = ZoneInfo(data["time_zone"])
    except (KeyError, ValueError, ZoneInfoNotFoundError) as error:
        message = f"{source.name}: no such time_zone: {error}"
        raise InvalidCalendarError(message) from error
    try:
        return Calendar(parse_calendar(data, zone))
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise


def _rule_set(source: Traversable) -> RuleSet:
    data = _content(source)
    try:
        return parse_rule_set(data)
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise


def _content(source: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{source.name} is not readable TOML: {error}"
        raise RulesError(message) from error
