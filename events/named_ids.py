"""Ids that follow from a name (UUIDv5, RFC 9562). Pure.

Written out, because every event needs one and `uuid.uuid5` takes three times as long.
"""

from collections.abc import Callable
from hashlib import sha1
from uuid import UUID

_VARIANT = {f"{digit:x}": f"{digit & 0x3 | 0x8:x}" for digit in range(16)}


def ids_in(namespace: UUID) -> Callable[[str], str]:
    """What gives, for a name, the text of its UUIDv5 in that namespace."""
    begin = namespace.bytes

    def id_of(name: str) -> str:
        text = sha1(begin + name.encode(), usedforsecurity=False).hexdigest()
        # The version (5) and the variant stand in the thirteenth and the seventeenth digit.
        return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"

    return id_of
