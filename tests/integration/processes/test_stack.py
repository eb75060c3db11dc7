"""The stack with real processes: order, health, crashes, status, one run per directory."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.errors import (
    AlreadyRunningError,
    NotAnsweringError,
    NotRunningError,
    ProgramFailedError,
    StackError,
)
from deploy.embedded.processes.health import Started
from deploy.embedded.processes.programs import Program, ProgramState
from deploy.embedded.processes.stack import Stack
from tests.integration.processes.checks import Probe

pytestmark = pytest.mark.integration


@pytest.mark.smoke
def test_programs_start_in_order_when_the_one_before_is_healthy_and_stop_in_reverse(office: Any) -> None:
    progress: list[tuple[str, str]] = []
    programs = [office.program("alerts", priority=2), office.program("broker"), office.program("intake", priority=1)]
    with Stack(office.run_dir, programs) as stack:
        stack.start(lambda name, message: progress.append((name, message.split(" after")[0])))
        assert [status.name for status in stack.status()] == ["broker", "intake", "alerts"]
        assert {status.state for status in stack.status()} <= {ProgramState.STARTING, ProgramState.RUNNING}
        assert {status.pid for status in stack.status()} == office.pids()
    assert progress == [(name, did) for name in ("broker", "intake", "alerts") for did in ("starting", "ready")]
    assert office.journal() == [f"started {name}" for name in ("broker", "intake", "alerts")] + [
        f"stopped {name}" for name in ("alerts", "intake", "broker")
    ]
    assert office.alive() == set()


def test_output_goes_to_a_log_of_the_program_and_the_environment_reaches_it(office: Any) -> None:
    odd = """a "quoted" 'value' with % and ; and # and two\nlines"""
    printer = Program(
        name="printer",
        command=("sh", "-c", 'echo "$ODD"; echo "to stderr: $0" >&2; exec sleep 60', "it's 100 %"),
        env={"ODD": odd},
        health=Started(),
        stop_timeout_s=1,
    )
    with Stack(office.run_dir, [printer]) as stack:
        stack.start(lambda *_: None)
        stack.wait(0.5)
        log = stack.status()[0].log_path
    assert log == office.run_dir / "logs" / "printer.log"
    assert log.read_text() == f"{odd}\nto stderr: it's 100 %\n"


def test_a_program_that_never_serves_is_named_with_its_log_and_everything_is_stopped(office: Any) -> None:
    mute = Program(
        name="mute",
        command=("sh", "-c", "echo 'không mở được cổng'; exec sleep 60"),
        health=Probe(probe=lambda: False, unmet="it never said hello"),
        start_timeout_s=0.7,
    )
    never = office.program("never", priority=1)
    with pytest.raises(ProgramFailedError) as failure:
        Stack(office.run_dir, [office.program("broker"), mute, never]).start(lambda *_: None)
    assert failure.value.program == "mute"
    assert "did not become healthy within 0.7 s: it never said hello" in str(failure.value)
    assert "không mở được cổng" in failure.value.log_tail
    assert office.journal() == ["started broker", "stopped broker"]
    assert office.alive() == set()


def test_a_program_that_ends_at_once_is_given_up_before_its_time_to_start_is_over(office: Any) -> None:
    broken = Program(
        name="broken",
        command=("sh", "-c", "echo 'thiếu tệp cấu hình'; exit 7"),
        health=Probe(probe=lambda: False, unmet="never"),
        settle_s=1,
        max_tries=1,
    )
    with pytest.raises(ProgramFailedError, match="ended with exit code 7") as failure:
        Stack(office.run_dir, [broken]).start(lambda *_: None)
    assert failure.value.log_tail.splitlines() == ["thiếu tệp cấu hình"] * 2
    with pytest.raises(NotRunningError):
        attach(office.run_dir)


def test_a_command_that_does_not_exist_is_said_in_the_log_tail(office: Any) -> None:
    absent = Program(
        name="absent", command=("no-such-command",), health=Probe(probe=lambda: False, unmet="-"), max_tries=0
    )
    with pytest.raises(ProgramFailedError, match="can't run no-such-command: No such file or directory"):
        Stack(office.run_dir, [absent]).start(lambda *_: None)


@pytest.mark.smoke
def test_a_killed_program_is_started_again_and_said_so(office: Any) -> None:
    said: list[tuple[str, str]] = []
    with Stack(office.run_dir, [office.program("intake", settle_s=0)]) as stack:
        stack.start(lambda *_: None)
        first = stack.status()[0].pid
        assert first is not None
        killer = threading.Timer(0.3, os.kill, (first, 9))
        killer.start()
        stack.wait(3, on_progress=lambda name, message: said.append((name, message)))
        killer.join()
        assert stack.status()[0].pid != first
        assert stack.status()[0].exit_code == -9
    assert said == [("intake", "started again after exit code -9")]
    assert office.journal() == ["started intake", "started intake", "stopped intake"]


def test_a_program_that_keeps_crashing_is_given_up_by_name(office: Any) -> None:
    crasher = office.program("crasher", "--crash-after", "0.3", settle_s=1, max_tries=1)
    with Stack(office.run_dir, [office.program("broker"), crasher]) as stack:
        stack.start(lambda *_: None)
        with pytest.raises(ProgramFailedError, match="crasher ended 2 times in a row") as failure:
            stack.wait(20)
        assert "hỏng rồi" in failure.value.log_tail
        states = {status.name: (status.state, status.exit_code) for status in stack.status()}
        assert states["crasher"] == (ProgramState.GIVEN_UP, 3)
        assert states["broker"][0] in (ProgramState.STARTING, ProgramState.RUNNING)
    assert office.alive() == set()


def test_a_deaf_program_and_its_child_are_killed_after_the_stop_time(office: Any) -> None:
    with Stack(office.run_dir, [office.program("deaf", "--deaf", "--child", stop_timeout_s=1)]) as stack:
        stack.start(lambda *_: None)
    assert len(office.pids()) == 2
    assert office.alive() == set()


def test_a_second_run_on_the_same_directory_is_refused_and_disturbs_nothing(office: Any) -> None:
    office.up(office.program("broker"), office.program("alerts"))
    refused = pytest.raises(AlreadyRunningError, match=rf"already running on .*pid {office.foregrounds[0].pid}")
    with refused, Stack(office.run_dir, [office.program("other")]) as stack:
        stack.start(lambda *_: None)
    attached = attach(office.run_dir)
    assert [(status.name, status.exit_code) for status in attached.status()] == [("broker", None), ("alerts", None)]
    assert attached.status()[0].uptime_s < 30


def test_nothing_to_attach_to_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match=f"nothing runs on {tmp_path}"):
        attach(tmp_path)


def test_a_directory_too_deep_for_a_socket_works(office: Any, tmp_path: Path) -> None:
    deep = tmp_path / ("huyện-rất-dài-" * 8)
    with Stack(deep, [office.program("broker")]) as stack:
        stack.start(lambda *_: None)
        assert [status.name for status in attach(deep).status()] == ["broker"]
        socket = Path((deep / "run" / "socket-path").read_text())
    assert not socket.parent.exists()


def test_a_stack_can_be_used_again_after_it_was_stopped(office: Any) -> None:
    stack = Stack(office.run_dir, [office.program("broker")])
    for _ in range(2):
        stack.start(lambda *_: None)
        stack.stop()
    assert office.journal("started") == ["started broker"] * 2


def test_a_stack_refuses_to_start_outside_the_main_thread(office: Any) -> None:
    refused: list[StackError] = []

    def start() -> None:
        try:
            Stack(office.run_dir, [office.program("broker")]).start(lambda *_: None)
        except StackError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(refused) == 1


class _AnsweredAgainError(Exception):
    """Ends the watch of the test."""


def _supervisor_of(office: Any) -> int:
    return int((office.run_dir / "run" / "supervisord.pid").read_text())


def test_a_process_manager_that_freezes_is_waited_for_and_the_watch_goes_on(office: Any) -> None:
    said: list[str] = []
    frozen = 0

    def heard(name: str, message: str) -> None:
        said.append(f"{name} {message}")
        if "has not answered" in message and len(said) == 3:
            os.kill(frozen, signal.SIGCONT)
        if "answers again" in message:
            raise _AnsweredAgainError

    with Stack(office.run_dir, [office.program("intake")], answer_seconds=0.3) as stack:
        stack.start(lambda *_: None)
        frozen = _supervisor_of(office)
        os.kill(frozen, signal.SIGSTOP)
        with pytest.raises(_AnsweredAgainError):
            stack.wait(on_progress=heard)
        assert stack.status()[0].state.has_process
    assert [one.split(" for ")[0] for one in said[:3]] == ["supervisord has not answered"] * 3
    assert office.journal() == ["started intake", "stopped intake"]


def test_who_looks_at_a_frozen_process_manager_is_told_that_it_lives(office: Any) -> None:
    office.up(office.program("intake"))
    os.kill(_supervisor_of(office), signal.SIGSTOP)
    with pytest.raises(NotAnsweringError, match="lives and does not answer"):
        attach(office.run_dir, answer_seconds=0.3)
    os.kill(_supervisor_of(office), signal.SIGCONT)
    assert [status.name for status in attach(office.run_dir).status()] == ["intake"]


def test_stopping_with_a_frozen_process_manager_still_ends_everything(office: Any) -> None:
    said: list[str] = []
    with Stack(office.run_dir, [office.program("intake", "--child")], answer_seconds=0.3) as stack:
        stack.start(lambda *_: None)
        os.kill(_supervisor_of(office), signal.SIGSTOP)
        stack.stop(lambda name, message: said.append(f"{name} {message}"))
    assert said == ["supervisord does not answer; it was sent SIGTERM, by which it stops everything itself"]
    assert office.alive() == set()
