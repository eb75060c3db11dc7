"""A cell of a CSV that people open in a spreadsheet: what would run there as a formula is made text. Pure.

A name or a code comes from whoever sent it. A spreadsheet takes a cell that begins with = + - @ or a control letter for a
formula, which may fetch an address or run a program; an apostrophe in front makes it text, and isn't shown. Numbers stay numbers.
"""

import re

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")


def harmless_cell(text: str) -> str:
    """The text as it may stand in such a file."""
    is_formula = text.lstrip(" \u00a0\ufeff").startswith(_BEGINS_A_FORMULA) and _NUMBER.fullmatch(text) is None
    return f"'{text}" if is_formula else text
