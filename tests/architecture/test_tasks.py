"""The one task list: `make help` tells every task, the documents name real ones, and CI runs what people run."""

import re
import subprocess

from tests.architecture.tree import ROOT, documents, text_of

MAKEFILE = text_of("Makefile")


def test_help_lists_every_task() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = set(re.findall(r"^  make (\S+) +\S", shown.stdout, flags=re.MULTILINE))
    assert _phony() - {"help"} == listed - {"help"}


def test_every_task_that_is_declared_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    assert sorted(_phony() - targets) == []
    assert sorted(targets - _phony()) == []


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = [line for line in text_of(".ci/run").splitlines() if line.startswith("make ")]
    assert script == ["make check", "make test"]


def test_the_documents_name_no_task_that_does_not_exist() -> None:
    named = {
        word for one in documents() for word in re.findall(r"(?:^|`)make ([a-z-]+)", text_of(one), flags=re.MULTILINE)
    }
    assert sorted(named - _phony()) == []


def _phony() -> set[str]:
    declared = re.search(r"^\.PHONY: (.+)", MAKEFILE, flags=re.MULTILINE)
    assert declared
    return set(declared[1].split())
