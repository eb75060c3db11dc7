"""A batch is stored whole, of however many months its dossiers are, or the loader hears that it is not."""

from datetime import datetime

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.summary import QuerySummary

from services.stats.adapters.clickhouse import RowsNotStoredError, insert_rows
from services.stats.adapters.unit_register import load_units
from services.stats.domain.levels import UnitPeriod
from tests.sql.loading import load
from tests.unit.stats.dossiers import ZONE, Dossier
from tests.unit.stats.random_dossiers import COMMUNES, PROVINCE, START, unit

pytestmark = pytest.mark.integration

MONTHS = 150
"""More than a ClickHouse server takes in one block unless told otherwise (100)."""


def _of_many_months() -> list[Dossier]:
    dossiers = []
    for month in range(MONTHS):
        one = Dossier(f"many-months-{month}", COMMUNES[3])
        one.accepted(datetime(2013 + month // 12, month % 12 + 1, 5, 8, tzinfo=ZONE), "1.000")
        dossiers.append(one)
    return dossiers


async def test_one_batch_may_hold_dossiers_of_more_months_than_a_block_of_the_server(client: Client) -> None:
    dossiers = _of_many_months()
    await load(client, [event for one in dossiers for event in one.events], batch_sizes=[100_000])
    for table in ("events", "dossiers"):
        assert client.query(
            f"SELECT uniqExact(dossier_id), uniqExact(toYYYYMM(opened_on)) FROM {table}"
        ).result_rows == [(MONTHS, MONTHS)]
    # A new register touches all of them in one statement.
    load_units(client, _old_units())
    assert client.query("SELECT countIf(province_id = 1) FROM dossiers FINAL").result_rows == [(MONTHS,)]


def _old_units() -> list[UnitPeriod]:
    """The province and its fourth commune, old enough for every dossier here."""
    return [
        unit(PROVINCE, "province", 0, START.replace(year=2000)),
        unit(COMMUNES[3], "commune", PROVINCE, START.replace(year=2000)),
    ]


class _CountsFewer:
    """A server, or something on the way to it, that answers an insert and counts a row less."""

    def insert(self, _table: str, rows: list[list[int]], **_options: object) -> QuerySummary:
        return QuerySummary({"written_rows": str(len(rows) - 1)})


def test_an_insert_that_the_server_counts_as_less_is_an_error() -> None:
    with pytest.raises(RowsNotStoredError, match="events: 2 rows were sent, the server counts 1 as written"):
        insert_rows(_CountsFewer(), "events", [[1], [2]], ["n"])  # type: ignore[arg-type]  # all that is asked of a client
