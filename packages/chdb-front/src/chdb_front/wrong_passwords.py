"""Who gave wrong passwords lately, and how long that caller must wait. In: names, addresses, times. Out: seconds.

Pure; times are seconds of any clock that only goes forward. Promise: a bounded number of callers is remembered, the one
least heard of is forgotten first.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

FREE_FAILURES: Final = 5
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 30.0
FORGOTTEN_AFTER_SECONDS: Final = 600.0
MOST_CALLERS: Final = 4096
_OF_A_HOUSEHOLD: Final = 64

Caller = tuple[str, str]


@dataclass(slots=True)
class _Record:
    failures: int = 0
    failed_at: float = 0.0
    closed_until: float = 0.0
    has_succeeded: bool = False


class WrongPasswords:
    """A caller is an account and an address; after five failures each further one doubles the wait."""

    def __init__(self) -> None:
        self._of: OrderedDict[Caller, _Record] = OrderedDict()

    def wait_seconds(self, caller: Caller, now: float) -> float:
        """How long this caller is not listened to; 0 if at once."""
        record = self._of.get(caller)
        return 0.0 if record is None else max(0.0, record.closed_until - now)

    def is_known(self, caller: Caller) -> bool:
        """True if the right password came from there before."""
        record = self._of.get(caller)
        return record is not None and record.has_succeeded

    def failed(self, caller: Caller, now: float) -> None:
        """A wrong password."""
        record = self._record(caller)
        if now - record.failed_at > FORGOTTEN_AFTER_SECONDS:
            record.failures = 0
        record.failures += 1
        record.failed_at = now
        beyond = record.failures - FREE_FAILURES
        if beyond > 0:
            wait = FIRST_WAIT_SECONDS * 2 ** min(beyond - 1, 16)
            record.closed_until = now + min(wait, LONGEST_WAIT_SECONDS)

    def succeeded(self, caller: Caller) -> None:
        """The right password: what was before is forgiven."""
        record = self._record(caller)
        record.failures, record.closed_until, record.has_succeeded = 0, 0.0, True

    def _record(self, caller: Caller) -> _Record:
        record = self._of.setdefault(caller, _Record())
        self._of.move_to_end(caller)
        if len(self._of) > MOST_CALLERS:
            self._of.popitem(last=False)
        return record


def network_of(address: str) -> str:
    """The address, or of IPv6 the network of 64 bits, which one household has to choose from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((found, _OF_A_HOUSEHOLD), strict=False))
