"""The page's OpenAPI: it describes every address of the API and no other, says what parameters.py declares, and is served."""

import re
from typing import Any

import openapi_spec_validator
import pytest
from aiohttp.test_utils import TestClient, TestServer

from deploy.page_document import ASKED
from services.page.adapters.dictionaries import load_dictionaries
from services.page.adapters.http_app import DOCUMENT, PAGES, build_app
from services.page.adapters.problems import STATUSES, problem
from services.page.config import WebConfig
from services.page.domain.parameters import ParameterError, read_listing, read_question
from services.stats.questions import FIGURES, LISTED
from tests.contract.published import FOLDER, document, refused_by
from tests.contract.test_documents_outside import checks
from tests.unit.page.test_answers import NOON

OPENAPI = document(DOCUMENT)
NOBODY = WebConfig(clickhouse_url="http://supervisor@127.0.0.1:9/motcua", answer_seconds=5)
PATHS = [path.replace("{dossier_id}", "d1") for path in OPENAPI["paths"]]


@pytest.fixture
async def client():
    async with TestClient(TestServer(build_app(NOBODY, lambda: NOON))) as opened:
        yield opened


def routed() -> set[str]:
    """Every address of the API in the route table, the formats of a part one by one."""
    found = set()
    for resource in build_app(NOBODY).router.resources():
        if not re.match(r"/api/|/healthz", resource.canonical):
            continue
        told = resource.get_info()
        if "path" in told:
            found.add(told["path"])
            continue
        for kind in ("json", "csv"):
            path = told["formatter"].replace("{format}", kind)
            if told["pattern"].fullmatch(path.replace("{dossier_id}", "d1")):
                found.add(path)
    return found


def test_every_address_of_the_api_is_described_and_no_other() -> None:
    assert set(OPENAPI["paths"]) == routed()
    assert len(routed()) == 16


def test_it_is_valid_for_a_tool_outside() -> None:
    openapi_spec_validator.validate(OPENAPI)


@pytest.mark.parametrize("path", PATHS)
async def test_every_described_address_answers_as_it_says_also_without_clickhouse(client, path: str) -> None:
    answer = await client.get(path, headers={"Accept-Language": "en"})
    described = OPENAPI["paths"][path.replace("d1", "{dossier_id}")]["get"]["responses"][str(answer.status)]
    if path.startswith("/api/") and not path.endswith(".yaml"):
        assert (answer.status, described) == (503, {"$ref": "#/components/responses/tryAgain"})
        told = await answer.json(content_type=None)
        assert refused_by(checks(DOCUMENT, {"$ref": "#/components/schemas/problem"}), told) == set()
    else:
        assert answer.content_type in described["content"]


async def test_a_wrong_parameter_is_answered_as_it_is_described(client) -> None:
    answer = await client.get("/api/dossiers.json?size=0")
    told = await answer.json(content_type=None)
    assert (answer.status, told["parameter"]) == (400, "size")
    assert refused_by(checks(DOCUMENT, {"$ref": "#/components/schemas/problem"}), told) == set()


def described(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = OPENAPI["components"]["parameters"][name]["schema"]
    return schema


@pytest.mark.parametrize("name", sorted(one.name for group in ASKED.values() for one in group))
def test_a_parameter_takes_what_the_document_says_and_nothing_beyond(name: str) -> None:
    schema, needed = described(name), {"from": {"to": "2149-06-06"}, "to": {"from": "1970-01-01"}}.get(name, {})

    def is_taken(value: object) -> bool:
        query = {name: str(value), **needed}
        try:
            read_question(query, NOON)
            read_listing(query)
        except ParameterError:
            return False
        return True

    if "enum" in schema:
        assert all(is_taken(value) for value in schema["enum"])
        assert not is_taken("nothing")
    elif schema["type"] == "integer":
        assert is_taken(schema["minimum"])
        assert is_taken(schema["maximum"])
        assert not is_taken(schema["minimum"] - 1)
        assert not is_taken(schema["maximum"] + 1)
    else:
        assert schema == {"type": "string", "format": "date"}
        assert is_taken("2026-03-02")
        assert not is_taken("2026-02-30")


def test_it_names_every_figure_and_every_figure_that_has_a_list() -> None:
    figures = OPENAPI["components"]["schemas"]["figures"]
    assert figures["required"] == list(figures["properties"]) == [one.id for one in FIGURES]
    assert described("figure")["enum"] == list(LISTED)


def test_every_problem_of_the_page_is_among_its_codes() -> None:
    codes = set(OPENAPI["components"]["schemas"]["problemCode"]["enum"])
    assert codes >= {*STATUSES.values(), "busy", "statistics-unavailable", "invalid-parameter", "bad-request"}
    for texts in load_dictionaries().values():
        for code in codes:
            assert problem(400, code, texts)["title"] != f"problem.{code}"


async def test_the_document_is_served_as_it_is_published(client) -> None:
    answer = await client.get("/api/openapi.yaml")
    assert (answer.status, answer.content_type) == (200, "application/yaml")
    assert await answer.read() == (FOLDER / DOCUMENT).read_bytes()


async def test_the_reference_needs_nothing_from_elsewhere(client) -> None:
    answer = await client.get("/docs")
    page = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    named = re.findall(r'(?:src|href|data-document)="([^"]+)"', page)
    assert {"docs/redoc.standalone.js", "api/openapi.yaml"} <= set(named)
    for path in named:
        if not path.startswith("data:"):
            assert (await client.get(f"/{path.removeprefix('/')}")).status == 200, path
    assert (await client.get("/docs/app.py")).status == 404


def test_what_is_no_part_of_the_api_is_for_people() -> None:
    others = {
        one.canonical
        for one in build_app(NOBODY).router.resources()
        if not one.canonical.startswith(("/api/", "/healthz"))
    }
    assert others == {*PAGES, "/docs", "/docs/{name}", "/static/{path}"}
