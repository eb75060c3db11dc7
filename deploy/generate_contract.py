"""Writes what is published of the events, from their declaration: `make generated`, or `python -m deploy.generate_contract`.

Schemas of data, envelope and action, the lists of words that they share, OpenAPI and AsyncAPI with the schemas in them, and the
page's OpenAPI (their parts by hand stand in `deploy/contract`). Everything is committed, and a test holds each file to what is
generated here.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from deploy.contract_documents import asyncapi, openapi
from deploy.contract_yaml import read_yaml, write_yaml
from deploy.page_document import page_openapi
from events.catalog import CLASS_BY_TYPE
from events.published_messages import action_schema
from events.published_schema import ENUMS, Schema, data_schema, enums_schema, envelope_schema
from services.intake.domain.stages import FeedbackStage, Lifecycle, Waiting
from services.page.adapters.dictionaries import read_texts
from services.stats.domain.loading import State

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "schemas"
BY_HAND = ROOT / "deploy" / "contract"
LISTS_OF_INTAKE = {
    "lifecycle": get_args(Lifecycle),
    "waiting_for": get_args(Waiting),
    "feedback_stage": get_args(FeedbackStage),
}
"""What an answer about a dossier may say; no event has these words."""


def contract() -> Iterator[tuple[Path, str]]:
    """Every file that follows from the declaration, and what must stand in it. Reads the examples and the parts by hand."""
    schemas = _schemas()
    for name, schema in schemas.items():
        yield _schema_file(name), json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
    schemas |= {
        name: json.loads(_schema_file(name).read_text(encoding="utf-8")) for name in ("answer.v1", "problem.v1")
    }
    yield (
        SCHEMAS / "openapi.yaml",
        _document(openapi(_by_hand("openapi"), schemas, LISTS_OF_INTAKE, _example), "openapi"),
    )
    yield SCHEMAS / "asyncapi.yaml", _document(asyncapi(_by_hand("asyncapi"), schemas, _example), "asyncapi")
    yield (
        SCHEMAS / "page-openapi.yaml",
        _document(page_openapi(_by_hand("page-openapi"), _lists_of_page()), "page-openapi"),
    )


def main() -> int:
    """Write what differs and say so; the exit code."""
    for path, text in contract():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")
    return 0


def _schemas() -> dict[str, Schema]:
    of_data = {name: data_schema(of, _example(f"{name}/valid/full.json")) for name, of in CLASS_BY_TYPE.items()}
    shown = [_example(f"action.v1/valid/{file}.json") for file in ("minimal", "full")]
    return {
        "action.v1": action_schema(shown),
        **of_data,
        "envelope.v1": envelope_schema(_example("envelope.v1/valid/first.json")),
        ENUMS: enums_schema(),
    }


def _schema_file(name: str) -> Path:
    return SCHEMAS / f"{name}.schema.json"


def _example(path: str) -> Any:
    return json.loads((SCHEMAS / "examples" / path).read_text(encoding="utf-8"))


def _by_hand(name: str) -> Schema:
    part: Schema = read_yaml((BY_HAND / f"{name}.yaml").read_text(encoding="utf-8"))
    return part


def _lists_of_page() -> dict[str, Sequence[str]]:
    """What an answer of the page may say: each problem has a text in its dictionaries."""
    codes = [key.split(".")[1] for key in read_texts("en") if key.startswith("problem.") and key.endswith(".detail")]
    return {"problemCode": codes, "loadingState": get_args(State)}


def _document(document: Schema, name: str) -> str:
    return (
        f"# Written by `make generated`, from deploy/contract/{name}.yaml and what is declared: change those, not this.\n"
        + write_yaml(document)
    )


if __name__ == "__main__":
    sys.exit(main())
