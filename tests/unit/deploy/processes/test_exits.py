"""Exit codes from supervisord's log."""

from __future__ import annotations

from deploy.embedded.processes.exits import last_exit_codes

OLD_RUN = """\
2026-11-21 22:16:58,383 INFO supervisord started with pid 11
2026-11-21 22:16:59,348 WARN exited: broker (exit status 9; not expected)
"""
NEW_RUN = """\
2026-11-21 22:17:58,383 INFO supervisord started with pid 22
2026-11-21 22:17:58,409 INFO spawned: 'intake' with pid 23
2026-11-21 22:17:59,348 WARN exited: intake (exit status 3; not expected)
2026-11-21 22:18:00,857 WARN exited: intake (terminated by SIGKILL; not expected)
2026-11-21 22:18:00,858 WARN exited: stats (exit status 4; not expected)
2026-11-21 22:18:01,383 INFO stopped: alerts (exit status 0)
2026-11-21 22:18:02,383 WARN stopped: deaf (terminated by SIGKILL)
"""


def test_the_last_end_of_each_program_in_the_newest_run_counts() -> None:
    assert last_exit_codes(OLD_RUN + NEW_RUN) == {"intake": -9, "stats": 4, "alerts": 0, "deaf": -9}


def test_a_program_that_never_ended_has_no_exit_code() -> None:
    assert last_exit_codes(OLD_RUN + NEW_RUN.splitlines()[0]) == {}


def test_a_log_that_was_rotated_still_tells() -> None:
    assert last_exit_codes(NEW_RUN.splitlines()[-1]) == {"deaf": -9}
