"""Whether a test fails on what was spoilt on purpose."""

from collections.abc import Callable


def fails(check: Callable[[], None]) -> bool:
    """Whether a test fails."""
    try:
        check()
    except AssertionError:
        return True
    return False
