"""A back-up of the running stack becomes a stack with the same figures; what can't fit is refused; damage is mended."""

import json
import shutil
import tarfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from motcua.addresses import found
from motcua.stack_status import status_of
from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack, environment, up
from tests.integration.stack.test_commands import intake_url
from tests.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(420)]

DOSSIERS = 6
UNIT_ID, UNIT_NAME = 4019774, "Phường Kim Long"
"""Of no other test: nothing of it falls due or is owed meanwhile."""


def record(stack: RunningStack, count: int) -> None:
    """Dossiers of now: nothing of the past, of which time would have to tell first."""
    for number in range(count):
        subject, now = f"BU-{uuid4().hex[:8]}", datetime.now(UTC).isoformat()
        assert post(intake_url(stack), accepted(subject, now, unitid=UNIT_ID))[0] == 201
        if number % 2:
            assert post(intake_url(stack), action("result-ready-at-counter.v1", subject, now, unitid=UNIT_ID))[0] == 201


def figures(stack: RunningStack, unit_id: int = 0) -> list[Any]:
    """Every figure of a unit and of each below it, as the page has it; 0 is the country."""
    day = datetime.now(UTC).date()
    period = f"from={day - timedelta(days=30)}&to={day + timedelta(days=2)}"
    url = f"http://127.0.0.1:{stack.env['MOTCUA_WEB_PORT']}/api/figures.json?unit={unit_id}&{period}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        told = json.load(answer)
    return [told["figures"], *told["children"]]


def whole_figures(stack: RunningStack) -> list[Any]:
    """The figures once nothing is on its way, seen twice."""

    def is_counted() -> bool:
        seen = status_of(found(stack.env), 10)
        told = seen["statistics"]
        return bool(seen["is_well"] and told["state"] == "current" and all(one["lag"] == 0 for one in seen["lags"]))

    def settled() -> list[Any] | None:
        before = figures(stack) if is_counted() else None
        return before if before is not None and is_counted() and figures(stack) == before else None

    shown: list[Any] = until(settled, 150, lambda: stack.run("status").stdout, every=1)
    return shown


@pytest.fixture(scope="module")
def archive(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A back-up of the shared stack, taken while it runs."""
    folder = tmp_path_factory.mktemp("backup")
    record(stack, DOSSIERS)
    file = folder / "motcua.tar.gz"
    done = stack.run("backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_a_back_up_says_what_is_in_it_and_is_for_the_owner_only(stack: RunningStack, archive: Path) -> None:
    with tarfile.open(archive) as tar:
        content = tar.extractfile("manifest.json")
        assert content is not None
        manifest = json.load(content)
        assert tar.getnames() == ["manifest.json", "ledger.sqlite"]
    assert archive.stat().st_mode & 0o077 == 0
    assert manifest["store"]["events"] >= DOSSIERS + DOSSIERS // 2
    assert manifest["published"] <= manifest["store"]["last_id"]
    again = stack.run("backup", str(archive))
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_a_restore_is_refused_where_a_stack_runs_or_data_stands(
    stack: RunningStack, archive: Path, tmp_path: Path
) -> None:
    running = stack.run("restore", "--force", str(archive))
    assert (running.returncode, "motcua stop" in running.stderr) == (2, True)
    (tmp_path / "kafka").mkdir()
    full = RunningStack(data_dir=tmp_path, env=environment(tmp_path), process=stack.process).run(
        "restore", str(archive)
    )
    assert (full.returncode, "--force puts it aside" in full.stderr) == (2, True)
    assert [one.name for one in tmp_path.iterdir()] == ["kafka"]


def test_clickhouse_is_built_anew_with_the_same_figures(stack: RunningStack, archive: Path) -> None:
    whole_figures(stack)
    before = figures(stack, UNIT_ID)
    assert (before[0]["received"], before[0]["resolved"]) == (DOSSIERS, DOSSIERS // 2)
    done = stack.run("rebuild", "clickhouse")
    assert done.returncode == 0, done.stdout + done.stderr
    # The clocks of the other tests' dossiers go on meanwhile; of those the command itself compares what was known before.
    assert "are as before" in done.stdout or "nothing is missing; more came in" in done.stdout, done.stdout
    assert figures(stack, UNIT_ID) == before


def test_programs_are_restarted_and_their_logs_told(stack: RunningStack) -> None:
    (before,) = stack.pids_of(["web"])
    done = stack.run("restart", "web")
    assert done.returncode == 0, done.stderr
    assert stack.pids_of(["web"]) != [before]
    shown = stack.run("logs", "-n", "1", "web", "supervisord").stdout.splitlines()
    assert [line.split(" | ")[0].strip() for line in shown] == ["web", "supervisord"]
    assert "serving http" in shown[0]
    wrong = stack.run("restart", "webb")
    assert (wrong.returncode, "did you mean web?" in wrong.stderr) == (2, True)


def test_a_restored_stack_has_the_same_figures_and_survives_lost_parts_but_not_an_older_store(
    stack: RunningStack, archive: Path, tmp_path: Path
) -> None:
    data_dir, env = tmp_path, environment(tmp_path)
    away = RunningStack(data_dir=data_dir, env=env, process=stack.process)
    assert away.run("restore", str(archive)).returncode == 0
    with up(data_dir, env) as first:
        # Side by side, because the clocks of the other tests' dossiers go on in both.
        until(
            lambda: whole_figures(first) == whole_figures(stack), 60, lambda: (figures(first), figures(stack)), every=1
        )
        assert UNIT_NAME in first.run("figures").stdout  # the register of units came with the store
        before = figures(first, UNIT_ID)
        record(first, 2)
        whole_figures(first)
        grown = figures(first, UNIT_ID)
        assert grown[0]["received"] == before[0]["received"] + 2
        assert first.run("stop").returncode == 0
        assert first.process.wait(10) in (0, 130)
    assert open_to_others(data_dir) == []

    lose_all_but_kafka(away)
    with up(data_dir, env) as mended:
        whole_figures(mended)
        assert figures(mended, UNIT_ID) == grown
        assert "its rows come from the changelog" in (data_dir / "logs" / "deadlines.log").read_text()
        assert mended.run("verify").returncode == 0
        assert mended.run("stop").returncode == 0

    # An operator puts the older store back beside the newer Kafka: nobody is answered.
    for old in (data_dir / "store").glob("ledger.sqlite*"):
        old.unlink()
    with tarfile.open(archive) as tar:
        tar.extract("ledger.sqlite", data_dir / "store", filter="data")
    with pytest.raises(AssertionError, match="it is an older copy") as refused, up(data_dir, env):
        pass
    assert "motcua rebuild kafka" in str(refused.value)
    assert away.run("rebuild", "kafka").returncode == 0
    assert not {"kafka", "deadlines", "clickhouse"} & {one.name for one in data_dir.iterdir()}


def lose_all_but_kafka(stack: RunningStack) -> None:
    """The store comes back from Kafka by a command; ClickHouse and the damaged rows of the open clocks by themselves."""
    shutil.rmtree(stack.data_dir / "store")
    shutil.rmtree(stack.data_dir / "clickhouse")
    for manifest in (stack.data_dir / "deadlines").rglob("MANIFEST-*"):
        manifest.write_bytes(b"x" * 200)
    built = stack.run("rebuild", "store")
    assert (built.returncode, "built: " in built.stdout) == (0, True), built.stdout + built.stderr
    assert open_to_others(stack.data_dir) == []


def open_to_others(data_dir: Path) -> list[Path]:
    """What others than the owner may read or write; the test's own log is none of the stack's files."""
    files = [one for one in data_dir.rglob("*") if one.name != "up.log" and not one.is_symlink()]
    return [one for one in files if one.stat().st_mode & 0o077]
