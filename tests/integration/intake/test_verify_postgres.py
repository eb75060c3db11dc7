"""`motcua verify` reads a PostgreSQL store as it reads a file: the same root, and whatever is changed or deleted is named."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from motcua.output import CommandError
from motcua.verifying.domain import Root, end_of
from motcua.verifying.postgres_reading import opened_table
from motcua.verifying.store_reading import opened_store
from motcua.verifying.verification import Verified, verified
from services.intake.adapters.event_store import open_store
from services.stats.domain.periods import ZONE
from tests.unit.intake.counter import NOW
from tests.unit.motcua.test_rebuilding_store import recorder, said

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def settings(postgres: dict[str, str]) -> dict[str, str]:
    return {**postgres, "POSTGRES_SCHEMA": "verified"}


@pytest.fixture
def by_hand(settings: dict[str, str]) -> Iterator[Connection]:
    """A connection of somebody who has access to the server."""
    address = f"host=127.0.0.1 port={settings['POSTGRES_PORT']} user=ledger dbname=ledger"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA verified")
        yield connection
        connection.execute("DROP SCHEMA verified CASCADE")


def root() -> Root:
    return Root(end_of(date(2999, 1, 1), ZONE))


def looked_at(settings: dict[str, str]) -> Verified:
    return verified(opened_table(settings), 20, None, root())


def test_a_store_in_postgresql_has_the_root_of_the_same_store_in_a_file_until_somebody_changes_it(
    settings: dict[str, str], by_hand: Connection, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="there is no event store in the schema verified"):
        looked_at(settings)
    for one in (settings, {"SQLITE_DBNAME": str(tmp_path / "ledger.sqlite")}):
        store = open_store(one)
        recorder(store).record(said(), NOW)
        store.close()
    seen = looked_at(settings)
    assert (seen.findings.first, seen.events) == ([], {"store": 20})
    assert seen.root == verified(opened_store(tmp_path / "ledger.sqlite"), 20, None, root()).root
    by_hand.execute(
        "UPDATE verified.intake_events SET state = convert_to(replace(convert_from(state, 'UTF8'), 'cb-2', 'cb-3'), 'UTF8')"
        " WHERE notification_id = 2"
    )
    assert [(one.what, one.where) for one in looked_at(settings).findings.first] == [
        ("it was changed: its hash is another", "store, row 2")
    ]
    by_hand.execute("DELETE FROM verified.intake_events WHERE notification_id = 2")
    assert [(one.what, one.number) for one in looked_at(settings).findings.first] == [("number 1 is missing", 1)]
