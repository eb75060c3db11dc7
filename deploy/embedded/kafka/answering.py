"""Whether a Kafka broker answers on a port: the health check of the process manager."""

import socket

from deploy.embedded.kafka.settings import HOST

# An ApiVersions request v0 (key 18) with an empty client id, behind its 4 bytes of length. The broker opens the port
# for clients last; asking it one question tells that Kafka listens there, and not something else.
_API_VERSIONS_REQUEST = bytes([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0, 0])


def answers(port: int, host: str = HOST, *, timeout_s: float = 2.0) -> bool:
    """True if a Kafka broker answers on the port."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(_API_VERSIONS_REQUEST)
            return len(connection.recv(4, socket.MSG_WAITALL)) == 4
    except OSError:
        return False
