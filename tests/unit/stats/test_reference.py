"""The hierarchy of the statistics by the events of units: it depends on the set of events only (ADR 0020)."""

import random
from datetime import date

import pytest

from events.data_codec import typed
from events.envelope import Event
from events.errors import UnknownEventTypeError
from events.units import UnitCreated
from services.stats.domain.errors import RowOutOfRangeError
from services.stats.domain.levels import NOWHERE, Place, Places, place_units
from services.stats.domain.periods import FIRST_DAY, LAST_DAY
from services.stats.domain.reference import (
    REFERENCE_COLUMNS,
    OfficerPeriod,
    StoredReference,
    officer_periods,
    reference_row,
    unit_periods,
)
from services.stats.domain.rows import LogPlace, data_text
from tests.unit.intake.counter import NOW
from tests.unit.intake.officers import raw_officer
from tests.unit.intake.units import CITY, DISTRICT, NEW, OLD, before_the_reform, raw_unit, recorded, reform
from tests.unit.stats.dossiers import Dossier, at

PLACE = LogPlace("reference-events", 0, 7, NOW)


def stored(event: Event) -> StoredReference:
    row = dict(zip(REFERENCE_COLUMNS, reference_row(event, data_text(event), PLACE), strict=True))
    return StoredReference(**{name: row[name] for name in StoredReference._fields})


def places(events: list[StoredReference]) -> Places:
    pieces = place_units(unit_periods(events))
    return Places((one.period.unit_id, one.valid_from, one.valid_until, one.place) for one in pieces)


ALL = [stored(one) for one in recorded([*before_the_reform(), *reform()])]


def test_units_stand_where_their_events_say_on_each_day() -> None:
    found = places(ALL)
    assert found.on(OLD, date(2025, 6, 30)) == Place(CITY, DISTRICT, OLD)
    assert found.on(OLD, date(2025, 7, 1)) == NOWHERE
    assert found.on(NEW, date(2025, 7, 1)) == Place(CITY, 0, NEW)
    assert found.on(NEW, date(2025, 6, 30)) == NOWHERE


@pytest.mark.parametrize("seed", range(5))
def test_doubled_and_in_any_order_they_say_the_same(seed: int) -> None:
    chance = random.Random(seed)
    delivered = [*ALL, *chance.sample(ALL, 4)]
    chance.shuffle(delivered)
    assert unit_periods(delivered) == unit_periods(ALL)


def test_of_a_unit_whose_beginning_has_not_come_nothing_is_said() -> None:
    late = [one for one in ALL if one.event_type != "unit-created.v1"]
    assert unit_periods(late) == []


def test_days_outside_of_what_the_statistics_hold_are_their_first_and_last() -> None:
    (event,) = recorded([raw_unit("created", 7, "1945-09-02", name="Tỉnh A", level="province")])
    (period,) = unit_periods([stored(event)])
    assert (period.valid_from, period.valid_until, period.parent_id) == (FIRST_DAY, LAST_DAY, 0)
    gone = recorded(
        [
            raw_unit("created", 7, "1945-09-02", name="Tỉnh A", level="province"),
            raw_unit("abolished", 7, "1960-01-01"),
        ]
    )
    assert unit_periods(map(stored, gone)) == []


def test_what_is_no_event_of_a_unit_or_fits_no_column_is_refused() -> None:
    dossier = Dossier("D").accepted(at("2026-03-02")).events[0]
    with pytest.raises(UnknownEventTypeError, match="dossier-accepted"):
        reference_row(dossier, "{}", PLACE)
    (event,) = recorded([raw_unit("created", 7, "2025-01-01", name="A", level="province")])
    wide = typed(UnitCreated, {"unit_id": 2**32, "valid_from": "2025-01-01", "name": "A", "level": "province"})
    with pytest.raises(RowOutOfRangeError, match="unit_id"):
        reference_row(Event(envelope=event.envelope, data=wide), "{}", PLACE)


OFFICERS = [
    stored(one)
    for one in recorded(
        [
            *before_the_reform(),
            raw_officer("assigned", "ld-1", "2025-01-01", unit_id=CITY, role="head_of_unit"),
            raw_officer("assigned", "cb-1", "2025-01-01", unit_id=OLD, role="officer", legal_basis="QĐ 1"),
            raw_officer("assigned", "cb-1", "2025-02-01", unit_id=CITY, role="head_of_unit", deputy_of="ld-1"),
            raw_officer("absent", "cb-1", "2025-06-01", valid_until="2025-08-01"),
            raw_officer("absent", "ld-1", "2025-03-03", valid_until="2025-03-10"),
            *reform(),
        ]
    )
]


def test_officers_have_their_places_with_the_days_on_which_they_are_away_and_end_with_their_unit() -> None:
    def place(officer_id: str, unit_id: int, since: str, until: str, **more: object) -> OfficerPeriod:
        fields = {"role": "head_of_unit", "deputy_of": "", "is_absent": False, "legal_basis": ""} | more
        days = {
            "valid_from": date.fromisoformat(since),
            "valid_until": date.fromisoformat(until) if until else LAST_DAY,
        }
        return OfficerPeriod(officer_id=officer_id, unit_id=unit_id, **days, **fields)  # type: ignore[arg-type]

    old = {"role": "officer", "legal_basis": "QĐ 1"}
    standing_in = {"deputy_of": "ld-1"}
    assert sorted(officer_periods(OFFICERS)) == [
        place("cb-1", CITY, "2025-02-01", "2025-06-01", **standing_in),
        place("cb-1", CITY, "2025-06-01", "2025-08-01", **standing_in, is_absent=True),
        place("cb-1", CITY, "2025-08-01", "", **standing_in),
        place("cb-1", OLD, "2025-01-01", "2025-06-01", **old),
        place("cb-1", OLD, "2025-06-01", "2025-07-01", **old, is_absent=True),
        place("ld-1", CITY, "2025-01-01", "2025-03-03"),
        place("ld-1", CITY, "2025-03-03", "2025-03-10", is_absent=True),
        place("ld-1", CITY, "2025-03-10", ""),
    ]
    assert len(unit_periods(OFFICERS)) == len(unit_periods(ALL)), "the same units"


@pytest.mark.parametrize("seed", range(3))
def test_officers_are_the_same_doubled_and_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    delivered = [*OFFICERS, *chance.sample(OFFICERS, 4)]
    chance.shuffle(delivered)
    assert sorted(officer_periods(delivered)) == sorted(officer_periods(OFFICERS))


def test_what_ended_before_the_first_day_of_the_statistics_is_no_place() -> None:
    told = recorded(
        [
            raw_unit("created", 7, "1945-09-02", name="Tỉnh A", level="province"),
            raw_officer("assigned", "a", "1950-01-01", unit_id=7, role="chair", valid_until="1960-01-01"),
            raw_officer("assigned", "b", "1960-01-01", unit_id=7, role="chair"),
        ]
    )
    (place,) = officer_periods(map(stored, told))
    assert (place.officer_id, place.valid_from, place.valid_until) == ("b", FIRST_DAY, LAST_DAY)
