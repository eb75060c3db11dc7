"""Who is meant by an identity, however it was typed: the one form by which persons are compared (B14). Pure.

`CB1`, `cb1 ` and `cb1` with an invisible character in it are one person, and so is the full-width form. What looks alike in
another script stays another identity: that can't be told from a difference that is meant.
"""

import unicodedata
from functools import lru_cache

_IGNORABLE = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties) as far as it is not in category Cf."""
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@lru_cache(maxsize=65_536)  # the same officers come again and again
def person_of(identity: str) -> str:
    """The identity after NFKC and case folding, without white space, control, format and other ignorable characters.

    Empty where nothing else stands there; then it names nobody.
    """
    # Once more after what can't be seen is gone: it may have kept letters and marks apart that belong together.
    return _folded("".join([one for one in _folded(identity) if _is_seen(one)]))


def is_same_person(one: str, other: str) -> bool:
    """Whether two identities name one person."""
    return person_of(one) == person_of(other)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _is_seen(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) not in _UNSEEN and not any(low <= code <= high for low, high in _IGNORABLE)
