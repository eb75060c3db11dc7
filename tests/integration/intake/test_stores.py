"""SQLite and PostgreSQL pass the suite of every store; and what is particular to each."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.sqlite import SQLiteCursor

from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.ports import StoreUnavailableError
from tests.integration.intake.store_contract import StoreContract, life, name

pytestmark = pytest.mark.integration
SYNCHRONOUS_FULL = 2


@pytest.fixture(scope="class")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"SQLITE_DBNAME": str(tmp_path_factory.mktemp("store") / "ledger.sqlite")}


def opened(settings: dict[str, str]) -> Iterator[LedgerStore]:
    store = open_store(settings)
    yield store
    store.close()


def learnt_again(settings: dict[str, str], store: LedgerStore) -> None:
    """Forget who acted, as a store of an earlier version has never known it; then open it as a process does."""
    officer, other = name(), name()
    events = [life(name(), actor_id=officer), life(name(), actor_id=officer), life(name(), actor_id=other)]
    store.append([one for told in events for one in told], [])
    recorder: Any = store._recorder
    with recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute("DELETE FROM acting_persons")
    assert store.find_acted([officer, other]) == {}
    again = open_store(settings)
    found = again.find_acted([officer, other])
    assert (found[officer].has_others, found[other].has_others) == (True, False)
    again.close()


def adopted(settings: dict[str, str], store: LedgerStore, blob: str, body: str) -> None:
    """Answers of a store of before, which kept them for everybody and for ever, are kept for a while from now on."""
    recorder: Any = store._recorder
    key = name()
    with recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS request_answers (idempotency_key TEXT PRIMARY KEY, digest TEXT NOT NULL,"
            f" status INTEGER NOT NULL, body {blob} NOT NULL)"
        )
        cursor.execute(f"INSERT INTO request_answers VALUES ('{key}', 'd', 201, {body})")
    for opened_again in range(2):
        again = open_store(settings)
        for sender in ("one", "another"):
            found = again.find_answer(sender, key, 0)
            assert found is not None, opened_again
            assert (found.digest, found.status, found.body) == ("d", 201, b"body")
            assert again.find_answer(sender, key, found.kept_at + 1) is None
        again.close()
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("SELECT count(*) AS n FROM request_answers")
        assert cursor.fetchone()["n"] == 0


class TestSQLite(StoreContract):
    """The default of one machine."""

    @pytest.fixture
    def store(self, sqlite: dict[str, str]) -> Iterator[LedgerStore]:
        yield from opened(sqlite)

    @pytest.fixture
    def second(self, sqlite: dict[str, str]) -> Iterator[LedgerStore]:
        yield from opened(sqlite)

    def test_the_connection_that_writes_is_in_wal_mode_and_flushes_every_commit(
        self, store: LedgerStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Looked at from inside a transaction of the recorder itself, on as many connections as the pool makes."""
        recorder: Any = store._recorder
        seen: list[tuple[int, str, int]] = []
        insert = recorder._insert_events

        def looking(cursor: Any, *args: Any, **named: Any) -> Any:
            values = []
            for pragma in ("journal_mode", "synchronous"):
                cursor.execute(f"PRAGMA {pragma}")
                values.append(cursor.fetchone()[0])
            seen.append((id(cursor.sqlite_cursor.connection), *values))
            return insert(cursor, *args, **named)

        monkeypatch.setattr(recorder, "_insert_events", looking)
        datastore = recorder.datastore
        store.append(life(name()), [])
        with datastore.transaction(commit=False), datastore.transaction(commit=False):
            store.append(life(name()), [])  # the pooled connections are in use: this one is new
        assert len({connection for connection, _, _ in seen}) == 2
        assert {(mode, level) for _, mode, level in seen} == {("wal", SYNCHRONOUS_FULL)}

    def test_the_pragma_is_ours_and_not_the_default_of_the_build(
        self, sqlite: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect = sqlite3.connect

        def lazily(*args: Any, **named: Any) -> sqlite3.Connection:
            connection = connect(*args, **named)
            connection.execute("PRAGMA synchronous=OFF")
            return connection

        monkeypatch.setattr(sqlite3, "connect", lazily)
        store = open_store(sqlite)
        recorder: Any = store._recorder
        with recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == SYNCHRONOUS_FULL
        store.close()

    def test_a_store_of_before_learns_once_who_has_acted_in_it(
        self, store: LedgerStore, sqlite: dict[str, str]
    ) -> None:
        learnt_again(sqlite, store)

    def test_a_store_of_before_keeps_its_answers_for_a_while(self, store: LedgerStore, sqlite: dict[str, str]) -> None:
        adopted(sqlite, store, "BLOB", "x'626f6479'")

    def test_a_file_that_cannot_be_opened_is_an_absent_store(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailableError):
            open_store({"SQLITE_DBNAME": str(tmp_path / "missing" / "ledger.sqlite")})

    def test_a_locked_database_is_an_absent_store_and_nothing_is_half_done(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.sqlite"
        store = open_store({"SQLITE_DBNAME": str(path), "SQLITE_LOCK_TIMEOUT": "1"})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        told = life(name())
        with pytest.raises(StoreUnavailableError):
            store.append(told, [])
        other.execute("ROLLBACK")
        other.close()
        assert store.last_id() == 0
        store.append(told, [])
        assert store.last_id() == len(told)
        store.close()


class TestPostgreSQL(StoreContract):
    """The store of production."""

    @pytest.fixture
    def store(self, postgres: dict[str, str]) -> Iterator[LedgerStore]:
        yield from opened(postgres)

    @pytest.fixture
    def second(self, postgres: dict[str, str]) -> Iterator[LedgerStore]:
        yield from opened(postgres)

    def test_database_functions_stay_off_whatever_the_settings_say(self, postgres: dict[str, str]) -> None:
        store = open_store({**postgres, "POSTGRES_ENABLE_DB_FUNCTIONS": "y"})
        recorder: Any = store._recorder
        assert recorder.datastore.enable_db_functions is False
        store.close()

    def test_a_store_of_before_learns_once_who_has_acted_in_it(
        self, store: LedgerStore, postgres: dict[str, str]
    ) -> None:
        learnt_again(postgres, store)

    def test_a_store_of_before_keeps_its_answers_for_a_while(
        self, store: LedgerStore, postgres: dict[str, str]
    ) -> None:
        adopted(postgres, store, "bytea", "'body'")

    def test_an_absent_server_is_an_absent_store(self, postgres: dict[str, str]) -> None:
        with pytest.raises(StoreUnavailableError):
            open_store({**postgres, "POSTGRES_PORT": "1", "POSTGRES_CONNECT_TIMEOUT": "1"})

    def test_a_connection_that_the_server_ended_is_not_a_lost_store(self, store: LedgerStore) -> None:
        recorder: Any = store._recorder
        store.append(life(name()), [])
        with recorder.datastore.get_connection() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'ledger'"
            )
        told = life(name())
        store.append(told, [])
        assert store.load([told[0].dossier_id])[told[0].dossier_id] == told[-1].state


def test_nothing_that_is_asked_of_some_dossiers_reads_the_whole_sqlite_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store({"SQLITE_DBNAME": str(tmp_path / "ledger.sqlite")})
    told = life(name())
    store.append(told, [])
    asked: list[tuple[str, Any]] = []
    execute = SQLiteCursor.execute
    monkeypatch.setattr(SQLiteCursor, "execute", lambda self, *said: (asked.append(said), execute(self, *said))[1])
    dossier_id = told[0].dossier_id
    assert len(store.read_events([(one.dossier_id, one.stream_seq) for one in told])) == len(told)
    assert dossier_id in store.load([dossier_id])
    store.find_links([dossier_id])
    store.find_receipts(["nobody|nothing"])
    monkeypatch.undo()
    recorder: Any = store._recorder
    plans: list[str] = []
    with recorder.datastore.transaction(commit=False) as cursor:
        for sql, *values in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", *values)
            plans += [row[3] for row in cursor.fetchall()]
    store.close()
    assert any("SEARCH stored_events" in one for one in plans)
    assert [
        one for one in plans if one.startswith(("SCAN stored_events", "SCAN action_receipts", "SCAN linked_codes"))
    ] == []
