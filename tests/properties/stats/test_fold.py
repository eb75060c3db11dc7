"""The fold sees a set: order, duplicates and the way events arrive change nothing."""

import random
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.stats.domain.facts import fold
from services.stats.domain.levels import place_units
from services.stats.domain.periods import period
from services.stats.domain.rows import DossierKey, known_event
from tests.lanes.examples import examples
from tests.oracles.plain_count import figures_of
from tests.unit.stats.dossiers import at, events_of
from tests.unit.stats.places import places_of
from tests.unit.stats.random_dossiers import random_dossiers, three_levels

UNITS = place_units(three_levels())
PLACES = places_of(UNITS)
NOW = at("2026-11-21")
SEEDS = st.integers(min_value=0, max_value=10**6)


@given(seed=SEEDS, order=st.randoms(use_true_random=False))
@settings(max_examples=examples(150), deadline=None)
def test_order_and_duplicates_change_nothing(seed: int, order: random.Random) -> None:
    (dossier,) = random_dossiers(seed, 1)
    key = DossierKey(dossier.opened_on, dossier.name)
    known = [known_event(event) for event in dossier.events]
    disordered = [*known, *order.choices(known, k=3)]
    order.shuffle(disordered)

    assert fold(key, disordered, PLACES) == fold(key, known, PLACES)


@given(seed=SEEDS, cut=st.integers(min_value=1, max_value=20))
@settings(max_examples=examples(100), deadline=None)
def test_more_events_always_win_and_the_original_due_date_never_changes(seed: int, cut: int) -> None:
    (dossier,) = random_dossiers(seed, 1)
    key = DossierKey(dossier.opened_on, dossier.name)
    known = [known_event(event) for event in dossier.events]
    part, whole = fold(key, known[:cut], PLACES), fold(key, known, PLACES)

    assert part is not None
    assert whole is not None
    assert part.version == len(known[:cut]) <= whole.version == len(known)
    if part.original_due_at is not None:
        assert part.original_due_at == whole.original_due_at
    # Only an explicit reopening takes an ending back.
    if part.ended_at is not None and not any(one.event_type == "dossier-reopened.v1" for one in known[cut:]):
        assert part.ended_at == whole.ended_at


@given(seed=SEEDS, first=st.integers(min_value=0, max_value=51), weeks=st.integers(min_value=1, max_value=6))
@settings(max_examples=examples(60), deadline=None)
def test_the_plain_count_balances_and_hands_over_from_period_to_period(seed: int, first: int, weeks: int) -> None:
    events = events_of(random_dossiers(seed, 25))
    start = date(2025, 5, 19) + timedelta(weeks=first)
    days = [start + timedelta(weeks=weeks * nth) for nth in range(3)]

    this, following = (figures_of(events, UNITS, "commune", period(*pair, NOW)) for pair in pairwise(days))

    for one in this:
        came = one.carried_in + one.received + one.reopened + one.transferred_in
        assert came == one.resolved + one.terminated + one.transferred_out + one.open
        assert one.resolved == one.early + one.on_time + one.late + one.unknown
        assert one.open == one.open_within + one.open_paused + one.open_overdue + one.open_unknown
        assert one.open_due_soon <= one.open_within
    assert {one.unit_id: one.open for one in this if one.open} == {
        one.unit_id: one.carried_in for one in following if one.carried_in
    }
