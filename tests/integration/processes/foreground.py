"""What `motcua up` will do, for the tests: reads programs from a JSON file, starts them, waits, stops.

Usage: foreground.py RUN_DIR PROGRAMS.json
"""

import json
import sys
from pathlib import Path

from deploy.embedded.processes.errors import StackError
from deploy.embedded.processes.programs import Program
from deploy.embedded.processes.signals import stop_signals_interrupt
from deploy.embedded.processes.stack import Stack
from tests.integration.processes.checks import TcpPort


def say(name: str, message: str) -> None:
    """One progress line."""
    sys.stdout.write(f"{name}: {message}\n")
    sys.stdout.flush()


run_dir, file = sys.argv[1:]
programs = [
    Program(**{**one, "command": tuple(one["command"]), "health": TcpPort(port=one["health"])})
    for one in json.loads(Path(file).read_text())
]
try:
    with stop_signals_interrupt(), Stack(Path(run_dir), programs) as stack:
        stack.start(say)
        say("stack", "up")
        stack.wait(on_progress=say)
except KeyboardInterrupt:
    say("stack", "down")
except StackError as error:
    say("stack", f"{type(error).__name__}: {error}")
    sys.exit(1)
