"""What intake serves for counter programmers: every published file, messages that it takes as they stand, a reference."""

import hashlib
import re
from datetime import timedelta
from importlib.resources import files

import pytest

from services.intake.adapters.published_documents import TOLD_OF_DOSSIERS
from tests.contract.published import FOLDER, document, examples, schema, wrong_fields
from tests.flow.intake.conftest import KNOWN_UNITS, Door
from tests.unit.intake.counter import NOW

MESSAGES = [(of, file.removesuffix(".json")) for of, file, _ in examples("valid") if of in TOLD_OF_DOSSIERS]
STATIC = files("services.doors") / "static"


@pytest.mark.parametrize(("event_type", "example"), MESSAGES, ids=["/".join(one) for one in MESSAGES])
@pytest.mark.parametrize("later", [{}, {"days": 121}, {"hours": 5}], ids=["friday", "sunday", "close-of-friday"])
async def test_every_example_is_taken_as_it_is_served(
    door: Door, event_type: str, example: str, later: dict[str, int]
) -> None:
    door.clock.at = NOW + timedelta(**later)
    async with door.client.get(f"/v1/schemas/messages/{event_type}", params={"example": example}) as response:
        assert (response.status, response.content_type) == (200, "application/cloudevents-batch+json")
        messages = await response.json(content_type=None)
    assert messages[-1]["type"] == event_type
    assert [wrong_fields("action.v1", one) for one in messages] == [set()] * len(messages)
    status, answers, _ = await door.post(messages)
    assert (status, answers["refused"], answers["replayed"]) == (200, 0, 0), answers


async def test_the_units_of_the_messages_are_those_of_the_register(door: Door) -> None:
    async with door.client.get("/v1/schemas/messages/dossier-transferred.v1") as response:
        moved = (await response.json(content_type=None))[-1]
    assert (moved["unitid"], moved["data"]["from_unit_id"], moved["data"]["to_unit_id"]) == (
        *KNOWN_UNITS[:1] * 2,
        KNOWN_UNITS[1],
    )


async def test_messages_of_another_moment_are_of_another_dossier(door: Door) -> None:
    codes = set()
    for seconds in (0, 1):
        door.clock.at = NOW + timedelta(seconds=seconds)
        async with door.client.get("/v1/schemas/messages/dossier-accepted.v1") as response:
            codes.add((await response.json(content_type=None))[0]["subject"])
    assert len(codes) == 2


async def test_every_published_file_is_listed_and_served(door: Door) -> None:
    async with door.client.get("/v1/schemas") as response:
        listed = set((await response.json())["documents"])
    published = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in {".json", ".yaml"}}
    assert listed == published
    for path in sorted(published):
        async with door.client.get(f"/v1/schemas/{path}") as response:
            body = await response.read()
        assert response.status == 200
        assert path.endswith(".schema.json") or body == (FOLDER / path).read_bytes()


@pytest.mark.parametrize("name", ["step-started.v1", "step-started.v1.schema.json"])
async def test_a_schema_is_served_with_its_lists_inside(door: Door, name: str) -> None:
    async with door.client.get(f"/v1/schemas/{name}") as response:
        served = await response.json(content_type=None)
        assert response.content_type == "application/schema+json"
    assert served["$defs"]["enums.v1"] == schema("enums.v1")
    assert {**served, "$defs": {}} == {**schema("step-started.v1"), "$defs": {}}


OUTSIDE_THE_CONTRACT = ("/docs", "/internal/")
"""A page for people, and what programs of one installation ask each other (ADR 0026)."""


async def test_openapi_has_exactly_the_addresses_of_intake(door: Door) -> None:
    assert door.client.app is not None
    routes = {
        (re.sub(r":[^}]*}", "}", route.resource.canonical), route.method.lower())
        for route in door.client.app.router.routes()
        if route.resource is not None
        and route.method != "HEAD"
        and not route.resource.canonical.startswith(OUTSIDE_THE_CONTRACT)
    }
    paths = document("openapi.yaml")["paths"]
    assert {(re.sub("{[^}]*}", "{}", path), method) for path, method in routes} == {
        (re.sub("{[^}]*}", "{}", path), method) for path, operations in paths.items() for method in operations
    }


@pytest.mark.parametrize(
    "path",
    [
        "/v1/schemas/../services/intake/app.py",
        "/v1/schemas/%2e%2e/pyproject.toml",
        "/v1/schemas/examples",
        "/v1/schemas/messages/deadline-set.v1",
        "/v1/schemas/messages/dossier-accepted.v1?example=none",
        "/docs/../app.py",
        "/docs/app.py",
    ],
)
async def test_nothing_else_can_be_read(door: Door, path: str) -> None:
    async with door.client.get(path) as response:
        problem = await response.json(content_type=None)
    assert (response.status, problem["code"]) in {(404, "unknown-schema"), (404, "not-found")}


async def test_the_reference_needs_nothing_from_elsewhere(door: Door) -> None:
    async with door.client.get("/docs") as response:
        page = await response.text()
        assert response.content_type == "text/html"
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert "docs/redoc.standalone.js" in named
    for path in named:
        if not path.startswith("data:"):
            async with door.client.get(f"/{path}") as response:
                assert response.status == 200, path


def test_the_renderer_is_the_one_that_the_readme_names() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| .*`([^`]+)`; .*`([^`]+)` \| `(\w{64})` \|$",
        (STATIC / "vendor" / "README.md").read_text(),
        re.MULTILINE,
    )
    assert len(rows) == 1
    for name, *licences, digest in rows:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
        assert all(len((STATIC / "vendor" / one).read_bytes()) > 500 for one in licences)
