"""HTTP in and out of the JSON and CSV parts: read the question, ask, answer. Routes stand in `http_app.py`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

from services.page.adapters.dictionaries import Dictionary, wanted_language
from services.page.adapters.dossier_page import DossierPage
from services.page.adapters.explanations import Explanations
from services.page.adapters.statistics import Statistics
from services.page.domain import csv_tables
from services.page.domain.csv_tables import Column, csv_of
from services.page.domain.parameters import read_listing, read_question
from services.stats.questions import local_day

Now = Callable[[], datetime]


class Handlers:
    """The parts of the page. Each gives JSON, and where it is a table CSV of the same rows."""

    def __init__(
        self,
        statistics: Statistics,
        page: DossierPage,
        explanations: Explanations,
        dictionaries: Mapping[str, Dictionary],
        now: Now,
    ) -> None:
        self._statistics = statistics
        self._page = page
        self._explanations = explanations
        self._dictionaries = dictionaries
        self._now = now

    async def meta(self, _: web.Request) -> web.Response:
        """Freshness and extent of the data."""
        return json_response({**await self._statistics.meta(), "now": self._now()})

    async def figures(self, request: web.Request) -> web.Response:
        """The figures of a unit and of the units below it."""
        answer = await self._statistics.figures(read_question(request.query, self._now()))
        if not _is_csv(request):
            return json_response(answer)
        unit = answer["unit"] or {"unit_id": None, "name": "", "level": "all"}
        rows = answer["children"] or [{**unit, **answer["figures"]}]
        return self._csv(request, "figures", csv_tables.FIGURES, _with_definition(rows, answer))

    async def trend(self, request: web.Request) -> web.Response:
        """The weeks up to the end of the period."""
        answer = await self._statistics.trend(read_question(request.query, self._now()))
        if not _is_csv(request):
            return json_response(answer)
        return self._csv(request, "trend", csv_tables.TREND, _with_definition(answer["weeks"], answer))

    async def dossiers(self, request: web.Request) -> web.Response:
        """The dossiers behind one figure."""
        return await self._listed(request, "dossiers", None)

    async def overdue(self, request: web.Request) -> web.Response:
        """The open overdue dossiers."""
        return await self._listed(request, "overdue", "open_overdue")

    async def dossier(self, request: web.Request) -> web.Response:
        """One dossier with its events."""
        answer = await self._page.dossier(request.match_info["dossier_id"], self._now())
        if not _is_csv(request):
            return json_response(answer)
        zone, units = answer["dossier"]["time_zone"], answer["units"]
        rows = [
            {**event, "time_zone": zone, "unit_name": units.get(str(event["unit_id"]), "")}
            for event in answer["events"]
        ]
        return self._csv(request, "dossier", csv_tables.EVENTS, rows)

    async def explanation(self, request: web.Request) -> web.Response:
        """Why the due dates of one dossier are what they are."""
        return json_response(await self._explanations.explanation(request.match_info["dossier_id"], self._now()))

    async def units(self, request: web.Request) -> web.Response:
        """The register of units on the last day of the period."""
        asked = read_question(request.query, self._now())
        on = local_day(asked.period.as_of)
        rows = await self._statistics.units(on)
        return (
            self._csv(request, "units", csv_tables.UNITS, rows)
            if _is_csv(request)
            else json_response({"on": on, "units": rows})
        )

    async def _listed(self, request: web.Request, name: str, figure: str | None) -> web.Response:
        asked, listing = read_question(request.query, self._now()), read_listing(request.query, figure)
        if _is_csv(request):
            rows = await self._statistics.all_dossiers(asked, listing)
            return self._csv(request, f"{name}-{listing.figure}", csv_tables.DOSSIERS, rows)
        return json_response(await self._statistics.dossiers(asked, listing))

    def _csv(
        self, request: web.Request, name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]
    ) -> web.Response:
        texts = self._dictionaries[language_of(request)]
        headers = {"Content-Disposition": f'attachment; filename="motcua-{name}.csv"', "Cache-Control": "no-store"}
        return web.Response(
            body=csv_of(columns, rows, texts), content_type="text/csv", charset="utf-8", headers=headers
        )


def json_response(content: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    """JSON with ISO instants; never cached, since the next event may change it."""
    body = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    response = web.Response(body=body, status=status, content_type=content_type, headers={"Cache-Control": "no-store"})
    response.enable_compression()
    return response


def language_of(request: web.Request) -> str:
    """The language in which this request is answered."""
    return wanted_language(request.query.get("lang"), request.headers.get("Accept-Language", ""))


def _is_csv(request: web.Request) -> bool:
    return request.match_info["format"] == "csv"


def _with_definition(rows: Iterable[Mapping[str, Any]], answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "definition_id": answer["definition_id"]} for row in rows]
