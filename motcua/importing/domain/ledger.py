"""Intake's own decision, asked in this process: what would become of a dossier's actions, in which order, with which flags.

The rules are those of `services.intake.domain`; nothing is decided a second time here. At equal times the order of a dossier's
life is the one in which intake has nothing to flag: a request comes before its completion, a result before the reopening. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from events.codec import from_structured
from events.control import FORBIDDEN
from motcua.importing.domain.lives import Life, Said
from services.intake.domain.actions import Action, AnyAction, ReferenceAction, Refusal
from services.intake.domain.actors import Acted, Approvers, acted_in, acts_of, approvers_of
from services.intake.domain.arming import opened_on
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.judge import Judge
from services.intake.domain.sealing import Sealed, seal
from services.intake.domain.unit_register import Units

MOST_TRIALS = 400
"""Of orders at one time of one dossier; beyond that the order is the one of the types' declaration."""

Read = Callable[[Any], AnyAction | Refusal]
Recorded = Sequence[Mapping[str, Any]]
"""The events of one dossier that intake has, in order, in structured form."""


class Judged(NamedTuple):
    """One action and what intake would make of it: a refusal, or the events that would be recorded, its own first."""

    said: Said
    raw: dict[str, Any]
    refusal: Refusal | None
    sealed: tuple[Sealed, ...]

    @property
    def flag_count(self) -> int:
        """How many integrity flags would stand behind it."""
        return max(0, len(self.sealed) - 1)


class Readied(NamedTuple):
    """One event that rows say, as an action and as intake reads it."""

    said: Said
    raw: dict[str, Any]
    action: Action | Refusal


class _Path(NamedTuple):
    """Some actions of one time in an order, where the dossier stands after them, and how often intake had something to say."""

    state: DossierState | None
    judged: tuple[Judged, ...]
    objections: int


class _Known(NamedTuple):
    """What is known beside the actions that are judged: who acted, and the dossier's events that were recorded before."""

    approvers: Approvers
    recorded: Recorded


@dataclass(slots=True)
class InProcessLedger:
    """Judges lives one after the other; remembers only who acted, as intake does for approvers."""

    judge: Judge
    read: Read
    recorded_at: datetime
    units: Units
    acted: dict[str, Acted] = field(default_factory=dict)

    def ready(self, life: Life, raw_of: Callable[[Said], dict[str, Any]]) -> list[Readied]:
        """The actions of a life, read as intake reads them."""
        return [Readied(said, raw, self._read(raw)) for said in life.said for raw in [raw_of(said)]]

    def _read(self, raw: dict[str, Any]) -> Action | Refusal:
        action = self.read(raw)
        assert not isinstance(action, ReferenceAction)  # noqa: S101 a mapping knows only events of dossiers
        return action

    def judged(self, readied: Sequence[Readied], recorded: Recorded = ()) -> list[Judged]:
        """The actions in the order in which they are to be sent, each with what would become of it.

        `recorded`: what intake has of the dossier; what stands there already comes first, and means nothing new.
        """
        approvers = approvers_of([one.action for one in readied if isinstance(one.action, Action)])
        known = _Known(Approvers(persons=approvers, acted=dict(self.acted)), recorded)
        there = {one["id"] for one in recorded}
        old = [one for one in readied if isinstance(one.action, Action) and one.action.event_id in there]
        new = [one for one in readied if one not in old] if old else readied
        path = _Path(_state_after(recorded), tuple(Judged(one.said, one.raw, None, ()) for one in old), 0)
        for _, tied in groupby(new, key=lambda one: (one.said.begins, one.said.occurred_at)):
            group = list(tied)
            path = self._step(path, group[0], known) if len(group) == 1 else self._best(path, group, known)
        sealed = [event for one in path.judged for event in one.sealed]
        self.acted.update(acted_in(self.acted, acts_of(sealed)))
        return list(path.judged)

    def _best(self, start: _Path, group: Sequence[Readied], known: _Known) -> _Path:
        """The first order, by the declaration of the types, to which intake objects least."""
        trials = 0
        best: _Path | None = None

        def walk(path: _Path, left: Sequence[Readied]) -> None:
            nonlocal best, trials
            if best is not None and (path.objections >= best.objections or trials > MOST_TRIALS):
                return
            if not left:
                best = path
                return
            for nth, one in enumerate(left):
                trials += 1
                walk(self._step(path, one, known), [*left[:nth], *left[nth + 1 :]])

        walk(start, group)
        assert best is not None  # noqa: S101 the first order is always walked to its end
        return best

    def _step(self, path: _Path, one: Readied, known: _Known) -> _Path:
        """One more action, as `ActionRecorder` takes it."""
        action, state = one.action, path.state
        if isinstance(action, Refusal):
            return _Path(state, (*path.judged, Judged(one.said, one.raw, action, ())), path.objections + 1)
        stream = [*known.recorded, *(event.structured for before in path.judged for event in before.sealed)]
        decision = self.judge.judge(state, action, self.recorded_at, lambda *_: stream, self.units)
        if isinstance(decision, Refusal):
            return _Path(state, (*path.judged, Judged(one.said, one.raw, decision, ())), path.objections + 1)
        flags = (*decision, *known.approvers.flags_behind(action))
        day = opened_on(self.judge.rulebook, action, state)
        sealed = seal(state, action, flags, self.recorded_at, day, is_unit_unchecked=not len(self.units))
        known.approvers.note(sealed)
        judged = (*path.judged, Judged(one.said, one.raw, None, sealed))
        return _Path(sealed[-1].state, judged, path.objections + len(decision))


def older_than_recorded(by_files: Sequence[Judged], by_ledger: Sequence[Judged]) -> Judged | None:
    """The first action that is out of order only because of what intake recorded before: its files came in another order.

    What is out of order by the files alone is a fault of the register, which is recorded and flagged.
    """
    anyway = {one.raw["id"] for one in by_files if _is_out_of_order(one)}
    return next((one for one in by_ledger if _is_out_of_order(one) and one.raw["id"] not in anyway), None)


def _is_out_of_order(judged: Judged) -> bool:
    return any(event.structured["data"].get("rule") == f"{FORBIDDEN}out-of-order" for event in judged.sealed[1:])


def _state_after(recorded: Recorded) -> DossierState | None:
    state: DossierState | None = None
    for one in recorded:
        event = from_structured(one)
        about = event.envelope
        state = evolve(state, about, event.data, about.hash or "")  # type: ignore[arg-type]  # the store has dossier events only
    return state
