"""The page's own files, read once at the start and served from memory: compressed, and validated by a hash (ETag).

Only files found at the start can be asked for, so no path leads out of the folder. The first view stays light: everything is
compressed once, and a second visit costs a 304 per file.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

from services.page.adapters.dictionaries import LANGUAGES, read_texts

_TYPES = {
    "html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json", "svg": "image/svg+xml",
    "woff2": "font/woff2", "txt": "text/plain", "md": "text/plain",
}  # fmt: skip
_ALREADY_COMPRESSED = frozenset({"woff2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file, ready to be sent."""

    content: bytes = field(repr=False)
    compressed: bytes | None = field(repr=False)
    content_type: str
    tag: str


def read_static_files() -> dict[str, StaticFile]:
    """Every file below static/ by its path, for example `js/main.js`; the dictionaries with the names of the figures."""
    stored = dict(_walk(files("services.page") / "static", ""))
    for language in LANGUAGES:
        stored[f"i18n/{language}.json"] = _static_file(
            json.dumps(read_texts(language), ensure_ascii=False).encode(), "json"
        )
    return stored


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, StaticFile]]:
    found: list[tuple[str, StaticFile]] = []
    for item in folder.iterdir():
        kind = item.name.rpartition(".")[2]
        if item.is_dir():
            found += _walk(item, f"{prefix}{item.name}/")
        elif kind in _TYPES:
            found.append((prefix + item.name, _static_file(item.read_bytes(), kind)))
    return found


def _static_file(content: bytes, kind: str) -> StaticFile:
    return StaticFile(
        content=content,
        compressed=None if kind in _ALREADY_COMPRESSED else gzip.compress(content, 9, mtime=0),
        content_type=_TYPES[kind],
        tag=hashlib.sha256(content).hexdigest()[:20],
    )


def send(request: web.Request, file: StaticFile, status: int = 200) -> web.Response:
    """The file, or 304 if the reader has it. `no-cache` means: ask each time, so that a new version is seen at once."""
    headers = {"ETag": f'"{file.tag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if status == 200 and any(known.value == file.tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    charset = None if file.content_type.startswith(("font", "image")) else "utf-8"
    if file.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return web.Response(
            status=status, body=file.compressed, content_type=file.content_type, charset=charset, headers=headers
        )
    return web.Response(
        status=status, body=file.content, content_type=file.content_type, charset=charset, headers=headers
    )
