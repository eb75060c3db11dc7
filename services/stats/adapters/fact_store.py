"""The loader's side of ClickHouse: inserts, and the read-back of all events of the touched dossiers. Retries what passes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

from services.stats.adapters.clickhouse import insert_rows
from services.stats.adapters.queries import query_text
from services.stats.adapters.reference_register import refresh_register
from services.stats.adapters.retries import until_done
from services.stats.adapters.unit_register import read_places, units_revision
from services.stats.domain.chains import StoredLink
from services.stats.domain.facts import COLUMNS, DossierFacts, row_of
from services.stats.domain.levels import Places
from services.stats.domain.projection import TYPES_WITH_DATA
from services.stats.domain.reference import REFERENCE_COLUMNS, ReferenceRow
from services.stats.domain.rows import EVENT_COLUMNS, DossierKey, EventRow, KnownEvent

ResultT = TypeVar("ResultT")


class ClickHouseFacts:
    """The port FactStore over one client. Calls run in a thread, so that the Kafka heartbeat goes on meanwhile."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._places: tuple[int, Places] | None = None
        self.fact_writes = 0
        """How many times facts were written: whoever derives something from them sees whether there is news."""

    async def links(self, keys: Sequence[DossierKey]) -> Sequence[StoredLink]:
        """Number and hash of every stored event of some dossiers."""
        return await self._run("read the chains", lambda: self._links("stored_links", external_data=_touched(keys)))

    async def reference_links(self, stream_ids: Sequence[str]) -> Sequence[StoredLink]:
        """The same of reference things."""
        parameters = {"stream_ids": list(stream_ids)}
        return await self._run("read the chains", lambda: self._links("stored_reference_links", parameters=parameters))

    async def insert_events(self, rows: Sequence[EventRow]) -> None:
        """Store events; storing one again changes nothing."""
        await self._run("insert events", lambda: insert_rows(self._client, "events", rows, EVENT_COLUMNS))

    async def insert_reference(self, rows: Sequence[ReferenceRow]) -> None:
        """Store events of reference things; storing one again changes nothing."""
        insert = partial(self._client.insert, "reference_events", rows, column_names=REFERENCE_COLUMNS)
        await self._run("insert reference events", insert)

    async def refresh_register(self) -> None:
        """Make the registers what all stored reference events say, and the facts' levels with them."""
        await self._run("load the register", lambda: refresh_register(self._client))
        self.fact_writes += 1

    async def known_events(self, keys: Sequence[DossierKey]) -> Mapping[DossierKey, Sequence[KnownEvent]]:
        """All stored events of some dossiers, whoever stored them."""
        return await self._run("read events back", lambda: self._read_back(keys))

    async def places(self) -> tuple[int, Places]:
        """The newest revision of the hierarchy and the lookup in it; read again only when the revision moved."""
        return await self._run("read the units", self._read_places)

    async def insert_facts(self, facts: Sequence[DossierFacts]) -> None:
        """Store facts; of two rows of one dossier the one with more events behind it stays."""
        rows = [row_of(one) for one in facts]
        await self._run("insert facts", lambda: insert_rows(self._client, "dossiers", rows, COLUMNS))
        self.fact_writes += 1

    async def _run(self, what: str, call: Callable[[], ResultT]) -> ResultT:
        return await until_done(f"ClickHouse: {what}", lambda: asyncio.to_thread(call))

    def _links(self, question: str, **asked: Any) -> list[StoredLink]:
        columns = self._client.query(query_text(question), **asked).result_columns
        return list(map(StoredLink, *columns)) if columns else []

    def _read_back(self, keys: Sequence[DossierKey]) -> Mapping[DossierKey, Sequence[KnownEvent]]:
        columns = self._client.query(
            query_text("known_events"),
            parameters={"types_with_data": list(TYPES_WITH_DATA)},
            external_data=_touched(keys),
        ).result_columns
        known: dict[DossierKey, list[KnownEvent]] = {}
        if columns:
            for opened_on, dossier_id, event in zip(columns[0], columns[1], map(KnownEvent, *columns[2:]), strict=True):
                known.setdefault(DossierKey(opened_on, dossier_id), []).append(event)
        return known

    def _read_places(self) -> tuple[int, Places]:
        revision = units_revision(self._client)
        if self._places is None or self._places[0] != revision:
            self._places = (revision, read_places(self._client))
        return self._places


def _touched(keys: Sequence[DossierKey]) -> ExternalData:
    """Some dossiers as a table that goes along with a question."""
    return ExternalData(
        file_name="touched.tsv",
        fmt="TSV",
        structure="opened_on Date, dossier_id String",
        data="".join(f"{key.opened_on}\t{_escaped(key.dossier_id)}\n" for key in keys).encode(),
    )


def _escaped(text: str) -> str:
    return (
        text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")
    )
