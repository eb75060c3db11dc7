"""What a counter programmer reads of intake itself: all of `schemas/`, whole example messages, and a reference to look at.

Only what was found at the start can be asked for, so no path leads out of the folder. The reference (`/docs`) is drawn from the
OpenAPI document that is served here (`services/doors/reference.py`).
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from aiohttp import web

from events.catalog import ACTION_TYPES, DOSSIER_TYPES
from events.codec import dumps
from services.doors.reference import PAGE, TYPES, Reference, sent
from services.intake.domain.example_messages import LOCAL, example_messages

SCHEMA_SUFFIX = ".schema.json"
TOLD_OF_DOSSIERS = ACTION_TYPES & set(DOSSIER_TYPES)
"""Of the register there are no messages to try: it is one for everybody."""


class UnknownDocumentError(Exception):
    """Nothing is published under this name."""


class PublishedDocuments:
    """Serves `documents` (texts by path below `schemas/`); `schemas` are those whose shared lists are drawn in, by name.

    `known_units` gives some units of a local day's register, none where nothing is loaded. Handlers raise UnknownDocumentError.
    """

    def __init__(
        self,
        documents: Mapping[str, str],
        schemas: Mapping[str, Mapping[str, Any]],
        now: Callable[[], datetime],
        known_units: Callable[[date], Sequence[int]],
    ) -> None:
        self._documents = {path: text.encode() for path, text in documents.items()}
        for name, schema in schemas.items():
            self._documents[name + SCHEMA_SUFFIX] = dumps(schema)
        self._now = now
        self._known_units = known_units
        self._reference = Reference(files("services.intake") / "static")

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """`/v1/schemas`, everything below it, and `/docs`."""
        router.add_get("/v1/schemas", self._get_index)
        router.add_get("/v1/schemas/messages/{event_type}", self._get_messages)
        router.add_get("/v1/schemas/{name:.+}", self._get_document)
        router.add_get("/docs", self._get_page)
        router.add_get("/docs/{name}", self._get_page)

    async def _get_index(self, _: web.Request) -> web.Response:
        names = {"documents": sorted(self._documents), "messages": sorted(TOLD_OF_DOSSIERS)}
        return web.Response(body=dumps(names), content_type="application/json")

    async def _get_document(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        path = name if name in self._documents else name + SCHEMA_SUFFIX
        body = self._documents.get(path)
        if body is None:
            raise UnknownDocumentError(name)
        kind = "application/schema+json" if path.endswith(SCHEMA_SUFFIX) else TYPES[path.rpartition(".")[2]]
        return sent(request, body, kind)

    async def _get_messages(self, request: web.Request) -> web.Response:
        """A batch that intake takes as it stands; `?example=` names another of the type's valid examples than `full`."""
        event_type, example = request.match_info["event_type"], request.query.get("example", "full")
        data = self._valid(event_type).get(example) if event_type in TOLD_OF_DOSSIERS else None
        if data is None:
            raise UnknownDocumentError(f"messages/{event_type}?example={example}")
        now = self._now()
        units = await asyncio.to_thread(self._known_units, now.astimezone(LOCAL).date())
        messages = example_messages(event_type, data, lambda of: self._valid(of)["minimal"], now, units)
        return web.Response(body=dumps(messages), content_type="application/cloudevents-batch+json")

    def _valid(self, event_type: str) -> dict[str, Any]:
        """The valid examples of a type of action by name."""
        prefix = f"examples/{event_type}/valid/"
        found = {path: body for path, body in self._documents.items() if path.startswith(prefix)}
        return {path[len(prefix) :].removesuffix(".json"): json.loads(body) for path, body in found.items()}

    async def _get_page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", PAGE)
        answer = self._reference.answer(request, name)
        if answer is None:
            raise UnknownDocumentError(f"docs/{name}")
        return answer
