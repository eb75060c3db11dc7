"""Applies views/*.sql: each is created or replaced when its text, a view that it reads, or the tables changed (ADR 0015).

Safe to run twice and by two processes at once: both would apply and record the same.
"""

import hashlib
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from importlib.resources import files

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows

_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
_RECORD = """CREATE TABLE IF NOT EXISTS applied_views
(name String, hash String, applied_at DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT now64(3))
ENGINE = ReplacingMergeTree(applied_at) ORDER BY name"""
_PRESENT = """SELECT name, hash FROM applied_views FINAL
WHERE name IN (SELECT name FROM system.tables WHERE database = currentDatabase())"""


def read_views() -> dict[str, str]:
    """The text of every file of `services/stats/views`, by the name of its view."""
    folder = files("services.stats") / "views"
    return {item.name.removesuffix(".sql"): item.read_text("utf-8") for item in folder.iterdir()}


def apply_views(client: Client, views: Mapping[str, str] | None = None) -> list[str]:
    """Bring the views up to date, after the migrations; returns the names applied now, each after those that it reads."""
    texts = read_views() if views is None else views
    client.command(_RECORD)
    # How many, not the last number: one that was numbered earlier may come later.
    tables = str(client.query("SELECT uniqExact(number) FROM migrations").result_rows[0][0])
    present = {name: found for name, found in client.query(_PRESENT).result_rows}  # noqa: C416 - dict() has no type for rows
    hashes: dict[str, str] = {}
    applied = []
    reads = {name: sorted(set(_READ.findall(text)) & (texts.keys() - {name})) for name, text in texts.items()}
    for name in TopologicalSorter(reads).static_order():
        parts = (tables, texts[name], *(hashes[one] for one in reads[name]))
        hashes[name] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        if present.get(name) != hashes[name]:
            client.command(texts[name].rstrip().removesuffix(";"))
            insert_rows(client, "applied_views", [(name, hashes[name])], ["name", "hash"])
            applied.append(name)
    return applied
