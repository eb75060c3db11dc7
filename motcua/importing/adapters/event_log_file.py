"""Rows of an event log (XES, IEEE 1849), one per event: its attributes, and those of its trace as `case:...`.

Read twice as a stream by expat: once for the names of the attributes, once for the rows. Document type declarations are
refused, so no entity can grow. Nested attributes are passed over.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from motcua.importing.adapters.contents import FileFaultError, opened
from motcua.importing.domain.findings import Effect, Finding, Place
from motcua.importing.domain.rows import RawRow

CASE: Final = "case:"
_ATTRIBUTES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_CHUNK: Final = 1024 * 1024


def is_event_log(path: Path) -> bool:
    """Whether a file is XML."""
    with opened(path) as raw:
        return raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def event_log_rows(path: Path) -> Iterator[RawRow]:
    """A header with every attribute that an event or a trace has, then a row per event. Raises FileFaultError."""
    names: dict[str, None] = {}
    for _, attributes in _events(path):
        names.update(dict.fromkeys(attributes))
    yield RawRow(1, list(names))
    for line, attributes in _events(path):
        yield RawRow(line, [attributes.get(name, "") for name in names])


_Event = tuple[int, dict[str, str]]


class _Traces:
    """What the parser tells, put together trace by trace."""

    def __init__(self) -> None:
        self.done: list[_Event] = []
        self._trace: dict[str, str] = {}
        self._events: list[_Event] = []
        self._path: list[str] = []
        self._parser: expat.XMLParserType | None = None

    def listen(self, parser: expat.XMLParserType) -> None:
        """Be told of elements."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        self._parser = parser

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name, parents = tag.rpartition(":")[2], self._path[-2:]
        if name == "trace":
            self._trace, self._events = {}, []
        elif name == "event":
            self._events.append((self._parser.CurrentLineNumber if self._parser else 0, {}))
        elif name in _ATTRIBUTES and "key" in given:
            if parents == ["trace", "event"]:
                self._events[-1][1][given["key"]] = given.get("value", "")
            elif parents[-1:] == ["trace"]:
                self._trace[CASE + given["key"]] = given.get("value", "")
        self._path.append(name)

    def _end(self, _: str) -> None:
        if self._path.pop() == "trace":
            self.done += [(line, {**self._trace, **attributes}) for line, attributes in self._events]

    def _refuse(self, *_: object) -> None:
        raise expat.ExpatError("khai báo DOCTYPE không được nhận")


def _events(path: Path) -> Iterator[_Event]:
    traces, parser = _Traces(), expat.ParserCreate()
    traces.listen(parser)
    with opened(path) as raw:
        try:
            while chunk := raw.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 expat's own signature
                yield from _taken(traces)
            parser.Parse(b"", True)  # noqa: FBT003
            yield from _taken(traces)
        except expat.ExpatError as error:
            raise _fault(path, parser, error) from error


def _taken(traces: _Traces) -> list[_Event]:
    done, traces.done = traces.done, []
    return done


def _fault(path: Path, parser: expat.XMLParserType, error: expat.ExpatError) -> FileFaultError:
    place = Place(file=str(path), line=parser.CurrentLineNumber)
    params: dict[str, str | int] = {"kind": "XES", "reason": str(error)}
    return FileFaultError(Finding(code="not-of-its-kind", effect=Effect.NOTHING_SENT, place=place, params=params))
