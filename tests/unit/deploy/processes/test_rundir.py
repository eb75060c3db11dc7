"""The files of a stack: odd names and values reach the programs unchanged."""

from __future__ import annotations

import configparser
import json
import shlex
from pathlib import Path

from deploy.embedded.processes.health import Started
from deploy.embedded.processes.programs import Program, in_start_order, log_tail
from deploy.embedded.processes.rundir import RunDir, program_spec, remove_socket, socket_path, supervisor_settings


def _program(name: str, priority: int = 0, **env: str) -> Program:
    return Program(name=name, command=("run", "it's", "100 %"), health=Started(), priority=priority, env=env)


def test_programs_start_by_priority_and_equal_ones_in_the_order_given() -> None:
    given = (_program("c", 1), _program("b"), _program("d", 1), _program("a"))
    assert [program.name for program in in_start_order(given)] == ["b", "a", "c", "d"]


def test_commands_and_secrets_stand_in_the_spec_and_not_in_supervisords_settings() -> None:
    run_dir = RunDir(Path("/srv/một cửa 100%"))
    program = _program("intake", SECRET='ký hiệu; "x"')
    spec = json.loads(program_spec([program], run_dir))
    assert spec["intake"]["command"] == ["run", "it's", "100 %"]
    assert spec["intake"]["env"]["SECRET"] == 'ký hiệu; "x"'
    settings = supervisor_settings([program], run_dir, Path("/tmp/s"))
    assert "ký hiệu" not in settings
    read = configparser.ConfigParser()
    read.read_string(settings)
    assert shlex.split(read["program:intake"]["command"])[-2:] == [str(run_dir.spec), "intake"]
    assert read["program:intake"]["stdout_logfile"] == "/srv/một cửa 100%/logs/intake.log"
    assert read["program:intake"]["autostart"] == "false"


def test_supervisord_orders_its_own_stop_by_the_start_order() -> None:
    read = configparser.ConfigParser()
    read.read_string(supervisor_settings([_program("z"), _program("a")], RunDir(Path("/run")), Path("/tmp/s")))
    assert [read[f"program:{name}"]["priority"] for name in ("z", "a")] == ["1", "2"]


def test_the_socket_is_inside_unless_its_path_would_be_too_long(tmp_path: Path) -> None:
    assert socket_path(RunDir(Path("/data"))) == Path("/data/run/control.sock")
    deep = RunDir(tmp_path / ("x" * 100))
    deep.settings.parent.mkdir(parents=True)
    socket = socket_path(deep)
    assert len(str(socket)) <= 90
    deep.socket_pointer.write_text(str(socket))
    remove_socket(deep)
    assert not socket.parent.exists()
    assert not deep.socket_pointer.exists()
    remove_socket(deep)


def test_a_log_tail_has_the_last_lines_or_says_that_there_are_none(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert log_tail(log) == "(empty)"
    log.write_text("".join(f"{number}\n" for number in range(100)))
    assert log_tail(log, lines=2) == "98\n99"
