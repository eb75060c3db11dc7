"""The command line as a user meets it: every command has its module, a help that works, and a place in the documents."""

import importlib
import re

import click
import pytest
from click.testing import CliRunner

from motcua.cli import COMMANDS, group
from motcua.output import ExitCode
from tests.architecture.tree import documents, files, text_of


def test_commands_and_modules_are_the_same() -> None:
    modules = {name for name in files() if re.fullmatch(r"motcua/commands/\w+_command\.py", name)}
    assert modules == {f"motcua/commands/{name}_command.py" for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str) -> None:
    command = importlib.import_module(f"motcua.commands.{name}_command").command
    assert isinstance(command, click.Command)
    shown = CliRunner().invoke(group, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: group {name}" in shown.output
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_in_the_documents(name: str) -> None:
    told = [one for one in documents() if one != "CHANGELOG.md" and re.search(rf"motcua {name}\b", text_of(one))]
    assert told


def test_help_lists_every_command_and_every_exit_code() -> None:
    shown = CliRunner().invoke(group, ["--help"]).output
    assert [name for name in COMMANDS if not re.search(rf"^  {name}\s", shown, flags=re.MULTILINE)] == []
    assert [int(code) for code in ExitCode if not re.search(rf"\b{int(code)} [a-z]", shown)] == []


def test_the_documents_name_no_command_that_does_not_exist() -> None:
    named = {word for one in documents() for word in re.findall(r"(?:\.venv/bin/|`)motcua ([a-z]+)\b", text_of(one))}
    assert sorted(named - COMMANDS.keys()) == []
