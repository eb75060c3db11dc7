"""Health checks that only these tests need; the product has `HttpOk`, `Started` and those of `motcua.stack_programs`."""

import socket
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpPort:
    """Something accepts connections on a port of this machine."""

    port: int

    def passed(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0):
                return True
        except OSError:
            return False

    def __str__(self) -> str:
        return f"nothing accepts connections on 127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A function tells whether the program serves; `unmet` completes the sentence when it does not."""

    probe: Callable[[], bool]
    unmet: str

    def passed(self) -> bool:
        return self.probe()

    def __str__(self) -> str:
        return self.unmet
