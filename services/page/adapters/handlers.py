"""HTTP in and out of the JSON and CSV parts: read the question, ask, answer. Routes stand in `http_app.py`."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from services.page.adapters.answers import Answer, Answers, Body
from services.page.adapters.dictionaries import Dictionary, wanted_language
from services.page.adapters.dossier_page import DossierPage
from services.page.adapters.explanations import Explanations
from services.page.adapters.looks import Looks
from services.page.adapters.statistics import Statistics
from services.page.domain import csv_tables
from services.page.domain.csv_tables import Column, csv_of
from services.page.domain.parameters import read_listing, read_question
from services.stats.questions import local_day

Now = Callable[[], datetime]
_MIN_COMPRESSED = 1_000


class Parts(NamedTuple):
    """Who is asked for what."""

    statistics: Statistics
    dossier_page: DossierPage
    explanations: Explanations


class _Table(NamedTuple):
    """How an answer is shown as CSV: name of the file, columns, and the rows of an answer."""

    name: str
    columns: Sequence[Column]
    rows: Callable[[Any], Iterable[Mapping[str, Any]]]


class Handlers:
    """The parts of the page. Each gives JSON, and where it is a table CSV of the same rows.

    A part raises what Parts raise, ParameterError, BusyError, and TimeoutError where ClickHouse hangs for `patience_seconds`.
    """

    def __init__(
        self,
        parts: Parts,
        answers: Answers,
        dictionaries: Mapping[str, Dictionary],
        now: Now,
        patience_seconds: float,
    ) -> None:
        self._parts = parts
        self._answers = answers
        self._dictionaries = dictionaries
        self._now = now
        self._meta = Looks(self._seen_meta, patience_seconds)

    async def meta(self, _: web.Request) -> web.Response:
        """Freshness and extent of the data; who asks in the same moment is told of the same look."""
        return json_response(await self._meta.newest())

    async def figures(self, request: web.Request) -> web.Response:
        """The figures of a unit and of the units below it."""
        query = request.query
        key = read_question(query, self._now()).key

        async def ask() -> Any:
            return await self._parts.statistics.figures(read_question(query, self._now()))

        return await self._told(request, ("figures", key), ask, _Table("figures", csv_tables.FIGURES, _figure_rows))

    async def trend(self, request: web.Request) -> web.Response:
        """The weeks up to the end of the period."""
        query = request.query
        key = read_question(query, self._now()).key

        async def ask() -> Any:
            return await self._parts.statistics.trend(read_question(query, self._now()))

        return await self._told(request, ("trend", key), ask, _Table("trend", csv_tables.TREND, _week_rows))

    async def dossiers(self, request: web.Request) -> web.Response:
        """The dossiers behind one figure."""
        return await self._listed(request, "dossiers", None)

    async def overdue(self, request: web.Request) -> web.Response:
        """The open overdue dossiers."""
        return await self._listed(request, "overdue", "open_overdue")

    async def dossier(self, request: web.Request) -> web.Response:
        """One dossier with its events."""
        name = request.match_info["dossier_id"]

        async def ask() -> Any:
            return await self._parts.dossier_page.dossier(name, self._now())

        return await self._told(request, ("dossier", name), ask, _Table("dossier", csv_tables.EVENTS, _event_rows))

    async def explanation(self, request: web.Request) -> web.Response:
        """Why the due dates of one dossier are what they are."""
        name = request.match_info["dossier_id"]

        async def ask() -> Any:
            return await self._parts.explanations.explanation(name, self._now())

        return await self._told(request, ("explanation", name), ask)

    async def units(self, request: web.Request) -> web.Response:
        """The register of units on the last day of the period."""
        on = local_day(read_question(request.query, self._now()).period.as_of)

        async def ask() -> Any:
            return {"on": on, "units": await self._parts.statistics.units(on)}

        return await self._told(
            request, ("units", on), ask, _Table("units", csv_tables.UNITS, lambda answer: answer["units"])
        )

    async def close(self) -> None:
        """End what is on its way."""
        await self._meta.close()
        await self._answers.close()

    async def _seen_meta(self) -> dict[str, Any]:
        return {**await self._parts.statistics.meta(), "now": self._now()}

    async def _listed(self, request: web.Request, name: str, figure: str | None) -> web.Response:
        query, listing = request.query, read_listing(request.query, figure)
        key = read_question(query, self._now()).key
        is_whole = _is_csv(request)

        async def ask() -> Any:
            asked = read_question(query, self._now())
            statistics = self._parts.statistics
            return await (statistics.all_dossiers if is_whole else statistics.dossiers)(asked, listing)

        table = _Table(f"{name}-{listing.figure}", csv_tables.DOSSIERS, lambda rows: rows)
        return await self._told(request, ("dossiers", key, listing), ask, table)

    async def _told(
        self, request: web.Request, key: Hashable, ask: Callable[[], Awaitable[Any]], table: _Table | None = None
    ) -> web.Response:
        """The answer to a question that `key` tells from others; `ask` is called where it has to be worked out."""
        language = language_of(request) if table is not None and _is_csv(request) else None

        async def work() -> Body:
            answer = await ask()
            if table is None or language is None:
                return json_body(answer)
            texts = self._dictionaries[language]
            return Body(content=await asyncio.to_thread(csv_of, table.columns, table.rows(answer), texts))

        answer = await self._answers.answer((key, language), work)
        if table is None or language is None:
            return _response(request, answer, {"Content-Type": "application/json"})
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="motcua-{table.name}.csv"',
        }
        return _response(request, answer, headers)


def json_body(content: Any) -> Body:
    """JSON with ISO instants."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Body(content=body, compressed=gzip.compress(body, 6, mtime=0) if len(body) >= _MIN_COMPRESSED else None)


def json_response(content: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    """JSON that is of this moment."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    response = web.Response(body=body, status=status, content_type=content_type, headers={"Cache-Control": "no-store"})
    response.enable_compression()
    return response


def _response(request: web.Request, answer: Answer, headers: Mapping[str, str]) -> web.Response:
    """An answer with its age in whole seconds; nobody on the way may keep it, since the next event may change it."""
    age = asyncio.get_running_loop().time() - answer.begun_at
    told = {**headers, "Cache-Control": "no-store", "Age": str(int(age)), "Vary": "Accept-Encoding, Accept-Language"}
    body = answer.body
    if body.compressed is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=body.content, headers=told)
    return web.Response(body=body.compressed, headers=told | {"Content-Encoding": "gzip"})


def language_of(request: web.Request) -> str:
    """The language in which this request is answered."""
    return wanted_language(request.query.get("lang"), request.headers.get("Accept-Language", ""))


def _is_csv(request: web.Request) -> bool:
    return request.match_info["format"] == "csv"


def _figure_rows(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    unit = answer["unit"] or {"unit_id": None, "name": "", "level": "all"}
    return _with_definition(answer["children"] or [{**unit, **answer["figures"]}], answer)


def _week_rows(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return _with_definition(answer["weeks"], answer)


def _event_rows(answer: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    zone, units = answer["dossier"]["time_zone"], answer["units"]
    return [
        {**event, "time_zone": zone, "unit_name": units.get(str(event["unit_id"]), "")} for event in answer["events"]
    ]


def _with_definition(rows: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "definition_id": answer["definition_id"]} for row in rows]
