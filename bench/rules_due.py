"""Due dates per second of processor time by the pure rules, so on one core: `python -m bench.rules_due`.

Prints the median and the best of several runs per kind of question, beside the limit of 200,000 due dates/s for the units
mixed and for each by itself; and the time to read and build the rulebook, beside its limit.
"""

import argparse
import gc
import random
import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from time import process_time

from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.change import is_touched
from rules.due.ladder import apology_latest_at, near_due_rungs
from rules.due.supplement import Pause, adjusted_due
from rules.due.terms import Term, TermUnit, due
from rules.explain.clock_explanation import explain_due

LIMIT = 200_000
LOAD_LIMIT_MS = 150
UNITS: dict[TermUnit, int] = {"working_day": 60, "hour": 60, "calendar_day": 90, "month": 3, "same_day": 1}


def accepted_instants(count: int, seed: int) -> list[datetime]:
    rng = random.Random(seed)
    first = datetime(2023, 1, 2, tzinfo=UTC)
    return [first + timedelta(seconds=rng.randrange(3 * 365 * 86_400)) for _ in range(count)]


def rates(work: Callable[[], object], count: int, runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        gc.collect()
        start = process_time()
        work()
        found.append(count / (process_time() - start))
    return found


def _all_due(calendar: Calendar, rule_set: RuleSet, pairs: list[tuple[datetime, Term]]) -> None:
    for at, term in pairs:
        due(calendar, at, term, rule_set)


def questions(
    calendar: Calendar, rule_set: RuleSet, count: int, seed: int
) -> dict[str, tuple[Callable[[], object], int]]:
    rng = random.Random(seed)
    instants = accepted_instants(count, seed)
    asked: dict[str, tuple[Callable[[], object], int]] = {}
    mixed: list[tuple[datetime, Term]] = []
    for unit, longest in UNITS.items():
        pairs = [(at, Term(value=rng.randint(1, longest), unit=unit)) for at in instants]
        mixed += pairs[: count // len(UNITS)]
        asked[f"due, {unit}"] = (partial(_all_due, calendar, rule_set, pairs), count)
    rng.shuffle(mixed)
    asked["due, mixed units"] = (partial(_all_due, calendar, rule_set, mixed), len(mixed))
    few = [(at, t, due(calendar, at, t, rule_set)) for at, t in mixed[: count // 5]]
    pauses = [(Pause(requested_at=d.effective_start_at, completed_at=d.due_at),) for _, _, d in few]
    asked["ladder + apology"] = (
        lambda: [
            (near_due_rungs(calendar, d, t, rule_set), apology_latest_at(calendar, d, t, rule_set)) for _, t, d in few
        ],
        len(few),
    )
    asked["due after a supplement"] = (
        lambda: [
            adjusted_due(calendar, d, t, p, rule_set, rule_set.supplement_policy)
            for (_, t, d), p in zip(few, pauses, strict=True)
        ],
        len(few),
    )
    other = Calendar(replace(calendar.spec, version="0"))
    asked["touched by a version"] = (
        lambda: [is_touched(calendar, other, at.date(), d.due_on) for at, _, d in few],
        len(few),
    )
    told = few[: count // 100]
    asked["explained day by day"] = (lambda: [explain_due(calendar, at, t, rule_set) for at, t, _ in told], len(told))
    return asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="questions per run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = process_time()
    rulebook = load_rulebook()
    took = (process_time() - start) * 1000
    print(f"rulebook read and built in {took:.1f} ms (limit {LOAD_LIMIT_MS} ms); limit {LIMIT:,} due dates/s")
    print(f"{'question':<24}{'median/s':>12}{'best/s':>12}{'us each':>10}{'x limit':>9}")
    calendar, rule_set = rulebook.default_calendar, rulebook.default_rule_set
    for name, (work, count) in questions(calendar, rule_set, options.count, options.seed).items():
        found = rates(work, count, options.runs)
        median = statistics.median(found)
        ratio = f"{median / LIMIT:>9.2f}" if name.startswith("due, ") else f"{'':>9}"
        print(f"{name:<24}{median:>12,.0f}{max(found):>12,.0f}{1e6 / median:>10.2f}{ratio}")


if __name__ == "__main__":
    main()
