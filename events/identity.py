"""What is meant by an identity, however it was typed: the one form by which persons (B14) and codes of dossiers are compared.

`CB1`, `cb1 ` and `cb1` with an invisible character in it are one person, and so is the full-width form; a code of a dossier in
small letters, or with a dash for its hyphen, is the same code. What looks alike in another script stays another identity: that
can't be told from a difference that is meant. Pure.
"""

import unicodedata
from functools import lru_cache

_IGNORABLE = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties) as far as it is not in category Cf."""
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_UNSEEN = _SPACES | {"Cc", "Cf"}
_DASH = "Pd"
_MORE_DASHES = "\u02d7\u2043\u207b\u208b\u2212"
"""What is typed for a hyphen and is in another category than the dashes: modifier, bullet, raised, lowered and minus."""


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


def code_of(written: str) -> str:
    """The one form of a dossier's code: NFKC, capitals, every dash a hyphen, nothing that can't be seen, single spaces inside.

    Two codes are one if this form of both is equal. An ordinary code is its own form. Empty where nothing can be seen.
    """
    if written.isascii() and written.isprintable():
        return " ".join(written.upper().split())
    return _unusual_code_of(written)


@lru_cache(maxsize=65_536)  # a dossier is named again by each of its actions
def _unusual_code_of(written: str) -> str:
    # Dashes before the rest: NFKC makes other signs of some. Capitals last, by way of case folding, which knows more pairs.
    hyphened = "".join(["-" if _is_dash(one) else one for one in shown_code(written)])
    return " ".join(unicodedata.normalize("NFKC", _folded(_seen(_folded(hyphened))).upper()).split())


def shown_code(written: str) -> str:
    """A code as it is kept for people to read: as it was written, composed (NFC), without edges and what can't be seen."""
    if written.isascii() and written.isprintable():
        return written.strip()
    return unicodedata.normalize("NFC", _seen(unicodedata.normalize("NFC", written))).strip()


def letters_of(code: str) -> str:
    """The letters and digits of a code in its one form: what two writings of one code always share, for a first search."""
    return "".join([one for one in code if one.isalnum()])


def _seen(text: str) -> str:
    """A text without what can't be seen; white space stays, as plain spaces."""
    return "".join([" " if one.isspace() else one for one in text if one.isspace() or _is_seen(one)])


def _is_dash(character: str) -> bool:
    return character in _MORE_DASHES or unicodedata.category(character) == _DASH


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _is_seen(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) not in _UNSEEN and not any(low <= code <= high for low, high in _IGNORABLE)
