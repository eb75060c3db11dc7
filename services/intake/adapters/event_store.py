"""The event store by `eventsourcing`: our events under stable type names, one transaction per batch.

The stored state is the structured CloudEvent, the stored topic its wire type (B2), the originator the dossier, its version
`stream_seq`. `originator_id` and `notification_id` are words of the library and stay in this folder. SQLite row ids are the
notification ids: never VACUUM the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from services.intake.adapters.recorders import POSTGRES_RECORDER, SQLITE_RECORDER, LedgerRecorder
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.sealing import Sealed, action_data
from services.intake.ports import AppendConflictError, LogEntry, Receipt, RequestAnswer, StoreUnavailableError


class LedgerStore:
    """Both ports of the store (EventStore and EventLog) over one recorder."""

    def __init__(self, recorder: ApplicationRecorder, close: Callable[[], None]) -> None:
        self._recorder = recorder
        self._ledger = cast("LedgerRecorder", recorder)
        self.close = close

    def load(self, dossier_id: UUID) -> DossierState | None:
        """The dossier's state folded from its stored events."""
        state: DossierState | None = None
        with _translated():
            stored = self._recorder.select_events(dossier_id)
        for one in stored:
            event = from_structured(parse_json(one.state))
            state = evolve(state, event.envelope, action_data(event))
        return state

    def find_receipts(self, receipt_keys: Sequence[str]) -> Mapping[str, Receipt]:
        """The receipts of those actions that were recorded before."""
        with _translated():
            return {one.receipt_key: one for one in self._ledger.find_receipts(receipt_keys)}

    def find_answer(self, idempotency_key: str) -> RequestAnswer | None:
        """The kept answer of a request."""
        with _translated():
            return self._ledger.find_answer(idempotency_key)

    def read_event(self, dossier_id: UUID, stream_seq: int) -> Mapping[str, Any]:
        """One stored event in structured form."""
        with _translated():
            stored = self._recorder.select_events(dossier_id, gt=stream_seq - 1, lte=stream_seq)
        return _structured(stored[0].state)

    def append(
        self, sealed: Sequence[Sealed], receipts: Sequence[Receipt], answers: Sequence[RequestAnswer] = ()
    ) -> None:
        """All or nothing, durable when it returns; AppendConflictError when part of it is there already."""
        stored = [
            StoredEvent(
                originator_id=UUID(one.event.envelope.dossier_id),
                originator_version=one.event.envelope.stream_seq,
                topic=one.event.envelope.event_type,
                state=dumps(one.structured),
            )
            for one in sealed
        ]
        with _translated():
            self._recorder.insert_events(stored, receipts=receipts, answers=answers)

    def read_after(self, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """The next entries of the log."""
        with _translated():
            notifications = self._recorder.select_notifications(notification_id, limit, inclusive_of_start=False)
        return [LogEntry(notification_id=int(one.id), structured=_structured(one.state)) for one in notifications]

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
        recorder = factory.application_recorder()
        if isinstance(factory, SQLiteFactory):
            _sync_fully(factory)
    return LedgerStore(recorder, factory.close)


def _sync_fully(factory: SQLiteFactory) -> None:
    """Make every pooled connection flush each commit to the disk, whatever the library's or the build's default is."""
    pool = factory.datastore.pool
    create_connection = pool._create_connection  # noqa: SLF001  # the library has no setting for it

    def create_synced() -> Any:
        connection = create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection

    pool._create_connection = create_synced  # type: ignore[method-assign]  # noqa: SLF001  # as above
    with factory.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != 2:
            cursor.execute("PRAGMA synchronous=FULL")


def _structured(state: bytes) -> Mapping[str, Any]:
    structured: Mapping[str, Any] = parse_json(state)
    return structured


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise AppendConflictError(str(error)) from error
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailableError(str(error)) from error
