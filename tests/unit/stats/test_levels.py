"""The hierarchy as effective-dated data."""

from datetime import date

import pytest

from services.stats.domain.errors import UnitFileError
from services.stats.domain.levels import NOWHERE, Place, place_units
from services.stats.domain.periods import LAST_DAY
from tests.unit.stats.places import places_of
from tests.unit.stats.random_dossiers import unit

START = date(2025, 1, 1)
CHANGE = date(2025, 7, 1)


def test_a_period_is_cut_where_an_ancestor_changes() -> None:
    units = [
        unit(1, "province", 0, START),
        unit(2, "province", 0, START),
        unit(20, "district", 1, START, CHANGE),
        unit(20, "district", 2, CHANGE),
        unit(300, "commune", 20, START),
    ]

    pieces = [one for one in place_units(units) if one.period.unit_id == 300]

    assert [(one.valid_from, one.valid_until, one.place) for one in pieces] == [
        (START, CHANGE, Place(1, 20, 300)),
        (CHANGE, LAST_DAY, Place(2, 20, 300)),
    ]


def test_a_parent_that_is_not_there_leaves_the_upper_levels_empty_until_it_comes() -> None:
    pieces = place_units([unit(1, "province", 0, CHANGE), unit(300, "commune", 1, START)])
    places = places_of(pieces)

    assert places.on(300, date(2025, 6, 30)) == Place(0, 0, 300)
    assert places.on(300, CHANGE) == Place(1, 0, 300)


def test_a_department_stands_under_its_province() -> None:
    places = places_of(place_units([unit(1, "province", 0, START), unit(9, "province", 1, START)]))

    assert places.on(9, CHANGE) == Place(1, 0, 0)


def test_outside_its_periods_a_unit_is_nowhere() -> None:
    places = places_of(place_units([unit(300, "commune", 0, START, CHANGE)]))

    assert places.on(300, date(2024, 12, 31)) == NOWHERE
    assert places.on(300, date(2025, 6, 30)) == Place(0, 0, 300)
    assert places.on(300, CHANGE) == NOWHERE


def test_overlapping_periods_are_refused() -> None:
    with pytest.raises(UnitFileError, match="unit 300: the period from 2025-07-01 begins before"):
        place_units([unit(300, "commune", 0, START), unit(300, "commune", 0, CHANGE)])


def test_parents_that_form_a_ring_are_refused() -> None:
    with pytest.raises(UnitFileError, match="ring"):
        place_units([unit(1, "province", 2, START), unit(2, "province", 1, START)])
