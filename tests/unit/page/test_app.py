"""The server without ClickHouse: it starts, serves the page, and says plainly what is wrong."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.page.adapters.answers import Answers, BusyError
from services.page.adapters.http_app import HEALTH_SECONDS, PAGES, SECURITY_HEADERS, build_app
from services.page.adapters.reader import Reader
from services.page.adapters.statistics import Statistics
from services.page.config import DEFAULT_PORT, WebConfig, read_config

NOBODY = WebConfig(clickhouse_url="http://supervisor@127.0.0.1:9/motcua", answer_seconds=5)


@pytest.fixture
async def client():
    async with TestClient(TestServer(build_app(NOBODY, lambda: datetime(2026, 3, 11, tzinfo=UTC)))) as opened:
        yield opened


async def test_it_says_that_it_is_not_healthy_while_clickhouse_is_away(client):
    answer = await client.get("/healthz")
    assert (answer.status, await answer.json()) == (503, {"status": "statistics-unavailable"})
    assert answer.headers["Retry-After"] == "15"


async def test_a_clickhouse_that_accepts_and_never_answers_is_away_within_seconds():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # the kernel accepts, nobody answers
        url = f"http://supervisor@127.0.0.1:{silent.getsockname()[1]}/motcua"
        async with TestClient(TestServer(build_app(WebConfig(clickhouse_url=url, answer_seconds=5)))) as opened:
            began = asyncio.get_running_loop().time()
            answers = await asyncio.gather(*(opened.get("/healthz") for _ in range(20)))
            took = asyncio.get_running_loop().time() - began
    assert {one.status for one in answers} == {503}
    assert took < HEALTH_SECONDS + 1


async def test_what_is_asked_of_a_clickhouse_that_hangs_is_answered_in_the_time_that_one_question_has():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://supervisor@127.0.0.1:{silent.getsockname()[1]}/motcua"
        async with TestClient(TestServer(build_app(WebConfig(clickhouse_url=url, answer_seconds=2)))) as opened:
            first = asyncio.ensure_future(opened.get("/api/figures.json"))
            began = asyncio.get_running_loop().time()
            answers = await asyncio.gather(
                *(opened.get(f"/api/{part}.json") for part in ("meta", "figures", "trend")), first
            )
            took = asyncio.get_running_loop().time() - began
            codes = [(one.status, (await one.json(content_type=None))["code"]) for one in answers]
    assert codes == [(503, "statistics-unavailable")] * 4
    assert took < 3.5


@pytest.mark.parametrize("path", [path.replace("{dossier_id}", "a%2Fb") for path in PAGES])
async def test_every_view_has_an_address_that_can_be_opened(client, path):
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.content_type == "text/html"
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


PARTS = ["meta", "figures", "trend", "dossiers", "overdue", "units", "dossiers/d1", "dossiers/d1/explanation"]


@pytest.mark.parametrize("part", PARTS)
async def test_without_clickhouse_every_part_answers_503_as_a_problem(client, part):
    answer = await client.get(f"/api/{part}.json", headers={"Accept-Language": "en"})
    assert answer.status == 503
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"] == "15"
    document = await answer.json(content_type=None)
    assert (document["code"], document["status"]) == ("statistics-unavailable", 503)
    assert document["title"] == "The statistics store does not answer"


async def test_a_wrong_parameter_is_a_problem_that_names_it_in_vietnamese(client):
    answer = await client.get("/api/figures.json?from=2026-03-09&to=2026-03-02")
    document = await answer.json(content_type=None)
    assert (answer.status, document["parameter"]) == (400, "from")
    assert document["detail"] == "Tham số “from”: from phải trước to"


async def test_a_name_that_is_none_of_ours_is_not_answered(client):
    answer = await client.get("/api/meta.json", headers={"Host": "evil.example", "Accept-Language": "en"})
    document = await answer.json(content_type=None)
    assert (answer.status, document["code"]) == (421, "unknown-host")
    assert "evil.example" in document["detail"]
    assert (await client.get("/", headers={"Host": "localhost:8490"})).status == 200
    assert read_config({"MOTCUA_HOSTS": "mot-cua.vn", "MOTCUA_WEB_HOST": "web-1"}).hosts >= {"mot-cua.vn", "web-1"}


async def test_a_parameter_that_is_given_twice_is_named_and_neither_is_taken(client):
    answer = await client.get("/api/figures.json?unit=1&unit=2", headers={"Accept-Language": "en"})
    document = await answer.json(content_type=None)
    assert (answer.status, document["code"], document["parameter"]) == (400, "invalid-parameter", "unit")
    assert document["detail"].endswith("is given twice")


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.js", "/api/figures.xml"]
)
async def test_what_is_not_there_is_a_problem_404(client, path):
    answer = await client.get(path)
    assert answer.status == 404
    assert (await answer.json(content_type=None))["code"] == "not-found"


async def test_a_person_who_asks_for_a_page_that_is_not_there_gets_a_page(client):
    answer = await client.get("/nothing", headers={"Accept": "text/html,*/*"})
    assert (answer.status, answer.content_type) == (404, "text/html")


async def test_only_reading_is_possible(client):
    answer = await client.post("/api/figures.json")
    assert answer.status == 405
    assert (await answer.json(content_type=None))["code"] == "method-not-allowed"


async def test_a_file_that_the_reader_has_is_not_sent_again(client):
    first = await client.get("/static/js/main.js")
    again = await client.get("/static/js/main.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, first.content_type, again.status, await again.read()) == (200, "text/javascript", 304, b"")


async def test_an_own_fault_is_logged_and_still_a_problem(client, caplog, monkeypatch):
    async def broken(_self):
        raise RuntimeError("ours")

    monkeypatch.setattr(Statistics, "meta", broken)
    answer = await client.get("/api/meta.json")
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (500, "internal-error")
    assert "ours" in caplog.text


def test_settings_come_from_the_environment_and_arguments_win():
    assert read_config({}).port == DEFAULT_PORT
    assert read_config({"MOTCUA_WEB_PORT": "9000", "CLICKHOUSE_URL": "http://h/db"}, port=7).port == 7
    assert "secret" not in repr(read_config({"CLICKHOUSE_URL": "http://a:secret@h/db"}))
    assert isinstance(build_app(NOBODY), web.Application)


async def test_what_many_ask_at_once_is_asked_once_and_says_how_old_it_is(client, monkeypatch):
    asked = []

    async def rows(_self, name, _parameters):
        assert name == "counted_upto"
        return [{"topic": "dossier-events", "partition": 0, "next_offset": 7}]

    async def figures(_self, question):
        asked.append(question.scope.unit_id)
        return {"as_of": question.period.as_of, "children": ["x" * 2_000]}

    monkeypatch.setattr(Reader, "rows", rows)
    monkeypatch.setattr(Statistics, "figures", figures)
    paths = ["/api/figures.json?unit=1"] * 20 + ["/api/figures.json?unit=2&lang=en"] * 20
    answers = await asyncio.gather(*(client.get(path) for path in paths))
    assert {(one.status, one.headers["Age"], one.headers["Content-Encoding"]) for one in answers} == {
        (200, "0", "gzip")
    }
    assert (await answers[0].json())["as_of"] == "2026-03-11T00:00:00+00:00"
    assert sorted(asked) == [1, 2]


async def test_who_finds_no_room_is_told_when_to_come_again(client, monkeypatch):
    async def full(_self, _question, _work):
        raise BusyError(4)

    monkeypatch.setattr(Answers, "answer", full)
    answer = await client.get("/api/figures.json", headers={"Accept-Language": "en"})
    document = await answer.json(content_type=None)
    assert (answer.status, answer.headers["Retry-After"], document["code"]) == (503, "4", "busy")
    assert "in 4 seconds" in document["detail"]
