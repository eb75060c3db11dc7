"""What intake has recorded of a dossier, asked over HTTP, one after the other on one connection."""

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, Self
from urllib.parse import quote, urlsplit

import orjson

from motcua.output import CommandError, ExitCode

_TIMEOUT_SECONDS = 60.0
_PAGE = 500
_UNKNOWN = "unknown-dossier"
"""The problem of a dossier that is not in the ledger; any other 404 comes from something that can't be asked."""


class RecordedLives:
    """Asks `GET /v1/dossiers/{code}/events`."""

    def __init__(self, intake_url: str, source: str) -> None:
        self._url, self._source = urlsplit(intake_url), source
        self._connection = HTTPConnection(self._url.hostname or "", self._url.port, timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        """Nothing more than the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def find(self, code: str) -> list[Mapping[str, Any]]:
        """The events of a dossier in order; none where intake says that it doesn't know it.

        CommandError where it doesn't answer, or can't be asked: what is older than what it has would go in unseen.
        """
        found: list[Mapping[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self._page(code, after)
            found += page.get("events", ())
            after = page.get("next_after")
        return found

    def _page(self, code: str, after: int) -> dict[str, Any]:
        path = f"/v1/dossiers/{quote(code, safe='')}/events?source={quote(self._source, safe='')}"
        try:
            self._connection.request("GET", f"{path}&after={after}&limit={_PAGE}")
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            raise CommandError(f"intake at {self._url.geturl()} does not answer: {error}", ExitCode.AWAY) from error
        try:
            told: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError:
            told = {}
        if answer.status == 404 and told.get("code") == _UNKNOWN:
            return {}
        if answer.status != 200:
            reason = f"{answer.status}: {body[:200]!r}"
            raise CommandError(
                f"intake at {self._url.geturl()} does not tell what it has recorded of dossier {code}; nobody knows whether the "
                f"files are older than that, and nothing was sent ({reason})",
                ExitCode.FINDINGS,
            )
        return told
