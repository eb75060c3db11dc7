"""The real broker as a program of a stack: it is `java` itself that is watched, restarted and never left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.embedded.kafka.answering import answers
from deploy.embedded.kafka.launch import free_port
from deploy.embedded.processes.programs import Program, ProgramState
from deploy.embedded.processes.stack import Stack
from tests.integration.processes.checks import Probe

pytestmark = [pytest.mark.integration, pytest.mark.chaos]


def test_a_killed_broker_is_back_on_its_port_and_ends_with_the_stack(office: Any, tmp_path: Path) -> None:
    port = free_port()
    broker = Program(
        name="kafka",
        command=(sys.executable, "-m", "deploy.embedded.kafka", "--data", str(tmp_path / "kafka"), "--port", str(port)),
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        health=Probe(probe=lambda: answers(port), unmet=f"Kafka does not answer on port {port}"),
        settle_s=1,
    )
    with Stack(office.run_dir, [broker]) as stack:
        stack.start(lambda *_: None)
        java = psutil.Process(stack.status()[0].pid)
        assert java.name() == "java"
        os.kill(java.pid, 9)
        while java.is_running() or not answers(port):
            stack.wait(0.2)
        assert stack.status()[0].pid != java.pid
        assert stack.status()[0].exit_code == -9
        assert stack.status()[0].state in (ProgramState.STARTING, ProgramState.RUNNING)
    assert not answers(port)
    assert stack_left(office) == set()


def stack_left(office: Any) -> set[int]:
    # Asked for in advance, a process that has just ended (or a stranger that nobody buried) has no command line.
    running = psutil.process_iter(["cmdline"])
    return {process.pid for process in running if str(office.root) in " ".join(process.info["cmdline"] or ())}
