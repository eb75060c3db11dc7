"""Whatever is killed, nothing is left: Ctrl-C, SIGTERM, kill -9 of the foreground, of supervisord, of both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.embedded.processes import tied as tied_module
from deploy.embedded.processes.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

ORDERLY = ["stopped stats", "stopped broker"]


def _supervisord(foreground: subprocess.Popen[str]) -> int:
    return int(psutil.Process(foreground.pid).children()[0].pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_to_the_foreground_stops_everything_in_reverse_order(office: Any, number: signal.Signals) -> None:
    foreground = office.up(office.program("broker", "--child"), office.program("stats"))
    foreground.send_signal(number)
    said, _ = foreground.communicate(timeout=20)
    assert said.endswith("stack: down\n")
    assert foreground.returncode == 0
    assert office.journal("stopped") == ORDERLY
    assert office.alive() == set()


def test_an_interrupt_while_programs_are_starting_leaves_nothing(office: Any, eventually: Callable[..., None]) -> None:
    deaf = office.program("deaf", "--deaf", "--child", stop_timeout_s=1)
    slow = office.program("slow")
    foreground = office.foreground(office.program("broker"), deaf, slow)
    eventually(lambda: "started deaf" in office.journal(), 10)
    foreground.send_signal(signal.SIGINT)
    foreground.communicate(timeout=20)
    assert office.journal("stopped")[-1] == "stopped broker"
    assert office.alive() == set()


@pytest.mark.smoke
def test_kill_9_of_the_foreground_lets_supervisord_stop_everything_in_order(
    office: Any, eventually: Callable[..., None]
) -> None:
    foreground = office.up(office.program("broker", "--child"), office.program("stats", "--child"))
    foreground.kill()
    eventually(lambda: office.alive() == set(), 15)
    assert office.journal("stopped") == ORDERLY


def test_kill_9_of_supervisord_ends_every_program_and_the_foreground_says_so(
    office: Any, eventually: Callable[..., None]
) -> None:
    foreground = office.up(office.program("broker"), office.program("stats", "--child", "--own-group"))
    os.kill(_supervisord(foreground), signal.SIGKILL)
    said, _ = foreground.communicate(timeout=20)
    assert "SupervisorDiedError: the process manager ended with -9" in said
    assert foreground.returncode == 1
    assert office.alive() == set()


def test_kill_9_of_both_ends_every_program_and_the_next_run_ends_what_they_had_started(
    office: Any, eventually: Callable[..., None]
) -> None:
    foreground = office.up(office.program("broker"), office.program("stats", "--child", "--own-group"))
    os.kill(_supervisord(foreground), signal.SIGSTOP)  # so that it can't react to the death of the foreground
    supervisord = _supervisord(foreground)
    foreground.kill()
    os.kill(supervisord, signal.SIGKILL)
    eventually(lambda: len(office.alive()) == 1, 10)  # only the child that left its group
    with Stack(office.run_dir, [office.program("again")]) as stack:
        stack.start(lambda *_: None)
        assert len(office.alive() - {status.pid for status in stack.status()}) == 1  # supervisord itself
    assert office.alive() == set()


def test_a_program_whose_parent_died_before_it_was_tied_does_not_start(tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    run = subprocess.run(tied_module.tied(["touch", str(witness)], parent_pid=1), check=False)
    assert run.returncode == tied_module.EXIT_PARENT_GONE
    assert not witness.exists()


def test_where_the_kernel_can_not_tie_the_watcher_ends_the_program_and_its_child(
    tmp_path: Path, eventually: Callable[..., None]
) -> None:
    command = ["sh", "-c", f"sleep 600 & echo $$ $! > {tmp_path}/pids; wait"]
    parent = (
        "import subprocess, sys, time; "
        "subprocess.Popen(sys.argv[1:] + ['--watch', '--parent', str(__import__('os').getpid()), '--', *"
        f"{command!r}], start_new_session=True); time.sleep(600)"
    )
    script = [sys.executable, "-I", "-S", tied_module.__file__]
    started = subprocess.Popen([sys.executable, "-c", parent, *script])
    file = tmp_path / "pids"
    eventually(lambda: file.exists() and len(file.read_text().split()) == 2, 10)
    pids = [int(pid) for pid in file.read_text().split()]
    assert all(psutil.pid_exists(pid) for pid in pids)
    started.kill()
    started.wait()
    eventually(lambda: not any(psutil.pid_exists(pid) for pid in pids), 5)


def test_the_watcher_returns_the_exit_code_of_the_program() -> None:
    script = [sys.executable, "-I", "-S", tied_module.__file__, "--watch", "--parent", str(os.getpid()), "--"]
    assert subprocess.run([*script, "sh", "-c", "exit 5"], check=False).returncode == 5
    assert subprocess.run([*script, "sh", "-c", "kill -9 $$"], check=False).returncode == 137
