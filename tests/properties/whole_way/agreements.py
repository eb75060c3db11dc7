"""What all parts of the product must agree on. Each comparison takes a dossier and gives its disagreements, in words.

The product's parts are held against each other, and against two decisions that say who is right: B12 (the rate) and B13 (what
is asked of the citizen after the lawful due date stops and cures nothing). B11 and B14 to B20 are settled elsewhere.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from events.deadline import DossierBreached, StepBreached
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.history_table import table_of
from tests.properties.whole_way.pictures import Dues, Owed, Stop
from tests.properties.whole_way.said import has_flag_of_intake, said_of
from tests.properties.whole_way.world import Dossier, World
from tests.unit.deadlines.words import local

Differences = Iterator[str]


def _is_given_up(dossier: Dossier) -> bool:
    """AL-7: a dossier that is reopened after its clock was forgotten is kept by hand, and nothing is said of it any more."""
    return any(getattr(one.data, "code", "") == "contradiction" for one in dossier.said)


def state(dossier: Dossier, _: World) -> Differences:
    """Open or ended, and who holds it: intake, clocks, explanation, facts. What is waited for: intake and clocks."""
    intake, clocks, facts = dossier.intake, dossier.state, dossier.facts
    if intake is None or clocks is None or facts is None or has_flag_of_intake(dossier):
        return
    ended = {"intake": intake.is_ended, "clocks": clocks.is_ended, "explanation": dossier.explanation.is_ended}
    yield from _all_equal("ended", ended | {"facts": facts.is_ended})
    holders = {"intake": intake.held_by_unit_id, "clocks": clocks.held_by_unit_id, "facts": facts.held_by_unit_id}
    yield from _all_equal("held by", holders)
    if clocks.waiting_for not in ("none", intake.waiting_for):
        yield f"waits for: intake {intake.waiting_for}, clocks {clocks.waiting_for}"


def due_dates(dossier: Dossier, _: World) -> Differences:
    """The three due dates while it is open: what was said last, the explanation, the facts. For an ending see `class`."""
    facts, explained = dossier.facts, dossier.explanation.dossier
    if facts is None:
        return
    said = said_of(dossier).dues
    told = explained.dues if explained else Dues()
    if facts.is_ended:
        yield from _all_equal("original due", {n: d.original for n, d in _named(said, told, facts.dues)})
        return
    for name in ("original", "lawful", "promised"):
        yield from _all_equal(f"{name} due", {who: getattr(dues, name) for who, dues in _named(said, told, facts.dues)})


def _named(said: Dues, told: Dues, known: Dues) -> tuple[tuple[str, Dues], ...]:
    return ("said", said), ("explanation", told), ("facts", known)


def class_of_ending(dossier: Dossier, _: World) -> Differences:
    """The class and all that belongs to it: the clock's verdict, the explanation, the facts, the figures."""
    facts, explained, said = dossier.facts, dossier.explanation.dossier, said_of(dossier)
    if facts is None or not said.outcome:
        return
    told = {"clock": said.outcome, "explanation": explained.outcome if explained else "unknown"}
    verdicts = {"clock": said.verdict, "facts": facts.verdict}
    yield from _all_equal("verdict", verdicts | ({"explanation": explained.verdict} if explained else {}))
    judged_by = said.verdict.judged_by if said.verdict else None
    judged = {"clock": judged_by, "explanation": explained.judged_by if explained else None, "facts": facts.dues.lawful}
    yield from _all_equal("judged by", judged)
    if facts.outcome == "terminated":
        yield from _all_equal("class", told)
        return
    counted = dossier.figures(dossier.judged_until) & {"early", "on_time", "late", "unknown"}
    yield from _all_equal("class", told | {"facts": facts.outcome, "figures": "+".join(sorted(counted))})


def pauses(dossier: Dossier, _: World) -> Differences:
    """When the clock stood still: what was said, the explanation, the facts, and open_paused at some midnights."""
    facts = dossier.facts
    if facts is None:
        return
    stops = {"said": said_of(dossier).stops, "explanation": dossier.explanation.stops, "facts": facts.stops}
    yield from _all_equal("stood still", {who: _spans(_until(facts.ended_at, one)) for who, one in stops.items()})
    if facts.is_ended:
        return
    for midnight in _midnights(dossier):
        stands = any(
            since < midnight and (until is None or midnight <= until) for since, until in said_of(dossier).stops
        )
        counted = "open_paused" in dossier.figures(midnight, midnight.date())
        if stands != counted and midnight > dossier.records[0].event.envelope.occurred_at:
            yield f"paused at {local(midnight)}: said {stands}, figures {counted}"


def _until(ended_at: datetime | None, stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """What is still awaited when the dossier ends is awaited no longer, though nothing was brought (B18)."""
    return tuple((since, until or (max(since, ended_at) if ended_at else None)) for since, until in stops)


def _midnights(dossier: Dossier) -> Iterator[datetime]:
    """The first midnight after each beginning of a stop, and the one before each end."""
    for since, until in said_of(dossier).stops + (dossier.facts.stops if dossier.facts else ()):
        for at in (since, until):
            if at is not None:
                day = product.midnight(at)
                yield from (day, day + timedelta(days=1))


def overdue(dossier: Dossier, _: World) -> Differences:
    """How an open dossier stands at the last look: the clocks and the figures."""
    clocks, facts = dossier.state, dossier.facts
    if clocks is None or facts is None or facts.is_ended or clocks.is_ended:
        return
    counted = dossier.figures(dossier.judged_until)
    is_waiting = clocks.waiting_for != "none"
    yield from _all_equal("paused now", {"clocks": is_waiting, "figures": "open_paused" in counted})
    is_overdue = clocks.is_breached and not is_waiting
    yield from _all_equal("overdue now", {"clocks": is_overdue, "figures": "open_overdue" in counted})


def after_the_due_date(dossier: Dossier, _: World) -> Differences:
    """B13: what is asked of the citizen after the lawful due date stops nothing, whatever the hour."""
    for since, lawful_due_at in said_of(dossier).stops_too_late:
        yield f"the clock stood still from {local(since)}, after its due date {local(lawful_due_at)}"


def apology(dossier: Dossier, _: World) -> Differences:
    """Which letters are owed, by whom, and how each was sent: what was stated, what AR-07 says of it, and the facts (B19)."""
    said, facts = said_of(dossier), dossier.facts
    if facts is None:
        return
    owed = {"said": said.obligations, "by AR-07": said.obligations_by_rule, "facts": facts.obligations}
    yield from _all_equal("apology", {who: _owed(those) for who, those in owed.items()})
    yield from _all_equal("breached", {"said": local(said.breached_at), "facts": local(facts.breached_at)})


def explained(dossier: Dossier, _: World) -> Differences:
    """The explanation comes to what was said at the time; its headline, breaches and letters are those of the facts."""
    found, facts = dossier.explanation, dossier.facts
    yield from found.differences
    missed = {(one.data.clock, one.envelope.occurred_at) for one in dossier.said if isinstance(one.data, _BREACHES)}
    yield from _all_equal("breaches", {"explanation": found.breaches, "said": tuple(sorted(missed))})
    if facts is not None:
        yield from _all_equal("headline", {"explanation": found.headline, "facts": facts.outcome})
        yield from _all_equal("letters", {"explanation": _owed(found.obligations), "facts": _owed(facts.obligations)})
    for clock in dossier.explanation.clocks:
        yield from (f"{clock.name}: {one}" for one in clock.differences)


def said_again(dossier: Dossier, world: World) -> Differences:
    """A second pass over the log without ticks says the same, with the same ids (B9)."""
    once = {one.envelope.event_id: one for one in dossier.said}
    again = {one.envelope.event_id: one for one in world.said_in_bulk if one.envelope.dossier_id == dossier.dossier_id}
    for event in dossier.said:
        if product.content_of(event) != product.content_of(once[event.envelope.event_id]):
            yield f"{event.envelope.event_type}: said twice with one id, and not the same"
    for event_id in once.keys() ^ again.keys():
        event = (once | again)[event_id]
        yield f"{event.envelope.event_type}: said only {'by the worker' if event_id in once else 'in bulk'}"
    for event_id in once.keys() & again.keys():
        if product.content_of(once[event_id]) != product.content_of(again[event_id]):
            yield f"{once[event_id].envelope.event_type}: said otherwise in bulk"


_BREACHES: Final = (DossierBreached, StepBreached)
Comparison = Callable[[Dossier, World], Differences]
AGREEMENTS: Final[dict[str, Comparison]] = {
    "state": state,
    "due dates": due_dates,
    "class": class_of_ending,
    "pauses": pauses,
    "overdue": overdue,
    "after the due date": after_the_due_date,
    "apology": apology,
    "explanation": explained,
    "said again": said_again,
}


def disagreements(name: str, world: World) -> list[str]:
    """What the parts disagree on in one respect, each dossier with its history."""
    found = []
    for dossier in world.dossiers:
        differences = [] if _is_given_up(dossier) else list(AGREEMENTS[name](dossier, world))
        if differences:
            found.append("\n".join([f"{name}:", *(f"  {one}" for one in differences), table_of(dossier, world)]))
    return found


def assert_agreed(name: str, world: World) -> None:
    """Fail with every disagreement in one respect."""
    found = disagreements(name, world)
    assert not found, "\n\n".join(found)


def _all_equal(what: str, said_by: dict[str, Any]) -> Differences:
    if len(set(said_by.values())) > 1:
        yield f"{what}: " + ", ".join(f"{who} {_short(value)}" for who, value in said_by.items())


def _owed(those: tuple[Owed, ...]) -> str:
    return ", ".join(f"{one.apology_class} for {local(one.due_at)} by {one.unit_id}" for one in those) or "none owed"


def _short(value: Any) -> str:
    return str(local(value)) if isinstance(value, datetime) else str(value)


def _spans(stops: tuple[Stop, ...]) -> tuple[str, ...]:
    """What lasted no time was taken back by a correction (B20)."""
    lasted = [(since, until) for since, until in sorted(stops, key=str) if since != until]
    return tuple(f"{_short(since)} to {_short(until) if until else 'now'}" for since, until in lasted)
