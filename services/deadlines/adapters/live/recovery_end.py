"""Ends the recovery of a table whose changelog was written in transactions."""

from collections.abc import Mapping
from typing import Any

from faust.types import TP

from services.deadlines.adapters.live.consumer_thread import Fetched


def pass_markers(recovery: Any, fetched: Mapping[TP, Fetched]) -> None:
    """End a recovery whose changelog ends with markers of transactions, as the bulk path leaves it.

    Faust waits for a record at the last offset; a marker is none, so it would wait forever. The queue of changelog records must
    be empty: what was fetched was then either applied or thrown away, and the offsets tell which.
    """
    has_passed = False
    for tp in recovery.active_tps:
        last, read, seen = recovery.active_highwaters[tp], recovery.active_offsets[tp], fetched.get(tp)
        if last is None or read is None or read >= last or seen is None or seen.position <= last:
            continue
        if seen.last_offset is None or read >= seen.last_offset:
            recovery.active_offsets[tp] = last
            has_passed = True
    if has_passed and not recovery.need_recovery():
        recovery.flush_buffers()
        recovery._set_recovery_ended()  # noqa: SLF001 as its own loop does behind the last record
        recovery.signal_recovery_end.set()
