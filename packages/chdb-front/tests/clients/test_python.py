"""ibis, as a person with a notebook uses it; `make clients` installs it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chdb_front.process import FrontProcess

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.filterwarnings("default")]

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def test_ibis_lists_groups_by_local_days_and_inserts(front: FrontProcess) -> None:
    ibis = pytest.importorskip("ibis", reason="ibis-framework is not installed (make clients installs it)")
    client = ibis.clickhouse.connect(host=front.host, port=front.port, user="default", password="", database="shop")
    assert {"orders", "late", "scratch"} <= set(client.list_tables())
    orders = client.table("orders")
    assert orders.schema()["accepted_at"].timezone == "Asia/Ho_Chi_Minh"
    by_day = orders.group_by(on=orders.accepted_at.date()).aggregate(n=orders.count()).order_by("on").limit(2)
    assert [(on.date(), n) for on, n in by_day.execute().itertuples(index=False)] == [
        (dt.date(2026, 3, 2), 24), (dt.date(2026, 3, 3), 24),
    ]  # fmt: skip
    # ibis itself forgets the zone of a truncated time and shows UTC; the instant is the local midnight.
    midnight = orders.accepted_at.truncate("D").min().execute()
    assert midnight.tz_localize("UTC") == dt.datetime(2026, 3, 2, tzinfo=HERE)
    assert orders.filter(orders.outcome == "late").count().execute() == 333
    client.raw_sql("TRUNCATE TABLE scratch")
    client.insert("scratch", ibis.memtable({"n": [1, 2], "s": ["a", "b"]}))
    assert client.table("scratch").count().execute() == 2
