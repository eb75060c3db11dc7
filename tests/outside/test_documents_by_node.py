"""The published documents read by the field's own tools on Node; skipped where Node or its registry isn't there."""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.catalog import ACTION_TYPES
from tests.contract.published import FOLDER, schema_names
from tests.fuzzing import doors

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "node"
TOOLS = ROOT / ".cache" / "outside-node"
INSTALL_SECONDS, RUN_SECONDS = 240, 120

pytestmark = pytest.mark.timeout(INSTALL_SECONDS + RUN_SECONDS)


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder with scripts and packages, installed from the lock file once."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("Node isn't on this machine")
    TOOLS.mkdir(parents=True, exist_ok=True)
    lock, known = SCRIPTS / "package-lock.json", TOOLS / "package-lock.json"
    is_installed = known.exists() and known.read_bytes() == lock.read_bytes() and (TOOLS / "node_modules").exists()
    for file in SCRIPTS.iterdir():
        if file.is_file():
            shutil.copy(file, TOOLS)
    if not is_installed:
        command = ["npm", "ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode != 0:
            known.unlink(missing_ok=True)
            pytest.skip(f"the packages can't be fetched: {done.stderr.strip().splitlines()[-1:]}")
    return TOOLS


def run(tools: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        command, cwd=tools, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )


def npx(tools: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(tools, str(tools / "node_modules" / ".bin" / name), *arguments)


def spoiled(tmp_path: Path, name: str, old: str, new: str) -> str:
    """A copy of a document with a fault, to see that the tool says so."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(tmp_path / name)


def test_redocly_finds_no_error_in_openapi(tools: Path, tmp_path: Path) -> None:
    for name in ("openapi.yaml", "page-openapi.yaml"):
        done = npx(tools, "redocly", "lint", "--extends=spec", str(FOLDER / name))
        assert done.returncode == 0, done.stdout + done.stderr
    wrong = spoiled(tmp_path, "openapi.yaml", "operationId: readHealth", "operationID: readHealth")
    assert npx(tools, "redocly", "lint", "--extends=spec", wrong).returncode == 1


def test_the_parser_of_asyncapi_finds_no_error_and_every_message(tools: Path, tmp_path: Path) -> None:
    done = run(tools, "node", "asyncapi.mjs", str(FOLDER / "asyncapi.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.rpartition(" ")[2]) >= len(ACTION_TYPES)
    wrong = spoiled(tmp_path, "asyncapi.yaml", "asyncapi: 3.0.0\n", "asyncapi: 3.0.0\nnobody: knows\n")
    assert run(tools, "node", "asyncapi.mjs", wrong).returncode == 1


def test_ajv_in_strict_mode_takes_and_refuses_every_example_as_we_say(tools: Path, intake: str, tmp_path: Path) -> None:
    for name in schema_names():
        (tmp_path / f"{name}.json").write_bytes(fetched(f"{intake}/v1/schemas/{name}"))
    done = run(tools, "node", "ajv.mjs", str(tmp_path), str(FOLDER))
    assert done.returncode == 0, done.stdout + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["name"] for one in told} == schema_names()
    assert [one for one in told if one["refused"] or one["taken"]] == []


@pytest.fixture(scope="module")
def client(tools: Path) -> Path:
    """The client that is generated from openapi.yaml, compiled by TypeScript."""
    done = npx(tools, "openapi-typescript", str(FOLDER / "openapi.yaml"), "--output", "intake.d.ts")
    assert done.returncode == 0, done.stdout + done.stderr
    done = compiled(tools, "client.ts")
    assert done.returncode == 0, done.stdout + done.stderr
    return tools / "built" / "client.js"


def compiled(tools: Path, file: str) -> subprocess.CompletedProcess[str]:
    options = [
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--types",
        "node",
        "--outDir",
        "built",
    ]
    return npx(tools, "tsc", *options, file)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Intake's address."""
    with doors.intake(tmp_path_factory.mktemp("intake")) as url:
        yield url


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        return bytes(response.read())


def test_a_client_that_is_generated_from_openapi_records_an_action(client: Path, tools: Path, intake: str) -> None:
    done = run(tools, "node", str(client), intake)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {"statuses": [201, 201], "lifecycle": "in_processing", "waiting": "supplement"}


@pytest.mark.usefixtures("client")
def test_the_generated_types_refuse_what_intake_would_refuse(tools: Path) -> None:
    done = compiled(tools, "wrong.ts")
    assert done.returncode != 0
    assert re.findall(r"^wrong\.ts\((\d+),", done.stdout, re.MULTILINE) == ["5", "10"], done.stdout
