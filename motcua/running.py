"""What commands do to a stack that another process runs: find it, stop and start single programs, wait until they serve."""

import time
from difflib import get_close_matches

from deploy.embedded.processes.attach import AttachedStack, attach
from deploy.embedded.processes.errors import NotRunningError, StackError
from deploy.embedded.processes.foreground import foreground_pid
from deploy.embedded.processes.programs import Program, ProgramState
from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode
from motcua.stack_programs import programs

_POLL_SECONDS = 0.2


def attached(addresses: Addresses) -> AttachedStack:
    """The stack that runs on the data folder; CommandError where none does, or its process manager doesn't answer."""
    try:
        return attach(addresses.run_dir)
    except NotRunningError as error:
        raise CommandError(f"{error}; start it with `motcua up`", ExitCode.AWAY) from error
    except StackError as error:
        raise CommandError(str(error), ExitCode.AWAY) from error


def require_stopped(addresses: Addresses, what: str) -> None:
    """CommandError when a stack runs on the data folder: `what` may only be done while nothing does."""
    pid = foreground_pid(addresses.run_dir)
    if pid is not None:
        raise CommandError(
            f"a stack runs on {addresses.data_dir} (pid {pid}); {what} needs it stopped: `motcua stop`", ExitCode.USAGE
        )


def program_of(addresses: Addresses, name: str) -> Program:
    """The program of that name with its health check; CommandError that names the nearest."""
    known = {one.name: one for one in programs(addresses)}
    if name not in known:
        nearest = get_close_matches(name, known, n=1, cutoff=0.4)
        meant = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}"
        raise CommandError(f"there is no program {name}; {meant}", ExitCode.USAGE)
    return known[name]


def stop_program(addresses: Addresses, program: Program) -> None:
    """Stop it and wait until it has ended."""
    try:
        attached(addresses).stop_program(program.name, timeout_s=program.stop_timeout_s)
    except StackError as error:
        raise CommandError(str(error), ExitCode.AWAY) from error


def start_program(addresses: Addresses, program: Program) -> None:
    """Start it and wait until it serves; CommandError with its log's name when it doesn't."""
    stack = attached(addresses)
    try:
        stack.start_program(program.name)
        give_up_at = time.monotonic() + program.start_timeout_s
        while not program.health.passed():
            status = next(one for one in stack.status() if one.name == program.name)
            is_late = time.monotonic() > give_up_at
            if status.state is ProgramState.GIVEN_UP or is_late:
                reason = str(program.health) if is_late else f"ended with exit code {status.exit_code}"
                raise CommandError(
                    f"{program.name} does not serve ({reason}): motcua logs {program.name}", ExitCode.AWAY
                )
            time.sleep(_POLL_SECONDS)
    except StackError as error:
        raise CommandError(str(error), ExitCode.AWAY) from error
