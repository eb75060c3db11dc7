"""When and in whose stock a dossier was open, from its turns and the units that kept it."""

from datetime import UTC, date, datetime

from services.stats.domain.levels import Place, Places
from services.stats.domain.stays import FAR_FUTURE, FAR_PAST, Keeper, Stay, Turn, stays_of

OLD, NEW = 1, 2
PLACES = Places(
    [
        (OLD, date(2020, 1, 1), date(2149, 6, 6), Place(9, 8, OLD)),
        (NEW, date(2020, 1, 1), date(2149, 6, 6), Place(9, 0, NEW)),
    ]
)


def day(number: int) -> datetime:
    """A day of March 2026, early in the day of Vietnam."""
    return datetime(2026, 3, number, 1, tzinfo=UTC)


def short(stays: list[Stay]) -> list[tuple[object, ...]]:
    return [(one.since, one.until, one.came_by, one.outcome, one.unit_id) for one in stays]


def test_what_is_open_stays_into_the_far_future() -> None:
    (stay,) = stays_of([Turn(day(2), FAR_FUTURE, "open")], [Keeper(day(2), OLD)], PLACES)
    assert stay == (day(2), FAR_FUTURE, FAR_PAST, FAR_FUTURE, "accepted", "open", day(2), OLD, 9, 8, OLD)


def test_each_stay_knows_when_its_neighbours_end_and_begin() -> None:
    turns = [Turn(day(2), day(5), "late"), Turn(day(11), day(12), "early")]
    first, second = stays_of(turns, [Keeper(day(2), OLD)], PLACES)
    assert (first.next_since, second.previous_until) == (day(11), day(5))
    assert (second.came_by, second.outcome, second.next_since) == ("reopened", "early", FAR_FUTURE)


def test_a_reassignment_cuts_a_stay_and_a_place_is_that_of_its_day() -> None:
    stays = stays_of([Turn(day(2), day(9), "early")], [Keeper(day(2), OLD), Keeper(day(5), NEW)], PLACES)
    assert short(stays) == [
        (day(2), day(5), "accepted", "reassigned", OLD),
        (day(5), day(9), "reassigned", "early", NEW),
    ]
    assert (stays[1].unit_since, stays[1].district_id) == (day(5), 0)


def test_what_is_reassigned_while_it_stands_ended_comes_back_at_the_new_unit() -> None:
    turns = [Turn(day(2), day(4), "early"), Turn(day(8), FAR_FUTURE, "open")]
    stays = stays_of(turns, [Keeper(day(2), OLD), Keeper(day(6), NEW)], PLACES)
    assert short(stays) == [(day(2), day(4), "accepted", "early", OLD), (day(8), FAR_FUTURE, "reopened", "open", NEW)]


def test_at_the_instant_of_a_reassignment_the_new_unit_counts_but_the_acceptance_is_the_receivers() -> None:
    at_the_end = stays_of([Turn(day(2), day(5), "early")], [Keeper(day(2), OLD), Keeper(day(5), NEW)], PLACES)
    assert short(at_the_end)[-1] == (day(5), day(5), "reassigned", "early", NEW)
    at_the_start = stays_of([Turn(day(2), day(5), "early")], [Keeper(day(2), OLD), Keeper(day(2), NEW)], PLACES)
    assert short(at_the_start)[0] == (day(2), day(2), "accepted", "reassigned", OLD)


def test_the_same_unit_named_twice_at_one_instant_keeps_its_place_in_the_order() -> None:
    turns = [Turn(day(2), day(4), "early"), Turn(day(8), day(9), "late")]
    stays = stays_of(turns, [Keeper(day(2), OLD), Keeper(day(2), OLD)], PLACES)
    assert [one.until for one in stays] == [day(2), day(4), day(9)]
