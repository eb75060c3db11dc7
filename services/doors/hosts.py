"""By which names a door may be called: the guard against DNS rebinding. Pure.

A page of a stranger, open in an officer's browser, may let its own name point to 127.0.0.1 and so speak to what only listens
there. The browser then says that name in `Host`, so only names of ours are answered. An address is no name: nobody can let it
point elsewhere.
"""

from collections.abc import Collection
from ipaddress import ip_address

LOCAL = frozenset({"localhost"})


def hosts_of(named: str, listening: str) -> frozenset[str]:
    """The names that are answered: `localhost`, those of the setting (with commas), and the one on which the door listens."""
    names = [*named.split(","), listening]
    return LOCAL | {name for one in names if (name := _plain(one.strip()))}


def is_answered(host: str | None, hosts: Collection[str]) -> bool:
    """Whether a request with this `Host` is answered. One without it comes from no browser."""
    if host is None:
        return True
    name = _plain(host.strip())
    return name in hosts or _is_address(name)


def _plain(host: str) -> str:
    """A name or an address without port, brackets and the dot of the root, in small letters."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name, colon, _ = host.rpartition(":")
    return (name if colon and ":" not in name else host).lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
