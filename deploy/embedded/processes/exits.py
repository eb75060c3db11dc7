"""How each program ended last, read from supervisord's own log.

supervisord forgets an exit code as soon as it starts the program again, and never tells it for a program that ended
before it had settled; its log has every one. In: the log's text. Out: exit codes by program. Pure.
"""

from __future__ import annotations

import re
import signal

_STARTED = "supervisord started with pid"
_EXITED = re.compile(r" exited: (?P<program>.+) \((?:exit status (?P<code>\d+)|terminated by (?P<signal>SIG\w+))")
_STOPPED = re.compile(r" stopped: (?P<program>.+) \((?:exit status (?P<code>\d+)|terminated by (?P<signal>SIG\w+))")


def last_exit_codes(supervisor_log: str) -> dict[str, int]:
    """Last exit code of each program that ended in the newest run; minus the signal's number if one ended it."""
    newest_run = supervisor_log[supervisor_log.rfind(_STARTED) :] if _STARTED in supervisor_log else supervisor_log
    codes = {}
    for line in newest_run.splitlines():
        found = _EXITED.search(line) or _STOPPED.search(line)
        if found:
            codes[found["program"]] = int(found["code"]) if found["code"] else -_signal_number(found["signal"])
    return codes


def _signal_number(name: str) -> int:
    return int(signal.Signals[name]) if name in signal.Signals.__members__ else 0
