"""Writes what is published of the events, from their declaration: `make generated`, or `python -m deploy.generate_contract`.

Schemas of data and envelope, the lists of words that they share, and the messages of AsyncAPI. Everything is
committed, and a test holds each file to what is generated here.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from events.catalog import CLASS_BY_TYPE, DEADLINE_TYPES, DOSSIER_TYPES
from events.declaration import title_of
from events.published_schema import ENUMS, data_schema, enums_schema, envelope_schema

ROOT = Path(__file__).resolve().parents[1]


def contract() -> Iterator[tuple[Path, str]]:
    """Every file that follows from the declaration, and what must stand in it. Reads the examples and the parts by hand."""
    schemas = ROOT / "schemas"
    for event_type, event_class in CLASS_BY_TYPE.items():
        yield _schema_file(event_type), _json(data_schema(event_class, _example(event_type, "full")))
    yield _schema_file("envelope.v1"), _json(envelope_schema(_example("envelope.v1", "first")))
    yield _schema_file(ENUMS), _json(enums_schema())
    yield schemas / "asyncapi.yaml", _asyncapi(schemas / "asyncapi.yaml")


def main() -> int:
    """Write what differs and say so; the exit code."""
    for path, text in contract():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")
    return 0


def _schema_file(name: str) -> Path:
    return ROOT / "schemas" / f"{name}.schema.json"


def _example(name: str, file: str) -> Any:
    return json.loads((ROOT / "schemas" / "examples" / name / "valid" / f"{file}.json").read_text(encoding="utf-8"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _asyncapi(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    for channel, types in (("dossierEvents", DOSSIER_TYPES), ("deadlineEvents", DEADLINE_TYPES)):
        text = _part(text, rf"(\n  {channel}:\n(?:    .+\n)+?    messages:\n)(?:      .+\n)+", _pointers(types))
    messages = "".join(
        _MESSAGE.format(key=_key(name), name=name, title=_yaml(title_of(of))) for name, of in CLASS_BY_TYPE.items()
    )
    return _part(text, r"(\n    answer-v1:\n(?:      .+\n)+)(?:    .+\n)+", messages)


def _pointers(types: Iterable[str]) -> str:
    return "".join(f"      {_key(name)}:\n        $ref: '#/components/messages/{_key(name)}'\n" for name in types)


def _key(event_type: str) -> str:
    return event_type.replace(".", "-")


def _yaml(text: str) -> str:
    """A text as YAML; a colon would begin a mapping."""
    return f"'{text}'" if ": " in text else text


def _part(text: str, place: str, lines: str) -> str:
    """The text with what follows the first group replaced. ValueError when the place isn't there exactly once."""
    changed, count = re.subn(place, lambda found: str(found[1]) + lines, text)
    if count != 1:
        raise ValueError(f"{count} places for {place}")
    return changed


_MESSAGE = """\
    {key}:
      name: {name}
      title: {title}
      contentType: application/json
      headers:
        $ref: '#/components/schemas/recordedHeaders'
      payload:
        schemaFormat: application/schema+json;version=2020-12
        schema:
          $ref: ./{name}.schema.json
      bindings:
        kafka:
          key:
            type: string
            description: subject (dossier_id)
"""


if __name__ == "__main__":
    sys.exit(main())
