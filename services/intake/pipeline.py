"""The way of an action: find out whether it was recorded before, decide, give it its place, store, answer.

`record` is the one decision path behind HTTP, Kafka and files. `publish_recorded` is the way from the store to Kafka. Both are
plain code over ports: a test runs them without a socket.
"""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from services.intake.domain.actions import Action, Answer, Refusal, recorded_answer, replayed_answer
from services.intake.domain.actors import Approvers, approvers_of
from services.intake.domain.arming import opened_on
from services.intake.domain.decide import Flags
from services.intake.domain.dossier import DossierState
from services.intake.domain.judge import Judge
from services.intake.domain.known_dossiers import KnownDossiers
from services.intake.domain.sealing import Sealed, seal
from services.intake.ports import (
    AppendConflictError,
    EventLog,
    EventStore,
    LogPublisher,
    Place,
    Receipt,
    StoreUnavailableError,
)

MAX_ATTEMPTS = 8
"""How often a batch is decided again when somebody else records for the same dossiers in between."""


@dataclass(slots=True)
class _Batch:
    """What one transaction will hold, and what has been decided on the way."""

    receipts: dict[str, Receipt]
    known: KnownDossiers
    structured: dict[Place, Mapping[str, Any]]  # events that an answer is made from
    approvers: Approvers
    sealed: list[Sealed] = field(default_factory=list)
    new_receipts: list[Receipt] = field(default_factory=list)


class _Decided(NamedTuple):
    """The action as it will be recorded, the codes by which its dossier will be found from now on, and the decision."""

    action: Action
    codes: Collection[UUID]
    decision: Refusal | Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecorder:
    """The store with what is remembered of it. One caller at a time calls `record`; other processes may have their own."""

    store: EventStore
    judge: Judge
    known_states: MutableMapping[UUID, DossierState]

    def record(self, actions: Sequence[Action], recorded_at: datetime) -> list[Answer]:
        """Decide and store the actions in order; every one is answered. Durable when it returns (promise 1).

        Raises:
            StoreUnavailableError: the store is away; nothing that was not answered may be assumed.
        """
        for _ in range(MAX_ATTEMPTS):
            batch = self._new_batch(actions)
            answers = [self._record_one(batch, action, recorded_at) for action in actions]
            try:
                self._require_still_unrecorded(actions, answers)
                if batch.sealed:
                    self.store.append(batch.sealed, batch.new_receipts, links=batch.known.new_links)
            except AppendConflictError:
                self.known_states.clear()
                continue
            self.known_states.update({one.dossier_id: one.state for one in batch.sealed})
            return answers
        raise StoreUnavailableError("other writers kept recording for the same dossiers")

    def _require_still_unrecorded(self, actions: Sequence[Action], answers: Sequence[Answer]) -> None:
        """States are read after receipts; what another process recorded in between must not be refused because it is there."""
        pairs = zip(actions, answers, strict=True)
        refused = [one.receipt_key for one, answer in pairs if answer.refusal and answer.refusal.code != "id-reused"]
        if refused and self.store.find_receipts(refused):
            raise AppendConflictError("recorded by somebody else just now")

    def _new_batch(self, actions: Sequence[Action]) -> _Batch:
        """A few questions to the store for the whole batch: what was recorded before, how, and the states nobody remembers."""
        receipts = dict(self.store.find_receipts([one.receipt_key for one in actions]))
        places = [(one.dossier_id, one.stream_seq) for one in receipts.values()]
        structured = dict(self.store.read_events(places)) if places else {}
        persons = approvers_of(actions)
        approvers = Approvers(persons=persons, acted=dict(self.store.find_acted(persons)) if persons else {})
        known = KnownDossiers(store=self.store, memory=self.known_states)
        known.know({one.dossier_id for one in actions if one.receipt_key not in receipts})
        return _Batch(receipts=receipts, known=known, structured=structured, approvers=approvers)

    def _record_one(self, batch: _Batch, action: Action, recorded_at: datetime) -> Answer:
        earlier = batch.receipts.get(action.receipt_key)
        if earlier is not None:
            structured = batch.structured[earlier.dossier_id, earlier.stream_seq]
            return replayed_answer(action, structured, is_same=earlier.digest == action.digest)
        action, codes, decision = self._decided(batch, batch.known.placed(action), recorded_at)
        if isinstance(decision, Refusal):
            return Answer(action_id=action.action_id, source=action.source, refusal=decision)
        state = batch.known.states[action.dossier_id]
        day = opened_on(self.judge.rulebook, action, state)
        sealed = seal(state, action, (*decision, *batch.approvers.flags_behind(action)), recorded_at, day)
        key, place = action.receipt_key, (sealed[0].dossier_id, sealed[0].stream_seq)
        receipt = Receipt(receipt_key=key, digest=action.digest, dossier_id=place[0], stream_seq=place[1])
        batch.sealed.extend(sealed)
        batch.known.note(sealed, codes)
        batch.structured.update({(one.dossier_id, one.stream_seq): one.structured for one in sealed})
        batch.approvers.note(sealed)
        batch.receipts[key] = receipt
        batch.new_receipts.append(receipt)
        return recorded_answer(action, sealed[0].structured, is_replay=False)

    def _decided(self, batch: _Batch, action: Action, decided_at: datetime) -> _Decided:
        decided = self._judged(batch, action, decided_at)
        if isinstance(decided.decision, Refusal) and action.dossier_id in batch.known.remembered:
            # Another process may have recorded since: nobody is refused on a memory alone. (What is accepted on an old
            # memory is caught by the store: the place in the stream is taken.)
            batch.known.know_anew(action.dossier_id)
            decided = self._judged(batch, action, decided_at)
        return decided

    def _judged(self, batch: _Batch, action: Action, decided_at: datetime) -> _Decided:
        said, codes, refused = batch.known.named_anew(action)
        stream = partial(self._stream, batch)
        decision = self.judge.judge(batch.known.states[said.dossier_id], said, decided_at, stream)
        return _Decided(said, codes, decision if isinstance(decision, Refusal) else refused or decision)

    def _stream(self, batch: _Batch, state: DossierState) -> list[Mapping[str, Any]]:
        places = [(UUID(state.dossier_id), number) for number in range(1, state.stream_seq + 1)]
        stored = self.store.read_events([place for place in places if place not in batch.structured])
        return [batch.structured.get(place) or stored[place] for place in places]


async def publish_recorded(log: EventLog, publisher: LogPublisher, position: int, limit: int) -> int:
    """Publish the next part of the log in one transaction; the new position, unchanged when there was nothing."""
    entries = await publisher.read(log, position, limit)
    if not entries:
        return position
    await publisher.publish(entries)
    return entries[-1].notification_id
