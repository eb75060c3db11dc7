"""Reads the published contract (`schemas/`); the only file reader of this package, called by the apps, never at import."""

import json
from importlib.resources import files
from typing import Any

import yaml

from events.catalog import CLASS_BY_TYPE
from events.codec import SCHEMA_URN
from events.published_schema import ENUMS
from events.topics import Topic


def load_schema(name: str) -> dict[str, Any]:
    """One JSON Schema (2020-12) by its name, for example `dossier-accepted.v1` or `action.v1`.

    It needs no other file: what it refers to of the shared lists is bundled under `$defs`.
    """
    text = (files("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    if f"{SCHEMA_URN}{ENUMS}#" in text:
        schema.setdefault("$defs", {})[ENUMS] = load_schema(ENUMS)
    return schema


def load_data_schemas() -> dict[str, dict[str, Any]]:
    """The schema of every type's data, by wire type."""
    return {event_type: load_schema(event_type) for event_type in CLASS_BY_TYPE}


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
