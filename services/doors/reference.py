"""A reference to look at (`/docs`), drawn in the reader's browser from the OpenAPI document that the door serves.

The renderer is served too, so no network is needed. What is served is compressed once: the renderer is a megabyte, and whoever
asks for it must not hold up others each time.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

PAGE = "docs.html"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the renderer needs of a browser: styles of its own, and a worker for its search."""
TYPES = {"json": "application/json", "yaml": "application/yaml", "html": "text/html", "js": "text/javascript"}
_MIN_COMPRESSED = 2_000


class Reference:
    """The page of a door (`docs.html` in its folder; where `#reference` names the document) and the files that it needs."""

    def __init__(self, folder: Traversable) -> None:
        own = files("services.doors") / "static"
        renderer = own / "vendor" / "redoc.standalone.js"
        found = (folder / PAGE, own / "start.js", renderer)
        self._files: Mapping[str, bytes] = {file.name: file.read_bytes() for file in found}

    def answer(self, request: web.Request, name: str = PAGE) -> web.Response | None:
        """One of the files; None for a name that there is not."""
        body = self._files.get(name)
        if body is None:
            return None
        response = sent(request, body, TYPES[name.rpartition(".")[2]])
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response


def sent(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """A document; `no-cache` means: ask each time, so that a new version is seen at once."""
    charset = "utf-8" if content_type.startswith("text/") else None
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
    if len(body) >= _MIN_COMPRESSED and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = _compressed(body)
    return web.Response(body=body, content_type=content_type, charset=charset, headers=headers)


@lru_cache
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
