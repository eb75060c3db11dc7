"""Reads the published contract (`schemas/`); the only file reader of this package, called by the apps, never at import."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from events.catalog import CLASS_BY_TYPE
from events.codec import SCHEMA_URN
from events.topics import Topic

_OTHER = re.compile(rf'"\$ref": "{SCHEMA_URN}([^"#]+)')


def load_schema(name: str) -> dict[str, Any]:
    """One JSON Schema (2020-12) by its name, for example `dossier-accepted.v1` or `action.v1`.

    It needs no other file: what it refers to of others (the shared lists, mostly) is bundled under `$defs`.
    """
    text = (files("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    for other in sorted(set(_OTHER.findall(text)) - {name}):
        schema.setdefault("$defs", {})[other] = load_schema(other)
    return schema


def load_data_schemas() -> dict[str, dict[str, Any]]:
    """The schema of every type's data, by wire type."""
    return {event_type: load_schema(event_type) for event_type in CLASS_BY_TYPE}


def load_schemas() -> dict[str, dict[str, Any]]:
    """Every published schema by its name, each needing no other file."""
    suffix = ".schema.json"
    return {
        item.name.removesuffix(suffix): load_schema(item.name.removesuffix(suffix))
        for item in files("schemas").iterdir()
        if item.name.endswith(suffix)
    }


def load_documents() -> dict[str, str]:
    """The text of every published file by its path below `schemas/`, for example `topics/dossier-events.yaml`."""
    return dict(_texts_below(files("schemas"), ""))


def _texts_below(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _texts_below(item, f"{prefix}{item.name}/")
        elif item.name.endswith((".json", ".yaml")):
            yield prefix + item.name, item.read_text(encoding="utf-8")


def load_topic_file(topic: Topic) -> dict[str, Any]:
    """The topic's file: purpose, key rule, partitions, retention, producers, consumers, message types."""
    text = (files("schemas") / "topics" / f"{topic}.yaml").read_text(encoding="utf-8")
    described: dict[str, Any] = yaml.safe_load(text)
    return described


def load_problem_codes() -> dict[str, Any]:
    """The reasons for a refusal (`problems`: status and texts), and the `keywords` and `words` that their texts use."""
    text = (files("schemas") / "problem-codes.yaml").read_text(encoding="utf-8")
    described: dict[str, Any] = yaml.safe_load(text)
    return described
