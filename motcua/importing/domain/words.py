"""Texts as people and old systems write them, brought into one form; and what a misspelt name was meant to be. Pure."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_NOT_SEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def clean(text: str) -> str:
    """NFC, without what can't be seen, runs of white space and line breaks as one space, edges trimmed."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_NOT_SEEN).split())


def folded(text: str) -> str:
    """For comparing values and names: clean, and without regard to case."""
    return clean(text).casefold()


def meant(given: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one is likely to mean."""
    by_form = {folded(one): one for one in known}
    found = get_close_matches(folded(given), by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else None
