"""Whole lives folded by the pure deadline pipeline, per second of processor time on one core: `python -m bench.deadlines_fold`.

A life has twelve events: accepted, transferred, four steps begun and ended, the result ready at the counter, delivered; or three
steps and a supplement, after which three policies are asked side by side. Prints the median and the best of several runs beside
the limit of 20,000 lives/s, with and without a budget for one step, and what it costs to write the conclusions to bytes.
"""

import argparse
import gc
import random
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks import facts
from rules.clocks.facts import Fact, TermGiven
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline

LIMIT = 20_000
_HOUR = 3_600_000_000
_KNOWN_AT = micros(datetime(2026, 11, 1, tzinfo=UTC))
_NO_BUDGET = None
_BUDGET = TermGiven(2, "working_day")
_KINDS = (
    ("straight through", _NO_BUDGET, 0),
    ("every seventh has a supplement", _NO_BUDGET, 1),
    ("all have a supplement", _NO_BUDGET, 7),
    ("all, and a step has a budget", _BUDGET, 7),
)
"""What it is, a budget of a step, how many of seven have a supplement."""


def life(number: int, rng: random.Random, budget: TermGiven | None, *, has_supplement: bool) -> list[Fact]:
    """The facts of one dossier, all known long afterwards, as an import has them."""
    start = datetime(2024, 1, 2, 1, 0, tzinfo=UTC) + timedelta(days=rng.randrange(700), minutes=rng.randrange(480))
    term = rng.choice((3, 5, 7, 10, 15, 20))
    hours = iter(sorted(rng.randrange(1, term * 30) for _ in range(11)))
    made: list[Fact] = []

    def then(make: Callable[..., Fact], event_type: str, **about: Any) -> None:
        at = micros(start) + (next(hours) * _HOUR if made else 0)
        base = {"event_id": f"{number}/{len(made)}", "event_type": event_type, "known_at": _KNOWN_AT}
        made.append(make(seq=len(made) + 1, at=at, is_history=True, **base, **about))

    then(
        facts.Accepted, "dossier-accepted.v1", opened_on=start.toordinal(), unit_id=26734, dossier_code=f"H57-{number}",
        procedure_code="9.999999", term=TermGiven(term, "working_day"),
    )  # fmt: skip
    then(facts.Transferred, "dossier-transferred.v1", to_unit_id=26735)
    for step, own in (("TL", budget), ("TD", None)):
        then(facts.StepStarted, "step-started.v1", step_code=step, officer_id="cb-1", budget=own)
        then(facts.StepCompleted, "step-completed.v1", step_code=step)
    if has_supplement:
        then(facts.PauseOpened, "supplement-requested.v1", cause="supplement")
        then(facts.PauseClosed, "supplement-completed.v1", cause="supplement")
    else:
        then(facts.StepStarted, "step-started.v1", step_code="XM", officer_id="cb-1")
        then(facts.StepCompleted, "step-completed.v1", step_code="XM")
    then(facts.StepStarted, "step-started.v1", step_code="KD", officer_id="cb-2")
    then(facts.StepCompleted, "step-completed.v1", step_code="KD")
    then(facts.Ended, "result-ready-at-counter.v1", recorded_at=_KNOWN_AT)
    then(Fact, "result-delivered.v1")
    return made


def fold_all(pipeline: Pipeline, lives: list[list[Fact]]) -> list[tuple[StreamState, list[Any]]]:
    """Every life from its first event to its last."""
    told = []
    for one in lives:
        state: StreamState | None = None
        emitted: list[Any] = []
        time = LogTime()
        for fact in one:
            state, more = pipeline.on_fact(state, fact, time)
            emitted += more
        if state is not None:
            told.append((state, emitted))
    return told


def measured(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """(median, best) seconds of processor time."""
    found = []
    for _ in range(runs):
        gc.collect()
        start = process_time()
        work()
        found.append(process_time() - start)
    return statistics.median(found), min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="lives per run")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    rulebook = load_rulebook()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    print(f"limit {LIMIT:,} lives of 12 events per second and core")
    print(f"{'lives':<34}{'median/s':>10}{'best/s':>10}{'us/event':>10}{'words/life':>12}{'x limit':>9}")
    for name, budget, supplements in _KINDS:
        rng = random.Random(1)
        lives = [life(number, rng, budget, has_supplement=number % 7 < supplements) for number in range(options.count)]
        pipeline = Pipeline(rulebook, load_procedures(rulebook.default_rule_set))
        told = fold_all(pipeline, lives)
        words = sum(len(emitted) for _, emitted in told)
        median, best = measured(lambda p=pipeline, x=lives: fold_all(p, x), options.runs)  # type: ignore[misc]
        rate = len(lives) / median
        each = 1e6 * median / len(lives) / 12
        print(
            f"{name:<34}{rate:>10,.0f}{len(lives) / best:>10,.0f}{each:>10.2f}{words / len(lives):>12.1f}{rate / LIMIT:>9.2f}"
        )
        writer = RecordWriter()
        median, best = measured(
            lambda t=told, w=writer: [w.write("d", emitted) for _, emitted in t],  # type: ignore[misc]
            options.runs,
        )
        print(f"  writing their words to bytes{'':<6}{'':>10}{'':>10}{1e6 * median / words:>10.2f} us/word")


if __name__ == "__main__":
    main()
