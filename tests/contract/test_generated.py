"""What is published of the events is what their classes declare; they are written to the bytes they were always written to."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Struct

from deploy.generate_contract import ROOT, contract
from events.catalog import CLASS_BY_TYPE
from events.codec import dumps, from_kafka, from_structured, to_kafka, to_structured
from events.declaration import names_of, wire_type_of
from events.dossier_data import DossierData
from events.fields import Text64, says
from events.published_schema import data_schema
from tests.contract.published import example, examples

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden_bytes.json").read_text(encoding="utf-8"))
"""Written by the codec that stood here before ADR 0014, from the examples of that time."""
GENERATED = dict(contract())


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_file_is_as_its_classes_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], (
        f"{path.relative_to(ROOT)} differs: run `make generated`"
    )


def test_every_type_is_generated_from_its_class() -> None:
    names = {path.name.removesuffix(".schema.json") for path in GENERATED}
    documents = {"asyncapi.yaml", "openapi.yaml", "page-openapi.yaml"}
    assert names == set(CLASS_BY_TYPE) | {"action.v1", "envelope.v1", "enums.v1"} | documents


@pytest.mark.parametrize("name", GOLDEN["values"])
def test_the_data_of_an_event_is_written_to_the_same_bytes_as_ever(name: str) -> None:
    event_type, file = name.split("/")
    event = from_structured({**example("envelope.v1", "first"), "type": event_type, "data": example(event_type, file)})
    assert to_kafka(event)[1].decode() == GOLDEN["values"][name]


@pytest.mark.parametrize("name", GOLDEN["whole"])
def test_a_whole_event_is_written_to_the_same_bytes_as_ever(name: str) -> None:
    event, golden = from_structured(example("envelope.v1", name)), GOLDEN["whole"][name]
    key, value, headers = to_kafka(event)
    assert (key.decode(), value.decode()) == (golden["key"], golden["value"])
    assert [f"{header}: {text.decode()}" for header, text in headers] == golden["headers"]
    assert dumps(to_structured(event)).decode() == golden["structured"]
    assert from_kafka(value, headers) == event


def test_the_golden_bytes_are_those_of_many_examples() -> None:
    known = {f"{name}/{file.removesuffix('.json')}" for name, file, _ in examples("valid")}
    assert set(GOLDEN["values"]) <= known
    assert len(GOLDEN["values"]) > 100


class SiteInspectionOrdered(DossierData, frozen=True, kw_only=True):
    """Site inspection ordered (Yêu cầu kiểm tra thực địa, Mẫu 09).

    Somebody looks at
    the place.
    """

    inspector_id: Annotated[Text64, says("Who goes (người kiểm tra).")]
    mood: Annotated[Literal["calm", "busy"], says("Tâm trạng.")] = "calm"
    mood_after: Annotated[Literal["calm", "busy"], says("Tâm trạng sau đó.")] | None = None


def test_a_schema_says_what_a_new_class_declares() -> None:
    made = data_schema(SiteInspectionOrdered, {"inspector_id": "cb-1"})
    assert wire_type_of(SiteInspectionOrdered) == "site-inspection-ordered.v1"
    assert made == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:motcua:schema:site-inspection-ordered.v1",
        "title": "Site inspection ordered (Yêu cầu kiểm tra thực địa, Mẫu 09)",
        "description": "Somebody looks at the place.",
        "type": "object",
        "required": ["inspector_id"],
        "properties": {
            "inspector_id": {
                "description": "Who goes (người kiểm tra).",
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
            },
            "mood": {"description": "Tâm trạng.", "$ref": "#/$defs/mood", "default": "calm"},
            "mood_after": {"description": "Tâm trạng sau đó.", "$ref": "#/$defs/mood"},
        },
        "$defs": {"mood": {"enum": ["calm", "busy"]}},
        "examples": [{"inspector_id": "cb-1"}],
    }


def test_an_event_is_called_by_its_docstring_and_its_form_is_no_part_of_the_name() -> None:
    assert names_of(SiteInspectionOrdered) == ("Site inspection ordered", "Yêu cầu kiểm tra thực địa", "Mẫu 09")

    class Nameless(Struct):
        """Says nothing in Vietnamese."""

    with pytest.raises(ValueError, match="Nameless"):
        names_of(Nameless)
