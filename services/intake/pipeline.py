"""The way of an action: find out whether it was recorded before, decide, give it its place, store, answer.

`record` is the one decision path behind HTTP, Kafka and files. `publish_recorded` is the way from the store to Kafka. Both are
plain code over ports: a test runs them without a socket.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from services.intake.domain.actions import Action, Answer, AnyAction, ReferenceAction, Refusal, reused
from services.intake.domain.actors import Approvers, approvers_of
from services.intake.domain.arming import opened_on
from services.intake.domain.batch import Batch, Place, held_back
from services.intake.domain.decide import Flags
from services.intake.domain.dossier import DossierState
from services.intake.domain.judge import Judge
from services.intake.domain.known_as import as_recorded
from services.intake.domain.known_dossiers import NO_CODES, Codes, KnownDossiers
from services.intake.domain.naming import NamedDossiers
from services.intake.domain.repeating import says_again
from services.intake.domain.sealing import Recorded, seal
from services.intake.ports import AppendConflictError, EventLog, EventStore, LogPublisher, StoreUnavailableError

MAX_ATTEMPTS = 8
"""How often a batch is decided again when somebody else records for the same dossiers in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecorder:
    """The store with what is remembered of it. One caller at a time calls `record`; other processes may have their own."""

    store: EventStore
    judge: Judge
    known_states: MutableMapping[UUID, DossierState]
    named: NamedDossiers = field(default_factory=NamedDossiers)

    def record(self, actions: Sequence[AnyAction], recorded_at: datetime, *, is_whole: bool = False) -> list[Answer]:
        """Decide and store the actions in order; every one is answered. Durable when it returns (promise 1).

        `is_whole`: all or nothing; where one is refused none is recorded.

        Raises:
            StoreUnavailableError: the store is away; nothing that was not answered may be assumed.
        """
        actions = as_recorded(actions, self.named, self.known_states, self.store.load)
        for _ in range(MAX_ATTEMPTS):
            batch = self._new_batch(actions)
            answers = [self._record_one(batch, action, recorded_at) for action in actions]
            try:
                self._require_still_unrecorded(actions, answers)
                if is_whole and any(one.refusal for one in answers):
                    return held_back(answers)
                if batch.sealed:
                    self.store.append(batch.sealed, batch.new_receipts, links=batch.known.new_links)
            except AppendConflictError:
                self.known_states.clear()
                continue
            self.known_states.update(batch.new_states())
            return answers
        raise StoreUnavailableError("other writers kept recording for the same dossiers")

    def try_out(self, actions: Sequence[AnyAction], at: datetime) -> list[Answer]:
        """What `record` would answer now; nothing is recorded. Raises StoreUnavailableError."""
        meant = as_recorded(actions, self.named, self.known_states, self.store.load)
        batch = self._new_batch(meant)
        answers = [self._record_one(batch, action, at) for action in meant]
        return [one.on_trial() for one in answers]

    def _require_still_unrecorded(self, actions: Sequence[AnyAction], answers: Sequence[Answer]) -> None:
        """States are read after receipts; what another process recorded in between must not be refused because it is there."""
        pairs = zip(actions, answers, strict=True)
        refused = [one.receipt_key for one, answer in pairs if answer.refusal and answer.refusal.code != "id-reused"]
        if refused and self.store.find_receipts(refused):
            raise AppendConflictError("recorded by somebody else just now")

    def _new_batch(self, actions: Sequence[AnyAction]) -> Batch:
        """Ask the store once for the whole batch: what was recorded before, how, the states nobody remembers, the register."""
        receipts = dict(self.store.find_receipts([one.receipt_key for one in actions]))
        places = [one.place for one in receipts.values()]
        structured = dict(self.store.read_events(places)) if places else {}
        of_dossiers = [one for one in actions if isinstance(one, Action)]
        known = KnownDossiers(store=self.store, memory=self.known_states)
        known.know({one.dossier_id for one in of_dossiers if one.receipt_key not in receipts})
        persons = approvers_of(of_dossiers)
        return Batch(
            receipts=receipts,
            known=known,
            structured=structured,
            approvers=Approvers(persons=persons, acted=dict(self.store.find_acted(persons)) if persons else {}),
            register=self.store.register(as_of_receipts=True),
        )

    def _record_one(self, batch: Batch, action: AnyAction, recorded_at: datetime) -> Answer:
        earlier = batch.receipts.get(action.receipt_key)
        if earlier is not None:
            is_same = says_again(action, earlier.digest, batch.structured[earlier.place])
            return self._answer(batch, action, earlier.place, is_replay=True) if is_same else reused(action)
        sealed: Sequence[Recorded] | Refusal
        if isinstance(action, ReferenceAction):
            day = self.judge.rulebook.default_calendar.local_date(recorded_at)
            sealed, codes = batch.said_of_thing(action, recorded_at, day), NO_CODES
        else:
            sealed, codes = self._sealed(batch, batch.known.placed(action), recorded_at)
        if isinstance(sealed, Refusal):
            return Answer(action_id=action.action_id, source=action.source, refusal=sealed)
        batch.take(action, sealed, codes)
        return self._answer(batch, action, (sealed[0].dossier_id, sealed[0].stream_seq), is_replay=False)

    def _answer(self, batch: Batch, action: AnyAction, place: Place, *, is_replay: bool) -> Answer:
        return self.judge.answer(action, batch.structured[place], partial(self._events, batch), is_replay=is_replay)

    def _sealed(self, batch: Batch, action: Action, at: datetime) -> tuple[Sequence[Recorded] | Refusal, Codes]:
        """What is recorded of an action, and the codes by which its dossier will be found from now on."""
        said, codes, decision = self._judged(batch, action, at)
        if isinstance(decision, Refusal) and action.dossier_id in batch.known.remembered:
            # Another process may have recorded since: nobody is refused on a memory alone. (What is accepted on an old
            # memory is caught by the store: the place in the stream is taken.)
            batch.known.know_anew(action.dossier_id)
            said, codes, decision = self._judged(batch, action, at)
        if isinstance(decision, Refusal):
            return decision, codes
        state, flags = batch.known.states[said.dossier_id], (*decision, *batch.approvers.flags_behind(said))
        day = opened_on(self.judge.rulebook, said, state)
        return seal(state, said, flags, at, day, is_unit_unchecked=not len(batch.register.units)), codes

    def _judged(self, batch: Batch, action: Action, decided_at: datetime) -> tuple[Action, Codes, Refusal | Flags]:
        """The action as it will be recorded, its new codes, and the decision."""
        said, codes, refused = batch.known.named_anew(action)
        stream = partial(self._events, batch)
        decision = self.judge.judge(batch.known.states[said.dossier_id], said, decided_at, stream, batch.register.units)
        return said, codes, decision if isinstance(decision, Refusal) else refused or decision

    def _events(self, batch: Batch, dossier_id: UUID, until: int) -> list[Mapping[str, Any]]:
        places = [(dossier_id, number) for number in range(1, until + 1)]
        unread = [place for place in places if place not in batch.structured]
        stored = self.store.read_events(unread) if unread else {}
        return [batch.structured.get(place) or stored[place] for place in places]


async def publish_recorded(log: EventLog, publisher: LogPublisher, position: int, limit: int) -> int:
    """Publish the next part of the log in one transaction; the new position, unchanged when there was nothing."""
    entries = await publisher.read(log, position, limit)
    if not entries:
        return position
    await publisher.publish(entries)
    return entries[-1].notification_id
