"""How a dossier stands in a period: the names that a figure's predicate may use, declared once, as SQL (decision B11, OR-8). Pure data.

In go the columns of the facts and `period_from`, `period_to`; each name may use those above it. `make generated` puts them into the
view that figures are counted by and into the query of the roll-up, so that both say the same of a period.
"""

from typing import Final

_PLACE: Final = "{0}unit_id, {0}province_id, {0}district_id, {0}commune_id"

STANDING: Final = (
    ("ended_before", "arrayCount(at -> at < period_from, endings.counted_at)"),
    ("ended_until", "arrayCount(at -> at < period_to, endings.counted_at)"),
    ("reopened_before", "arrayCount(at -> at < period_from, reopenings.counted_at)"),
    ("reopened_until", "arrayCount(at -> at < period_to, reopenings.counted_at)"),
    # An ending and the reopening that follows it take turns, so whichever is ahead says how it stands.
    ("was_ended", "ended_before > reopened_before"),
    ("is_ended", "ended_until > reopened_until"),
    ("is_concerned", "accepted_at < period_to AND (NOT was_ended OR reopened_until > reopened_before)"),
    # Where it counts: the unit that received it, then whoever took it over in a reorganisation; the path through the period
    # goes from where it came into the stock to where it left it or still is.
    (
        "taken_over_at_entry",
        "multiIf(empty(reassignments), 0, accepted_at >= period_from, 0, "
        "was_ended, arrayCount(at -> at <= reopenings.counted_at[reopened_before + 1], reassignments.counted_at), "
        "arrayCount(at -> at < period_from, reassignments.counted_at))",
    ),
    (
        "taken_over_at_exit",
        "multiIf(empty(reassignments), 0, "
        "is_ended, arrayCount(at -> at <= endings.counted_at[ended_until], reassignments.counted_at), "
        "arrayCount(at -> at < period_to, reassignments.counted_at))",
    ),
    (
        "path",
        f"arraySlice(arrayConcat([({_PLACE.format('')})], arrayMap(one -> ({_PLACE.format('one.')}), reassignments)), "
        "taken_over_at_entry + 1, taken_over_at_exit - taken_over_at_entry + 1)",
    ),
    ("period_outcome", "if(is_ended, endings.outcome[ended_until], 'open')"),
)
"""(name, SQL). `was_ended`: before the period; `is_ended`: at its end; `path`: (unit, province, district, commune) in order."""
