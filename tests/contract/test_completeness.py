"""Catalog, classes, schemas, examples, topic files and AsyncAPI name the same things; nothing is missing or left over."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs

import events
from events.catalog import (
    ACTION_TYPES,
    CLASS_BY_TYPE,
    DEADLINE_TYPES,
    DOSSIER_TYPES,
    REFERENCE_TYPES,
    TYPE_BY_CLASS,
)
from events.declaration import wire_type_of
from events.dossier_data import DossierData
from events.schema_files import load_data_schemas, load_schema, load_topic_file
from events.topics import Topic
from tests.contract.published import FOLDER, MESSAGE_SCHEMAS, document, examples, schema, schema_names

ENTRIES = {
    "__init__.py",
    "asyncapi.yaml",
    "examples",
    "openapi.yaml",
    "page-openapi.yaml",
    "problem-codes.yaml",
    "topics",
}
MESSAGES = {
    Topic.COUNTER_ACTIONS: ["action.v1"],
    Topic.COUNTER_ANSWERS: ["answer.v1"],
    Topic.DOSSIER_EVENTS: list(DOSSIER_TYPES),
    Topic.DEADLINE_EVENTS: list(DEADLINE_TYPES),
    Topic.REFERENCE_EVENTS: list(REFERENCE_TYPES),
}
"""What is published on each topic, in the order of the declaration."""


def test_the_events_package_is_ours() -> None:
    assert Path(str(events.__file__)).resolve() == Path(__file__).resolve().parents[2] / "events" / "__init__.py"


def test_every_type_has_a_class_of_its_name() -> None:
    for event_type, event_class in CLASS_BY_TYPE.items():
        name, version = event_type.rsplit(".", 1)
        assert "".join(word.title() for word in name.split("-")) == event_class.__name__
        assert version == "v1"
        assert TYPE_BY_CLASS[event_class] == event_type


def test_a_second_version_of_a_class_is_a_type_of_its_own() -> None:
    assert wire_type_of(type("DossierAcceptedV2", (), {})) == "dossier-accepted.v2"
    assert wire_type_of(type("DossierAcceptedV12", (), {})) == "dossier-accepted.v12"


def test_no_event_class_is_outside_the_unions() -> None:
    for module in pkgutil.iter_modules(events.__path__, "events."):
        importlib.import_module(module.name)
    assert set(leaves(DossierData)) == set(CLASS_BY_TYPE.values())


def leaves(event_class: type[DossierData]) -> Iterator[type[DossierData]]:
    """Classes that no other is derived from: the others are what several events have in common."""
    derived = [one for one in event_class.__subclasses__() if one.__module__.startswith("events.")]
    if not derived:
        yield event_class
    for one in derived:
        yield from leaves(one)


def test_there_is_one_schema_per_type_and_per_message_and_no_other() -> None:
    assert schema_names() == set(CLASS_BY_TYPE) | MESSAGE_SCHEMAS | {"topic-file.v1", "enums.v1"}


def test_the_folder_holds_nothing_else() -> None:
    found = {path.name for path in FOLDER.iterdir() if path.name != "__pycache__"}
    assert found == ENTRIES | {f"{name}.schema.json" for name in schema_names()}


def least(name: str) -> int:
    """How many valid and how many invalid examples there are to be: two, one where there is one field to say or to leave out."""
    return min(2, len(schema(name)["properties"]))


def test_there_are_valid_and_invalid_examples_of_everything_and_of_nothing_else() -> None:
    wanted = set(CLASS_BY_TYPE) | MESSAGE_SCHEMAS
    folders = {path.relative_to(FOLDER / "examples") for path in (FOLDER / "examples").rglob("*") if path.is_dir()}
    assert folders == {Path(name, *kind) for name in wanted for kind in ((), ("valid",), ("invalid",))}
    for kind in ("valid", "invalid"):
        counts = [name for name, _, _ in examples(kind)]
        assert {name for name in wanted if counts.count(name) < least(name)} == set(), f"too few {kind} examples"
    files = [path for path in (FOLDER / "examples").rglob("*") if path.is_file()]
    assert len(files) == len(examples("valid")) + len(examples("invalid"))


def test_there_is_one_topic_file_per_topic_and_no_other() -> None:
    assert {path.name for path in (FOLDER / "topics").iterdir()} == {f"{topic}.yaml" for topic in Topic}


def test_a_flag_is_the_one_type_that_both_topics_carry() -> None:
    assert set(DOSSIER_TYPES) & set(DEADLINE_TYPES) == {"integrity-flag-raised.v1"}


def test_asyncapi_has_every_message_on_its_topic_and_no_other() -> None:
    described = document("asyncapi.yaml")
    channels = {channel["address"]: channel for channel in described["channels"].values()}
    assert set(channels) == set(MESSAGES)
    messages = described["components"]["messages"]
    for name, channel in channels.items():
        pointed = [message["$ref"].rsplit("/", 1)[1] for message in channel["messages"].values()]
        assert [messages[key]["name"] for key in pointed] == MESSAGES[name]
        topic_file = load_topic_file(Topic(name))
        assert "asyncapi.yaml" in topic_file["content"]
        assert channel["bindings"]["kafka"]["partitions"] == topic_file["partitions"]
        assert channel["bindings"]["kafka"]["replicas"] == topic_file["replication_factor"]["production"]
    assert {message["name"] for message in messages.values()} == set(CLASS_BY_TYPE) | {"action.v1", "answer.v1"}
    for message in messages.values():
        assert message["payload"]["$ref"] == f"#/components/schemas/{message['name']}"


def test_openapi_has_the_data_of_every_action_and_of_no_other_event() -> None:
    described = document("openapi.yaml")["components"]["schemas"]
    assert set(described) & set(CLASS_BY_TYPE) == ACTION_TYPES
    places = "#/components/schemas/"
    taken = [name for name in CLASS_BY_TYPE if name in ACTION_TYPES]
    assert described["action.v1"]["discriminator"]["mapping"] == {name: f"{places}action.{name}" for name in taken}
    assert described["action.v1"]["oneOf"] == [{"$ref": f"{places}action.{name}"} for name in taken]
    for name in taken:
        own = described[f"action.{name}"]["allOf"][1]["properties"]
        assert own == {"type": {"const": name}, "data": {"$ref": f"{places}{name}"}}


def test_openapi_has_the_header_of_binary_mode_of_every_attribute_that_a_counter_may_send() -> None:
    described = document("openapi.yaml")
    sent = {name for name, of in schema("action.v1")["properties"].items() if of is not False and name != "data"}
    assert {name for name in described["components"]["parameters"] if name.startswith("ce-")} == {
        f"ce-{name}" for name in sent
    }
    shown = {one.get("$ref", "").rpartition("/")[2] for one in described["paths"]["/v1/actions"]["post"]["parameters"]}
    assert {f"ce-{name}" for name in sent} <= shown


def test_the_types_of_actions_and_of_recorded_events_are_those_of_the_catalog() -> None:
    lists = schema("enums.v1")["$defs"]
    taken = [name for name in CLASS_BY_TYPE if name in ACTION_TYPES]
    for name, of, types in (("action.v1", "action_type", taken), ("envelope.v1", "event_type", list(CLASS_BY_TYPE))):
        assert schema(name)["properties"]["type"]["$ref"] == f"urn:motcua:schema:enums.v1#/$defs/{of}"
        assert lists[of]["enum"] == types


def test_the_package_reads_the_same_files_and_needs_no_other_beside_one() -> None:
    for name, read in (load_data_schemas() | {"action.v1": load_schema("action.v1")}).items():
        bundled = {"enums.v1": schema("enums.v1")} if "enums.v1#" in json.dumps(schema(name)) else {}
        assert {**read, "$defs": {}} == {**schema(name), "$defs": {}}
        assert read.get("$defs", {}) == schema(name).get("$defs", {}) | bundled
        jsonschema_rs.Draft202012Validator(read)
    assert "enums.v1" in load_schema("action.v1")["$defs"]
