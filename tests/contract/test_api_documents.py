"""OpenAPI and AsyncAPI: every $ref leads inside, every example fits, every code is documented in both languages."""

import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from events.catalog import ACTION_TYPES
from events.codec import SCHEMA_URN
from events.reference_data import UnitLevel
from tests.contract.published import FOLDER, document, examples, schema, schema_names, validator, wrong_fields

DOCUMENTS = ["openapi.yaml", "asyncapi.yaml"]
OPENAPI = document("openapi.yaml")
CODES = document("problem-codes.yaml")
CONNECTING = (Path(__file__).resolve().parents[2] / "docs" / "connecting.md").read_text(encoding="utf-8")


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def target(owner: dict[str, Any], reference: str) -> Any:
    place, _, pointer = reference.partition("#")
    if place.startswith(SCHEMA_URN):
        found: Any = schema(place.removeprefix(SCHEMA_URN))
    elif place:
        found = json.loads((FOLDER / place).read_text(encoding="utf-8"))
    else:
        found = owner
    for step in pointer.split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_reference_leads_to_a_place_in_the_document_itself(name: str) -> None:
    described = document(name)
    found = list(references(described))
    assert len(found) > 10
    for reference in found:
        assert reference.startswith("#/"), "a tool outside finds nothing but the document itself"
        assert target(described, reference)


@pytest.mark.parametrize("name", sorted(schema_names()))
def test_a_schema_refers_only_to_published_schemas(name: str) -> None:
    for reference in references(schema(name)):
        assert target(schema(name), reference)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_in_the_components_is_unused(name: str) -> None:
    described = document(name)
    used = set(references(described))
    for section, entries in described["components"].items():
        assert {key for key in entries if f"#/components/{section}/{key}" not in used} == set()


def test_the_versions_of_the_documents_are_those_we_promise() -> None:
    assert OPENAPI["openapi"].startswith("3.1.")
    assert document("asyncapi.yaml")["asyncapi"].startswith("3.0.")


def test_the_examples_of_openapi_fit_their_schemas() -> None:
    shown = {name: entry["value"] for name, entry in OPENAPI["components"]["examples"].items()}
    for action in [shown["acceptedAction"], *shown["batch"]]:
        assert wrong_fields("action.v1", action) == set()
        assert wrong_fields(action["type"], action["data"]) == set()
    mixed = shown["mixedAnswer"]
    for answer in [shown["recordedAnswer"], *mixed["answers"]]:
        assert wrong_fields("answer.v1", answer) == set()
    assert [answer["status"] for answer in mixed["answers"]].count("recorded") == mixed["recorded"]
    for name in ("alreadyAccepted", "schemaMismatch", "unavailable"):
        assert wrong_fields("problem.v1", shown[name]) == set()


def test_the_receipt_in_openapi_is_that_of_the_recorded_example() -> None:
    receipt = OPENAPI["components"]["examples"]["recordedAnswer"]["value"]
    event = next(data for name, file, data in examples("valid") if (name, file) == ("envelope.v1", "first.json"))
    assert receipt["event_id"] == event["id"]
    assert receipt["hash"] == event["hash"]
    assert receipt["recorded_at"] == event["recordedat"]


@pytest.mark.parametrize("code", sorted(CODES["problems"]))
def test_a_problem_code_has_both_languages_with_the_same_placeholders(code: str) -> None:
    problem = CODES["problems"][code]
    assert set(problem) == {"status", "title", "detail"}
    for part in ("title", "detail"):
        assert set(problem[part]) == {"vi", "en"}
        assert problem[part]["vi"] != problem[part]["en"]
        assert placeholders(problem[part]["vi"]) == placeholders(problem[part]["en"])
    assert placeholders(problem["title"]["vi"]) == set()
    filled = problem["detail"]["vi"].format_map(dict.fromkeys(placeholders(problem["detail"]["vi"]), "x"))
    text = {"type": f"urn:motcua:problem:{code}", "title": problem["title"]["vi"], "status": problem["status"]}
    validator("problem.v1").validate({**text, "detail": filled, "code": code})


def test_openapi_answers_with_every_status_that_a_refused_action_has() -> None:
    of_actions = set(OPENAPI["paths"]["/v1/actions"]["post"]["responses"])
    used = {str(problem["status"]) for problem in CODES["problems"].values()}
    assert used - of_actions == {"404", "405"}


def test_every_code_in_an_example_is_a_known_one_with_its_status() -> None:
    shown = [data for name, _, data in examples("valid") if name == "problem.v1"]
    shown += [data["problem"] for name, _, data in examples("valid") if name == "answer.v1" and "problem" in data]
    shown += [entry["value"] for entry in OPENAPI["components"]["examples"].values() if "code" in entry["value"]]
    assert len(shown) >= 6
    for problem in shown:
        known = CODES["problems"][problem["code"]]
        assert (problem["status"], problem["type"]) == (known["status"], f"urn:motcua:problem:{problem['code']}")
        assert problem["title"] in known["title"].values()


def test_every_keyword_that_can_refuse_a_field_has_a_text_in_both_languages() -> None:
    refused = {
        error.kind.name
        for name, _, case in examples("invalid")
        if name in ACTION_TYPES | {"action.v1"}
        for error in validator(name).iter_errors(case["data"])
    }
    assert {"required", "falseSchema", "propertyNames", "enum"} <= refused
    assert refused - set(CODES["keywords"]) == set()
    for texts in CODES["keywords"].values():
        assert set(texts) == {"vi", "en"}
        assert placeholders(texts["vi"]) == placeholders(texts["en"]) <= {"limit", "allowed"}


def test_every_lifecycle_has_a_word_in_both_languages() -> None:
    lists = OPENAPI["components"]["schemas"]
    named = {word for name in ("lifecycle", "waiting_for", "feedback_stage") for word in lists[name]["enum"]}
    assert set(CODES["words"]) == named | {*get_args(UnitLevel), "no-successor", "any-unit"}
    assert {tuple(texts) for texts in CODES["words"].values()} == {("vi", "en")}


def test_connecting_lists_every_code_with_its_status_and_every_action_with_its_fields() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", CONNECTING, re.MULTILINE))
    assert rows == {code: str(problem["status"]) for code, problem in CODES["problems"].items()}
    actions = dict(re.findall(r"^\| `([a-z-]+\.v1)` \| [^|]+ \| ([^|]+) \|", CONNECTING, re.MULTILINE))
    assert set(actions) == ACTION_TYPES
    for name, cell in actions.items():
        # What DR-09 asks of an acceptance no schema can say, since history may be without.
        one_of = {"term", "appointment_at"} if name == "dossier-accepted.v1" else ()
        needed = {*schema(name).get("required", []), *one_of}
        assert set(re.findall(r"`([a-z_]+)`", cell)) == needed


def test_the_json_in_connecting_fits_the_schemas() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.+?)```", CONNECTING, re.DOTALL)]
    actions = [block for block in blocks if "specversion" in block]
    answers = [block for block in blocks if "action_id" in block]
    problems = [block for block in blocks if "code" in block]
    assert actions
    assert answers
    assert problems
    for action in actions:
        assert wrong_fields("action.v1", action) | wrong_fields(action["type"], action["data"]) == set()
    for answer in answers:
        assert wrong_fields("answer.v1", answer) == set()
    for problem in problems:
        assert wrong_fields("problem.v1", problem) == set()
