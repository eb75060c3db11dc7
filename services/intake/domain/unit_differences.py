"""What a file of units says against what is recorded: the actions that would make the register say the same (ADR 0020). Pure.

A file says, for each unit that it names, everything of it; of all other units it says nothing. So a file that is loaded twice
makes no action the second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from events.reference_data import UnitLevel
from events.units import (
    SuccessorUnit,
    UnitAbolished,
    UnitCreated,
    UnitEvent,
    UnitMerged,
    UnitRenamed,
    UnitReparented,
    UnitSplit,
)
from rules.units.history import UnitHistory, evolve
from services.intake.domain.reference_differences import Change, Problem
from services.intake.domain.unit_register import Units
from services.intake.domain.unit_rules import RANKS


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPeriod:
    """One line of the file: what a unit is from `valid_from` until before `valid_until` (None: until further notice)."""

    line: int
    unit_id: int
    code: str
    name: str
    level: UnitLevel
    unit_type: str
    parent_id: int | None
    valid_from: date
    valid_until: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSuccession:
    """One line about who took over; `share_percent` None: not said."""

    line: int
    old_unit_id: int
    new_unit_id: int
    share_percent: int | None
    legal_basis: str


def differences(
    units: Units, periods: Sequence[WantedPeriod], successions: Sequence[WantedSuccession]
) -> list[Change | Problem]:
    """What has to be said, in an order in which it may be said: who begins, above before below; what changes; who ends."""
    by_unit: dict[int, list[WantedPeriod]] = {}
    for one in sorted(periods, key=lambda one: (one.unit_id, one.valid_from)):
        by_unit.setdefault(one.unit_id, []).append(one)
    taken_over: dict[int, list[WantedSuccession]] = {}
    for one_more in successions:
        taken_over.setdefault(one_more.old_unit_id, []).append(one_more)
    wrong = [problem for wanted in by_unit.values() for problem in _inner_problems(wanted)]
    wrong += [
        Problem(line=one.line, column="old_unit_id", reason=f"unit {one.old_unit_id} doesn't end in the file of units")
        for number, lines in taken_over.items()
        for one in lines
        if number not in by_unit or by_unit[number][-1].valid_until is None
    ]
    if wrong:
        return list(wrong)
    begun: list[Change] = []
    changed: list[Change | Problem] = []
    ended: list[Change | Problem] = []
    for wanted in _above_first(by_unit):
        history = units.history(wanted[0].unit_id)
        begun += [_change(wanted[0].line, _beginning(wanted[0]))] if history is None else []
        changed += _changes(history, wanted)
        ended += _ends(history, wanted, taken_over.get(wanted[0].unit_id, []))
    found = [*begun, *changed, *reversed(ended)]
    return [one for one in found if isinstance(one, Problem)] or list(_by_day(begun, changed, ended))


def _change(line: int, said: UnitEvent) -> Change:
    return Change(line=line, said=said, unit_id=said.unit_id)


def _by_day(
    begun: Sequence[Change], changed: Sequence[Change | Problem], ended: Sequence[Change | Problem]
) -> Iterator[Change]:
    yield from begun
    for part in (changed, [*reversed(ended)]):  # below before above, as far as they end on one day
        yield from sorted((one for one in part if isinstance(one, Change)), key=lambda one: one.said.valid_from)


def _inner_problems(wanted: Sequence[WantedPeriod]) -> Iterator[Problem]:
    for one in wanted:
        if one.valid_until is not None and one.valid_until <= one.valid_from:
            yield Problem(
                line=one.line, column="valid_until", reason=f"{one.valid_until} is not after {one.valid_from}"
            )
    for earlier, later in pairwise(wanted):
        if earlier.valid_until is None or later.valid_from < earlier.valid_until:
            reason = f"unit {later.unit_id}: begins before the period of line {earlier.line} ends (overlap)"
            yield Problem(line=later.line, column="valid_from", reason=reason)
        elif later.valid_from > earlier.valid_until:
            reason = (
                f"unit {later.unit_id}: ended on {earlier.valid_until} (line {earlier.line}) and doesn't live again"
            )
            yield Problem(line=later.line, column="valid_from", reason=reason)
        if later.level != earlier.level:
            reason = f"unit {later.unit_id}: is {earlier.level} in line {earlier.line}; another level is another unit"
            yield Problem(line=later.line, column="level", reason=reason)


def _above_first(by_unit: Mapping[int, Sequence[WantedPeriod]]) -> list[Sequence[WantedPeriod]]:
    """The units, each behind the one above it as far as the file has it; of a ring in any order: it is refused later."""
    done: dict[int, Sequence[WantedPeriod]] = {}
    for number in sorted(by_unit, key=lambda one: (RANKS[by_unit[one][0].level], one)):
        chain: list[int] = []
        at: int | None = number
        while at is not None and at in by_unit and at not in done and at not in chain:
            chain.append(at)
            at = by_unit[at][0].parent_id
        for one in reversed(chain):
            done[one] = by_unit[one]
    return list(done.values())


def _beginning(first: WantedPeriod) -> UnitCreated:
    return UnitCreated(
        unit_id=first.unit_id,
        valid_from=first.valid_from,
        legal_basis=first.legal_basis or None,
        name=first.name,
        level=first.level,
        code=first.code or None,
        unit_type=first.unit_type or None,
        parent_id=first.parent_id,
    )


def _changes(history: UnitHistory | None, wanted: Sequence[WantedPeriod]) -> Iterator[Change | Problem]:
    first = wanted[0]
    life = history or evolve(None, _beginning(first))
    assert life is not None  # noqa: S101 it begins with that
    if first.valid_from != life.created_on:
        reason = f"unit {first.unit_id} began on {life.created_on} by the register; that is never changed"
        yield Problem(line=first.line, column="valid_from", reason=reason)
        return
    if first.level != life.level:
        reason = f"unit {first.unit_id} is {life.level} by the register; another level is another unit"
        yield Problem(line=first.line, column="level", reason=reason)
        return
    for day in sorted({*(one.valid_from for one in life.periods), *(one.valid_from for one in wanted)}):
        line = next((one for one in reversed(wanted) if one.valid_from <= day), first)
        if line.valid_until is not None and day >= line.valid_until:
            continue
        for said in _words(life, line, day):
            yield _change(line.line, said)
            life = evolve(life, said) or life


def _words(life: UnitHistory, wanted: WantedPeriod, day: date) -> Iterator[UnitRenamed | UnitReparented]:
    """What has to be said so that a unit is on a day what the file says."""
    now = life.on(day)
    if now is None:
        return
    basis = wanted.legal_basis or None
    is_named = (now.name, now.code, now.unit_type) == (wanted.name, wanted.code, wanted.unit_type)
    is_placed = now.parent_id == wanted.parent_id
    if not is_placed:
        yield UnitReparented(unit_id=wanted.unit_id, valid_from=day, parent_id=wanted.parent_id, legal_basis=basis)
    if not is_named or (is_placed and basis is not None and basis != now.legal_basis):
        yield UnitRenamed(
            unit_id=wanted.unit_id,
            valid_from=day,
            name=wanted.name,
            code=wanted.code,
            unit_type=wanted.unit_type,
            legal_basis=basis,
        )


def _ends(
    history: UnitHistory | None, wanted: Sequence[WantedPeriod], taken_over: Sequence[WantedSuccession]
) -> Iterator[Change | Problem]:
    last = wanted[-1]
    recorded = None if history is None else history.ended_on
    if history is not None and recorded is not None:
        if recorded != last.valid_until:
            reason = f"unit {last.unit_id} ended on {recorded} by the register; it ends once"
            yield Problem(line=last.line, column="valid_until", reason=reason)
        told = {(one.new_unit_id, 100 if len(taken_over) == 1 else one.share_percent) for one in taken_over}
        if taken_over and told != {(one.unit_id, one.share_percent) for one in history.successions}:
            reason = f"by the register others took over from {last.unit_id}: {list(history.successors()) or 'nobody'}"
            yield Problem(line=taken_over[0].line, column="new_unit_id", reason=reason)
    elif last.valid_until is not None:
        yield _change(last.line, _end(last, last.valid_until, taken_over))


def _end(
    last: WantedPeriod, day: date, taken_over: Sequence[WantedSuccession]
) -> UnitMerged | UnitSplit | UnitAbolished:
    basis = next((one.legal_basis for one in taken_over if one.legal_basis), None)
    if not taken_over:
        return UnitAbolished(unit_id=last.unit_id, valid_from=day)
    if len(taken_over) == 1:
        into = taken_over[0].new_unit_id
        return UnitMerged(unit_id=last.unit_id, valid_from=day, into_unit_id=into, legal_basis=basis)
    into_all = tuple(SuccessorUnit(unit_id=one.new_unit_id, share_percent=one.share_percent) for one in taken_over)
    return UnitSplit(unit_id=last.unit_id, valid_from=day, into=into_all, legal_basis=basis)
