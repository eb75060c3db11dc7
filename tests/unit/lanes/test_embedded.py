"""When the embedded parts are tested in full: whenever what they are made of differs from what was last green."""

import ast
from datetime import date
from pathlib import Path

import pytest

from tests.lanes.embedded import (
    FOLDERS,
    ROOT,
    SMOKE_TESTS,
    inputs,
    is_embedded,
    is_full_run_due,
    record_full_run,
    selected,
)

PARTS = (
    "deploy/embedded/kafka/launch.py", "requirements/dev.lock", f"{FOLDERS[0]}/test_one.py", "tests/integration/conftest.py",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project whose full run is recorded."""
    for name in (*PARTS, "services/intake/app.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was\n", encoding="utf-8")
    record_full_run(inputs(tmp_path), date(2026, 11, 27), passed=3, skipped=0, record=tmp_path / "record.toml")
    return tmp_path


def is_due(project: Path) -> bool:
    return is_full_run_due(project, project / "record.toml")


def test_nothing_is_due_while_nothing_changed(project: Path) -> None:
    assert not is_due(project)


@pytest.mark.parametrize("name", PARTS)
def test_a_changed_file_makes_the_full_run_due(project: Path, name: str) -> None:
    (project / name).write_text("as it is now\n", encoding="utf-8")
    assert is_due(project)


@pytest.mark.parametrize("name", PARTS)
def test_a_file_that_is_gone_or_has_another_name_makes_it_due(project: Path, name: str) -> None:
    (project / name).rename((project / name).with_name("renamed.txt"))
    assert is_due(project)
    (project / name).with_name("renamed.txt").unlink()
    assert is_due(project)


@pytest.mark.parametrize("name", ["deploy/embedded/kafka/new.py", "packages/chdb-front/src/chdb_front/new.xml"])
def test_a_new_file_makes_it_due(project: Path, name: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("new", encoding="utf-8")
    assert is_due(project)


def test_what_is_moved_from_one_file_to_another_makes_it_due(project: Path) -> None:
    (project / PARTS[0]).write_text("as it was\nas", encoding="utf-8")
    once = inputs(project)
    (project / PARTS[0]).write_text("as it was\n", encoding="utf-8")
    (project / PARTS[1]).write_text("as it was\nas", encoding="utf-8")
    assert inputs(project) != once


@pytest.mark.parametrize("name", ["services/intake/app.py", "deploy/embedded/kafka/__pycache__/launch.pyc"])
def test_what_the_embedded_parts_are_not_made_of_makes_nothing_due(project: Path, name: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("as it is now\n", encoding="utf-8")
    assert not is_due(project)


def test_it_is_due_until_it_is_recorded(project: Path) -> None:
    (project / "record.toml").write_text("", encoding="utf-8")
    assert is_due(project)
    (project / "record.toml").unlink()
    assert is_due(project)
    record_full_run(inputs(project), date(2026, 11, 28), passed=3, skipped=0, record=project / "record.toml")
    assert not is_due(project)


ALL = {
    "tests/integration/kafka/test_broker.py::test_one": True,
    "tests/integration/kafka/test_broker.py::test_two": False,
    "tests/integration/stack/test_commands.py::test_three": False,
    "tests/unit/deploy/kafka/test_jars.py::test_four": False,
}


def test_a_run_that_is_due_leaves_nothing_out() -> None:
    assert selected(ALL, is_due=True) == set(ALL)


def test_else_only_the_smoke_tests_of_the_embedded_parts_run_and_all_others() -> None:
    assert set(ALL) - selected(ALL, is_due=False) == {"tests/integration/kafka/test_broker.py::test_two"}


def test_the_repository_has_twenty_smoke_tests_and_some_for_each_part() -> None:
    found: list[str] = []
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = [ast.unparse(one) for one in node.decorator_list]
                if "pytest.mark.smoke" in marks:
                    assert marks == ["pytest.mark.smoke"], f"{node.name} is more than one test"
                    found.append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    assert len(found) == SMOKE_TESTS
    assert {folder for folder in FOLDERS for one in found if one.startswith(f"{folder}/")} == set(FOLDERS)
    assert all(is_embedded(one) for one in found)
