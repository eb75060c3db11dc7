"""Whole messages as a counter system sends them, for whoever writes one: each is taken by intake as it stands.

An example of the contract is only `data`. Here it gets its envelope, the actions that must come before it, the ids that it names,
and times of now: an example of last year would be told late, and an extension of last year would have no effect (B15).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, get_args

from events.reference_data import UnitLevel
from services.intake.domain.actions import event_id_of
from services.intake.domain.unit_register import Units

SOURCE: Final = "/vi-du/mot-cua"
UNIT_IDS: Final = (14797, 14812, 26734)
"""The units of the examples; where a register knows others, those stand in their places."""
LOCAL: Final = timezone(timedelta(hours=7))
WRITTEN_ON: Final = date(2026, 2, 11)
"""The day on which the examples of the contract play; their dates are moved by the days that have passed since."""
APART: Final = timedelta(minutes=1)

ACCEPTANCE: Final[Mapping[str, Any]] = {
    "procedure_code": "1.004873",
    "procedure_name": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "term": {"value": 7, "unit": "working_day"},
}
"""Of a dossier that comes first: long enough that nothing falls due while it is tried."""
_ACCEPTED: Final = ("dossier-accepted.v1",)
_SUBMITTED: Final = ("dossier-submitted.v1",)
_RECEIVED: Final = ("feedback-received.v1",)
_COMES_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "dossier-submitted.v1": (),
    "dossier-accepted.v1": (),
    "feedback-received.v1": (),
    "intake-guidance-issued.v1": _SUBMITTED,
    "intake-rejected.v1": _SUBMITTED,
    "feedback-refused.v1": _RECEIVED,
    "feedback-supplement-requested.v1": _RECEIVED,
    "feedback-answered.v1": _RECEIVED,
    "feedback-published.v1": (*_RECEIVED, "feedback-answered.v1"),
    "transfer-received.v1": (*_ACCEPTED, "dossier-transferred.v1"),
    "transfer-refused.v1": (*_ACCEPTED, "dossier-transferred.v1"),
    "step-completed.v1": (*_ACCEPTED, "step-started.v1"),
    "consultation-answered.v1": (*_ACCEPTED, "consultation-requested.v1"),
    "supplement-completed.v1": (*_ACCEPTED, "supplement-requested.v1"),
    "financial-obligation-exempted.v1": (*_ACCEPTED, "financial-obligation-requested.v1"),
    "payment-received.v1": (*_ACCEPTED, "financial-obligation-requested.v1"),
    "result-delivered.v1": (*_ACCEPTED, "result-ready-at-counter.v1"),
    "dossier-reopened.v1": (*_ACCEPTED, "result-ready-at-counter.v1"),
    "backdating-approved.v1": (
        *_ACCEPTED,
        "supplement-requested.v1",
        "supplement-completed.v1",
        "result-ready-at-counter.v1",
    ),
}
"""What intake must know of the dossier first; a type that doesn't stand here follows its acceptance."""
_DAY_OR_INSTANT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")


def units_to_try(units: Units, day: date) -> list[int]:
    """Units of the lowest level that the register of a day has, as many as the examples name."""
    levels = get_args(UnitLevel)
    found = [(levels.index(history.level), history.unit_id) for history in units if history.on(day)]
    return [unit_id for _, unit_id in sorted(found, reverse=True)[: len(UNIT_IDS)]]


def example_messages(
    event_type: str,
    example: Mapping[str, Any],
    first_of: Callable[[str], Mapping[str, Any]],
    now: datetime,
    known_units: Sequence[int],
) -> list[dict[str, Any]]:
    """The actions of one dossier that `now` does not know yet, the last of them the `example` of `event_type`.

    `first_of` gives the data of an action that comes before it. All times lie in the minutes before `now` and are written as in
    Việt Nam; days and instants in the data are as many days from today as they are from the day on which the examples play. The
    units are `known_units`, as far as there are any.
    """
    earlier = _COMES_FIRST.get(event_type, _ACCEPTED)
    token = f"{now:%y%m%d%H%M%S%f}"
    messages = [
        _message(of, data, now - APART * (len(earlier) + 1 - number), f"VIDU-{token}", number)
        for number, (of, data) in enumerate([*((of, _before(of, first_of)) for of in earlier), (event_type, example)])
    ]
    days = now.astimezone(LOCAL).date() - WRITTEN_ON
    units = dict(zip(UNIT_IDS, (*known_units, *UNIT_IDS[len(known_units) :]), strict=False))
    for message in messages:
        message["unitid"] = units[UNIT_IDS[0]]
        message["data"] = _named(
            _moved(message["data"], days), units, [event_id_of(SOURCE, one["id"]) for one in messages]
        )
    return messages


def _before(event_type: str, first_of: Callable[[str], Mapping[str, Any]]) -> Mapping[str, Any]:
    return ACCEPTANCE if event_type == "dossier-accepted.v1" else first_of(event_type)


def _message(event_type: str, data: Mapping[str, Any], at: datetime, code: str, number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{code}-{number + 1}",
        "source": SOURCE,
        "type": event_type,
        "subject": code,
        "time": at.astimezone(LOCAL).isoformat(timespec="seconds"),
        "unitid": UNIT_IDS[0],
        "actorid": "cb-017",
        "data": data,
    }


def _moved(value: Any, days: timedelta) -> Any:
    match value:
        case dict():
            return {name: _moved(inner, days) for name, inner in value.items()}
        case list():
            return [_moved(inner, days) for inner in value]
        case str() if (found := _DAY_OR_INSTANT.fullmatch(value)) is not None:
            return (date.fromisoformat(found[1]) + days).isoformat() + (found[2] or "")
        case _:
            return value


def _named(data: dict[str, Any], units: Mapping[int, int], event_ids: list[str]) -> dict[str, Any]:
    """What the data names of its own dossier is the action before it, or the ones before that; its units are known ones."""
    named = {name: units.get(value, value) if name.endswith("unit_id") else value for name, value in data.items()}
    if "target_event_id" in named:
        named["target_event_id"] = event_ids[-2]
    if "further_event_ids" in named:
        named["further_event_ids"] = event_ids[-3:-2]
    return named
