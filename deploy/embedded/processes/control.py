"""Talks to supervisord over its unix socket (XML-RPC).

In: the paths of the socket and of supervisord's log. Out: statuses, and programs started or stopped. Every call has a time limit.
"""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

from typing_extensions import override

from deploy.embedded.processes.errors import NotAnsweringError, NotRunningError, StackError
from deploy.embedded.processes.exits import last_exit_codes
from deploy.embedded.processes.programs import ProgramState, ProgramStatus

ANSWER_SECONDS = 10.0
"""How long one answer may take before it is asked again; a busy machine needs more than one."""
# Names and numbers of supervisor's documented faults and process states.
_FAULT_NOT_RUNNING = 70
_FAULT_ALREADY_STARTED = 60
_STATES = {
    0: ProgramState.STOPPED,
    10: ProgramState.STARTING,
    20: ProgramState.RUNNING,
    30: ProgramState.WAITING_TO_RETRY,
    40: ProgramState.STOPPING,
    100: ProgramState.ENDED,
    200: ProgramState.GIVEN_UP,
}


class Control:
    """One running supervisord. Raises NotRunningError when nobody is there, NotAnsweringError when it takes too long."""

    def __init__(self, *, socket_path: Path, supervisor_log: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._socket_path = socket_path
        self._supervisor_log = supervisor_log
        self._answer_seconds = answer_seconds

    def answers(self) -> bool:
        """True if supervisord answers on the socket, False if nobody is there."""
        try:
            self._call("getState")
        except NotRunningError:
            return False
        return True

    def start(self, program: str) -> None:
        """Ask for the program to be started; returns before it runs."""
        try:
            self._call("startProcess", program, False)  # noqa: FBT003 positional by the protocol
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _FAULT_ALREADY_STARTED:
                raise StackError(f"{program} can't be started: {fault.faultString}") from fault

    def stop(self, program: str, *, timeout_s: float) -> None:
        """Stop the program and wait until it has ended; supervisord kills it after its own stop time."""
        try:
            self._call("stopProcess", program, waits_s=timeout_s)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _FAULT_NOT_RUNNING:
                raise StackError(f"{program} can't be stopped: {fault.faultString}") from fault

    def shut_down(self) -> None:
        """Ask supervisord to stop what still runs and to end."""
        self._call("shutdown")

    def statuses(self) -> list[ProgramStatus]:
        """Status of every program, in order of name."""
        found = self._call("getAllProcessInfo")
        exit_codes = last_exit_codes(self._supervisor_log.read_text(errors="replace"))
        return [_status(one, exit_codes.get(one["name"])) for one in found]

    def _call(self, method: str, *arguments: object, waits_s: float = 0.0) -> Any:
        transport = _UnixTransport(self._socket_path, self._answer_seconds + waits_s)
        with xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=transport) as server:
            try:
                return getattr(server.supervisor, method)(*arguments)
            except TimeoutError as error:
                raise NotAnsweringError(
                    f"the process manager lives and does not answer on {self._socket_path}"
                ) from error
            except (OSError, http.client.HTTPException) as error:
                raise NotRunningError(f"no process manager answers on {self._socket_path}: {error}") from error


def _status(info: dict[str, Any], exit_code: int | None) -> ProgramStatus:
    state = _STATES.get(info["state"], ProgramState.UNKNOWN)
    return ProgramStatus(
        name=info["name"],
        state=state,
        pid=info["pid"] or None,
        uptime_s=max(0, info["now"] - info["start"]) if state.has_process else 0,
        exit_code=exit_code,
        log_path=Path(info["stdout_logfile"]),
    )


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__()
        self._path = path
        self._timeout_s = timeout_s

    @override
    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path, self._timeout_s)
        self._connection = host, connection  # where the base class looks for what it has to close
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    @override
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
