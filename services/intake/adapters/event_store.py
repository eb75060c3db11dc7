"""The event store by `eventsourcing`: our events under stable type names, one transaction per batch.

The stored state is the structured CloudEvent, the stored topic its wire type (B2), the originator the dossier, its version
`stream_seq`. `originator_id` and `notification_id` are words of the library and stay in this folder. SQLite row ids are the
notification ids: never VACUUM the file.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StoredEvent,
)
from eventsourcing.sqlite import SQLiteFactory
from eventsourcing.utils import Environment

from events.codec import dumps, from_structured, parse_json
from events.envelope import Event
from services.intake.adapters.acting_persons import NotedActs
from services.intake.adapters.recorders import POSTGRES_RECORDER, SQLITE_RECORDER, LedgerRecorder
from services.intake.domain.actors import Act, Acted, acts_of_events
from services.intake.domain.batch import Place, Receipt
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.register import Register, SealedReference
from services.intake.domain.sealing import Recorded
from services.intake.ports import AppendConflictError, Link, LogEntry, RequestAnswer, StoreUnavailableError

ENTRIES_AT_ONCE = 5_000
ALL = 2**31
EVERYBODY = ""
"""No identity is empty: this row says that every act of the store is noted."""


class LedgerStore:
    """Both ports of the store (EventStore and EventLog) over one recorder."""

    def __init__(self, recorder: ApplicationRecorder, close: Callable[[], None]) -> None:
        self._recorder = recorder
        self._ledger = cast("LedgerRecorder", recorder)
        self._acts = NotedActs()
        self._register = Register()
        self._seen_version = 0
        self.close = close

    def load(self, dossier_ids: Collection[UUID]) -> Mapping[UUID, DossierState]:
        """The states of those dossiers that have events, each folded from its stored events."""
        with _translated():
            stored = self._ledger.select_streams(list(dossier_ids))
        states: dict[UUID, DossierState] = {}
        for dossier_id, state in stored:
            event = from_structured(parse_json(state))
            about = event.envelope
            states[dossier_id] = evolve(states.get(dossier_id), about, dossier_data(event), about.hash or "")
        return states

    def find_receipts(self, receipt_keys: Sequence[str]) -> Mapping[str, Receipt]:
        """The receipts of those actions that were recorded before."""
        with _translated():
            found, self._seen_version = self._ledger.find_receipts(receipt_keys)
        return {one.receipt_key: one for one in found}

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        """The kept answer of a sender's request."""
        with _translated():
            return self._ledger.find_answer(sender, idempotency_key, since)

    def adopt_earlier_answers(self) -> None:
        """Once, for a store that kept answers without their sender and for ever: they are kept from now on as all others."""
        with _translated():
            self._ledger.adopt_answers()

    def find_acted(self, persons: Collection[str]) -> Mapping[str, Acted]:
        """In which dossiers those persons acted, of those who did."""
        with _translated():
            return dict(self._ledger.find_acted(list(persons)))

    def read_events(self, places: Sequence[Place]) -> Mapping[Place, Mapping[str, Any]]:
        """The stored events at those places, in structured form."""
        with _translated():
            return {place: _structured(state) for place, state in self._ledger.select_at(places)}

    def register(self, *, as_of_receipts: bool = False) -> Register:
        """All reference things as they are recorded now; folded further only when somebody recorded something."""
        known = self._register
        with _translated():
            version = self._seen_version if as_of_receipts else self._ledger.register_version()
            if version <= known.version:
                return known
            stored = self._ledger.select_register(known.version, ALL)
        grown = known.copy()
        grown.take_all([_structured(state) for state in stored])
        self._register = grown
        return grown

    def register_after(self, register_no: int, limit: int) -> Sequence[Mapping[str, Any]]:
        """The events of reference things behind a number of the register, in order."""
        with _translated():
            return [_structured(state) for state in self._ledger.select_register(register_no, limit)]

    def find_links(self, code_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Of those ids of codes that were linked to a dossier (DR-30): to which."""
        with _translated():
            return dict(self._ledger.find_links(list(code_ids)))

    def append(
        self,
        sealed: Sequence[Recorded],
        receipts: Sequence[Receipt],
        answers: Sequence[RequestAnswer] = (),
        links: Sequence[Link] = (),
    ) -> None:
        """All or nothing, durable when it returns, who acted included; AppendConflictError when part of it is there already."""
        stored = [
            StoredEvent(
                originator_id=one.dossier_id,
                originator_version=one.stream_seq,
                topic=one.event_type,
                state=dumps(one.structured),
            )
            for one in sealed
        ]
        of_register = [one for one in sealed if isinstance(one, SealedReference)]
        in_register = [(one.register_no, one.dossier_id, one.stream_seq) for one in of_register]
        # Who keeps the register doesn't act in a dossier by it (B14).
        acts = self._acts.of([one for one in sealed if not isinstance(one, SealedReference)] if of_register else sealed)
        with _translated():
            self._recorder.insert_events(
                stored, receipts=receipts, answers=answers, acts=acts, in_register=in_register, links=links
            )
        self._acts.noted(acts)

    def note_earlier_actors(self) -> None:
        """Once, for a store that recorded events before it noted who acts: note it from all of them."""
        if self.find_acted([EVERYBODY]):
            return
        place = 0
        while entries := self.read_after(place, ENTRIES_AT_ONCE):
            place = entries[-1].notification_id
            acts = acts_of_events(one.structured for one in entries)
            self._note(self._acts.still_to_note(acts))
        self._note([(EVERYBODY, UUID(int=0))])

    def _note(self, acts: list[Act]) -> None:
        with _translated():
            self._recorder.insert_events([], acts=acts)
        self._acts.noted(acts)

    def read_after(self, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """The next entries of the log."""
        with _translated():
            notifications = self._recorder.select_notifications(notification_id, limit, inclusive_of_start=False)
        return [LogEntry(notification_id=int(one.id), structured=_structured(one.state)) for one in notifications]

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> Mapping[str, int]:
        """How many events about dossiers stand behind one number up to another, by the beginnings of their ids."""
        with _translated():
            return self._ledger.count_by_prefix(prefix, after, upto)

    def events_by_prefix(self, prefix: str) -> Sequence[Mapping[str, Any]]:
        """Every event of the dossiers whose ids begin so, in structured form."""
        with _translated():
            return [_structured(state) for state in self._ledger.select_prefix(prefix)]

    def last_id(self) -> int:
        """The id of the latest entry, 0 when there is none."""
        with _translated():
            return self._recorder.max_notification_id() or 0


def open_store(settings: Mapping[str, str]) -> LedgerStore:
    """The store that the settings name: PERSISTENCE_MODULE and its own settings, SQLite by default.

    Raises StoreUnavailableError when it can't be reached.
    """
    module = settings.get("PERSISTENCE_MODULE", "eventsourcing.sqlite")
    is_sqlite = module == "eventsourcing.sqlite"
    chosen = {
        "APPLICATION_RECORDER_TOPIC": SQLITE_RECORDER if is_sqlite else POSTGRES_RECORDER,
        **settings,
        "PERSISTENCE_MODULE": module,
        "POSTGRES_ENABLE_DB_FUNCTIONS": "n",
    }
    with _translated():
        factory = InfrastructureFactory.construct(Environment("intake", chosen))
        if isinstance(factory, SQLiteFactory):
            _sync_fully(factory)
        recorder = factory.application_recorder()
    store = LedgerStore(recorder, factory.close)
    store.note_earlier_actors()
    store.adopt_earlier_answers()
    return store


def _sync_fully(factory: SQLiteFactory) -> None:
    """Make every pooled connection flush each commit to the disk, whatever the library's or the build's default is.

    Called before the first connection is made. WAL is a property of the file, `synchronous` one of the connection.
    """
    pool = factory.datastore.pool
    create_connection = pool._create_connection  # noqa: SLF001  # the library has no setting for it

    def create_synced() -> Any:
        connection = create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection

    pool._create_connection = create_synced  # type: ignore[method-assign]  # noqa: SLF001  # as above


def dossier_data(event: Event) -> Any:
    """The dossier event inside; the store holds no deadline events."""
    return event.data


def _structured(state: bytes) -> Mapping[str, Any]:
    structured: Mapping[str, Any] = parse_json(state)
    return structured


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise AppendConflictError(str(error)) from error
    except (OperationalError, InterfaceError, sqlite3.OperationalError) as error:
        raise StoreUnavailableError(str(error)) from error
