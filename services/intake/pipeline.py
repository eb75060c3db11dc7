"""The way of an action: find out whether it was recorded before, decide, give it its place, store, answer.

`record` is the one decision path behind HTTP, Kafka and files. `publish_recorded` is the way from the store to Kafka. Both are
plain code over ports: a test runs them without a socket.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from services.intake.domain.actions import Action, Answer, Refusal, reused
from services.intake.domain.actors import Approvers, approvers_of
from services.intake.domain.arming import opened_on
from services.intake.domain.batch import Batch, Place, Receipt
from services.intake.domain.decide import Flags
from services.intake.domain.dossier import DossierState
from services.intake.domain.judge import Judge
from services.intake.domain.known_as import as_recorded
from services.intake.domain.naming import NamedDossiers
from services.intake.domain.sealing import seal
from services.intake.ports import (
    AppendConflictError,
    EventLog,
    EventStore,
    LogPublisher,
    StoreUnavailableError,
)

MAX_ATTEMPTS = 8
"""How often a batch is decided again when somebody else records for the same dossiers in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecorder:
    """The store with what is remembered of it. One caller at a time calls `record`; other processes may have their own."""

    store: EventStore
    judge: Judge
    known_states: MutableMapping[UUID, DossierState]
    named: NamedDossiers = field(default_factory=NamedDossiers)

    def record(self, actions: Sequence[Action], recorded_at: datetime) -> list[Answer]:
        """Decide and store the actions in order; every one is answered. Durable when it returns (promise 1).

        Raises:
            StoreUnavailableError: the store is away; nothing that was not answered may be assumed.
        """
        actions = as_recorded(actions, self.named, self.known_states, self.store.load)
        for _ in range(MAX_ATTEMPTS):
            batch = self._new_batch(actions)
            answers = [self._record_one(batch, action, recorded_at) for action in actions]
            try:
                self._require_still_unrecorded(actions, answers)
                if batch.sealed:
                    self.store.append(batch.sealed, batch.new_receipts)
            except AppendConflictError:
                self.known_states.clear()
                continue
            self.known_states.update({one.dossier_id: one.state for one in batch.sealed})
            return answers
        raise StoreUnavailableError("other writers kept recording for the same dossiers")

    def try_out(self, actions: Sequence[Action], at: datetime) -> list[Answer]:
        """What `record` would answer now; nothing is recorded. Raises StoreUnavailableError."""
        actions = as_recorded(actions, self.named, self.known_states, self.store.load)
        batch = self._new_batch(actions)
        answers = [self._record_one(batch, action, at) for action in actions]
        return [replace(one, is_trial=one.is_recorded and not one.is_replay) for one in answers]

    def _require_still_unrecorded(self, actions: Sequence[Action], answers: Sequence[Answer]) -> None:
        """States are read after receipts; what another process recorded in between must not be refused because it is there."""
        pairs = zip(actions, answers, strict=True)
        refused = [one.receipt_key for one, answer in pairs if answer.refusal and answer.refusal.code != "id-reused"]
        if refused and self.store.find_receipts(refused):
            raise AppendConflictError("recorded by somebody else just now")

    def _new_batch(self, actions: Sequence[Action]) -> Batch:
        """Three questions to the store for the whole batch: what was recorded before, how, and the states nobody remembers."""
        receipts = dict(self.store.find_receipts([one.receipt_key for one in actions]))
        places = [one.place for one in receipts.values()]
        structured = dict(self.store.read_events(places)) if places else {}
        touched = {one.dossier_id for one in actions if one.receipt_key not in receipts}
        remembered = {key: state for key in touched if (state := self.known_states.get(key)) is not None}
        unknown = touched - remembered.keys()
        loaded = self.store.load(unknown) if unknown else {}
        states = {key: remembered.get(key) or loaded.get(key) for key in touched}
        persons = approvers_of(actions)
        approvers = Approvers(persons=persons, acted=dict(self.store.find_acted(persons)) if persons else {})
        return Batch(
            receipts=receipts, states=states, remembered=set(remembered), structured=structured, approvers=approvers
        )

    def _record_one(self, batch: Batch, action: Action, recorded_at: datetime) -> Answer:
        earlier = batch.receipts.get(action.receipt_key)
        if earlier is not None:
            return (
                self._answer(batch, action, earlier.place, is_replay=True)
                if earlier.digest == action.digest
                else reused(action)
            )
        decision = self._decided(batch, action, recorded_at)
        if isinstance(decision, Refusal):
            return Answer(action_id=action.action_id, source=action.source, refusal=decision)
        state = batch.states[action.dossier_id]
        day = opened_on(self.judge.rulebook, action, state)
        sealed = seal(state, action, (*decision, *batch.approvers.flags_behind(action)), recorded_at, day)
        place = action.dossier_id, sealed[0].stream_seq
        batch.take(sealed, Receipt(action.receipt_key, action.digest, *place))
        return self._answer(batch, action, place, is_replay=False)

    def _answer(self, batch: Batch, action: Action, place: Place, *, is_replay: bool) -> Answer:
        before = partial(self._events, batch, place[0], place[1] - 1)
        return self.judge.answer(action, batch.structured[place], before, is_replay=is_replay)

    def _decided(self, batch: Batch, action: Action, decided_at: datetime) -> Refusal | Flags:
        dossier_id, stream = action.dossier_id, partial(self._stream, batch)
        decision = self.judge.judge(batch.states[dossier_id], action, decided_at, stream)
        if isinstance(decision, Refusal) and dossier_id in batch.remembered:
            # Another process may have recorded since: nobody is refused on a memory alone. (What is accepted on an old
            # memory is caught by the store: the place in the stream is taken.)
            batch.remembered.discard(dossier_id)
            batch.states[dossier_id] = self.store.load([dossier_id]).get(dossier_id)
            decision = self.judge.judge(batch.states[dossier_id], action, decided_at, stream)
        return decision

    def _stream(self, batch: Batch, state: DossierState) -> list[Mapping[str, Any]]:
        return self._events(batch, UUID(state.dossier_id), state.stream_seq)

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
