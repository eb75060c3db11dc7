"""Intake's own decision, asked in this process: what would become of a dossier's actions, in which order, with which flags.

The rules are those of `services.intake.domain`; nothing is decided a second time here. At equal times the order of a dossier's
life is the one in which intake has nothing to flag: a request comes before its completion, a result before the reopening. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from motcua.importing.domain.lives import Life, Said
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.actors import Acted, Approvers, acted_in, acts_of, approvers_of
from services.intake.domain.arming import opened_on
from services.intake.domain.dossier import DossierState
from services.intake.domain.judge import Judge
from services.intake.domain.sealing import Sealed, seal

MOST_TRIALS = 400
"""Of orders at one time of one dossier; beyond that the order is the one of the types' declaration."""

Read = Callable[[Any], Action | Refusal]


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


class _Readied(NamedTuple):
    said: Said
    raw: dict[str, Any]
    action: Action | Refusal


class _Path(NamedTuple):
    """Some actions of one time in an order, where the dossier stands after them, and how often intake had something to say."""

    state: DossierState | None
    judged: tuple[Judged, ...]
    objections: int


@dataclass(slots=True)
class InProcessLedger:
    """Judges lives one after the other; remembers only who acted, as intake does for approvers."""

    judge: Judge
    read: Read
    recorded_at: datetime
    acted: dict[str, Acted] = field(default_factory=dict)

    def judged(self, life: Life, raw_of: Callable[[Said], dict[str, Any]]) -> list[Judged]:
        """The actions of a life in the order in which they are to be sent, each with what would become of it."""
        readied = [_Readied(said, raw, self.read(raw)) for said in life.said for raw in [raw_of(said)]]
        approvers = approvers_of([one.action for one in readied if isinstance(one.action, Action)])
        known = Approvers(persons=approvers, acted=dict(self.acted))
        path = _Path(None, (), 0)
        for _, tied in groupby(readied, key=lambda one: (one.said.begins, one.said.occurred_at)):
            group = list(tied)
            path = self._step(path, group[0], known) if len(group) == 1 else self._best(path, group, known)
        sealed = [event for one in path.judged for event in one.sealed]
        self.acted.update(acted_in(self.acted, acts_of(sealed)))
        return list(path.judged)

    def _best(self, start: _Path, group: Sequence[_Readied], known: Approvers) -> _Path:
        """The first order, by the declaration of the types, to which intake objects least."""
        trials = 0
        best: _Path | None = None

        def walk(path: _Path, left: Sequence[_Readied]) -> None:
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

    def _step(self, path: _Path, one: _Readied, known: Approvers) -> _Path:
        """One more action, as `ActionRecorder` takes it."""
        action, state = one.action, path.state
        if isinstance(action, Refusal):
            return _Path(state, (*path.judged, Judged(one.said, one.raw, action, ())), path.objections + 1)
        recorded = [event.structured for before in path.judged for event in before.sealed]
        decision = self.judge.judge(state, action, self.recorded_at, lambda _: recorded)
        if isinstance(decision, Refusal):
            return _Path(state, (*path.judged, Judged(one.said, one.raw, decision, ())), path.objections + 1)
        flags = (*decision, *known.flags_behind(action))
        day = opened_on(self.judge.rulebook, action, state)
        sealed = seal(state, action, flags, self.recorded_at, day)
        known.note(sealed)
        judged = (*path.judged, Judged(one.said, one.raw, None, sealed))
        return _Path(sealed[-1].state, judged, path.objections + len(decision))
