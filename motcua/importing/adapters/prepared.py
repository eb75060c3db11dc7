"""The checked actions of a run on the disk, in the order in which they are sent, each with its place in the files."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import orjson

from motcua.importing.domain.ledger import Judged
from motcua.importing.domain.mapping import EventMapping, ImportMapping

_MARK = b"\t"
"""Between place and action; JSON holds none."""


class Prepared(NamedTuple):
    """One action as JSON, and what is told about it afterwards."""

    event: EventMapping
    file: str
    line: int
    code: str
    flag_count: int
    action: bytes


class PreparedActions:
    """Appended while dossiers are checked, read while they are sent."""

    def __init__(self, folder: Path, mapping: ImportMapping) -> None:
        self._path = folder / "actions"
        self._mapping = mapping
        self._places = {event.place: nth for nth, event in enumerate(mapping.events)}
        self._file = self._path.open("wb", buffering=1024 * 1024)
        self.count = 0

    def __enter__(self) -> Self:
        """Nothing more than the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def add(self, code: str, judged: Judged) -> None:
        """Keep one more."""
        said = judged.said
        about = [self._places[said.event.place], said.row.file, said.row.line, code, judged.flag_count]
        self._file.write(b"%b%b%b\n" % (orjson.dumps(about), _MARK, orjson.dumps(judged.raw)))
        self.count += 1

    def batches(self, size: int) -> Iterator[list[Prepared]]:
        """All of them, in batches."""
        self._file.close()
        batch: list[Prepared] = []
        with self._path.open("rb") as lines:
            for line in lines:
                about, _, action = line.rstrip(b"\n").partition(_MARK)
                nth, file, row, code, flag_count = orjson.loads(about)
                batch.append(Prepared(self._mapping.events[nth], file, row, code, flag_count, action))
                if len(batch) == size:
                    yield batch
                    batch = []
        if batch:
            yield batch
