"""The package as a whole: it needs nothing but what it declares, and its documents say what its code does."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from chdb_front.options import parse_options

PACKAGE = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
CHANGELOG = (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")


def imported() -> set[str]:
    """The packages that its modules import, without the standard library's and its own."""
    found: set[str] = set()
    for path in (PACKAGE / "src" / "chdb_front").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {name.split(".")[0] for name in names}
    return found - set(sys.stdlib_module_names) - {"chdb_front"}


def test_what_it_imports_is_what_it_declares() -> None:
    declared = {re.split(r"[<>=]", one)[0].replace("-", "_") for one in PROJECT["dependencies"]}
    assert imported() == declared


def test_the_changelog_begins_with_the_version_that_is_installed() -> None:
    assert re.findall(r"^## (\d+\.\d+\.\d+)", CHANGELOG, flags=re.MULTILINE)[0] == PROJECT["version"]
    assert version("chdb-front") == PROJECT["version"]


def test_the_readme_has_every_option_and_variable_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"], {})
    shown = capsys.readouterr().out
    pattern = r"--[a-z]+(?:-[a-z]+)*|CHDB_FRONT_[A-Z_]+"
    told = set(re.findall(pattern, README.partition("\n## Settings\n")[2].partition("\n## ")[0]))
    assert told == set(re.findall(pattern, shown)) - {"--help"}
