"""Recorded = counted: what is on its way is no alarm, what stays apart is one, and its first ids are named."""

from typing import Any

import pytest

from services.stats.domain.comparison import (
    FIRST,
    UNSEEN_SECONDS,
    YOUNG_SECONDS,
    Apart,
    Pair,
    Verdict,
    compared_pair,
    differing_buckets,
    standing_apart,
)

OLD = YOUNG_SECONDS + 1


def missing(name: str, age: float = OLD) -> Apart:
    return Apart(name=name, age_seconds=age, is_missing=True)


def surplus(name: str, age: float = OLD) -> Apart:
    return Apart(name=name, age_seconds=age, is_missing=False)


@pytest.mark.parametrize(
    ("expected", "found", "apart", "waiting", "verdict"),
    [
        (3, 3, (), 0, "same"),
        (3, 2, (missing("a", YOUNG_SECONDS),), 0, "on_its_way"),
        (3, 2, (missing("a"),), 0, "differs"),
        (3, 2, (missing("a"),), 1, "on_its_way"),  # the loader has yet to read it
        (9, 2, (missing("a"), missing("b")), 1, "differs"),  # more is missing than is still unread
        (3, 4, (surplus("forged"),), 0, "differs"),
        (3, 4, (surplus("forged"),), 99, "differs"),  # what was never recorded is not on its way, whatever waits
        (3, 4, (surplus("a", 0.0),), 0, "on_its_way"),  # recorded between the two looks
        (3, 3, (missing("lost"), surplus("forged")), 0, "differs"),  # equal counts, other events
        (4, 3, (), 0, "on_its_way"),  # gone when it was looked at closely
    ],
)
def test_a_difference_that_stays_is_told_from_what_is_on_its_way(
    expected: int, found: int, apart: tuple[Apart, ...], waiting: int, verdict: Verdict
) -> None:
    pair = Pair(name="pair", expected=expected, found=found, apart=apart, waiting=waiting)
    assert pair.verdict == verdict
    assert bool(pair.first()) == (verdict == "differs")


def test_only_what_stays_is_named_and_only_the_first_of_it() -> None:
    many = tuple(missing(f"event {number}") for number in range(9))
    pair = Pair(name="pair", expected=9, found=0, apart=(*reversed(many), missing("event -1", 1.0)))
    assert pair.first() == [f"event {number}" for number in range(FIRST)]


def test_ids_are_looked_for_only_where_counts_differ() -> None:
    assert differing_buckets({"00": 3, "01": 2, "ff": 1}, {"00": 3, "01": 3, "a0": 1}, 2) == ["01", "a0"]
    assert differing_buckets({"00": 3}, {"00": 3}, 2) == []


def test_what_stands_on_one_side_only_keeps_the_age_it_has_there() -> None:
    found = standing_apart({"both": 50.0, "lost": 40.0}, {"both": 1.0, "forged": 30.0}, ["both", "lost", "forged"])
    assert found == (surplus("forged", 30.0), missing("lost", 40.0))


def kept(**changes: Any) -> dict[str, Any]:
    """A row of the table `comparisons`."""
    row = {"pair": "streams", "expected": 9, "found": 9, "first_ids": [], "unseen_seconds": 0, "reason": ""}
    return {**row, **changes}


@pytest.mark.parametrize(
    ("seconds", "first", "verdict"),
    [
        (UNSEEN_SECONDS, [], "same"),
        (UNSEEN_SECONDS + 1, [], "uncompared"),
        (UNSEEN_SECONDS + 1, ["d-1"], "differs"),
    ],
)
def test_what_could_not_be_compared_for_minutes_is_no_more_the_same(
    seconds: int, first: list[str], verdict: Verdict
) -> None:
    assert compared_pair(kept(unseen_seconds=seconds, first_ids=first)).verdict == verdict


@pytest.mark.parametrize(("first", "verdict"), [([], "same"), (["d-1"], "differs")])
def test_what_the_loader_found_differing_is_a_difference(first: list[str], verdict: Verdict) -> None:
    pair = compared_pair(kept(first_ids=first, found=9 - len(first)))
    assert (pair.verdict, pair.first()) == (verdict, [f"dossier {one}" for one in first])
