"""Several parts are asked at once, and the slowest holds up nobody."""

import threading
import time

from motcua.asking import NoAnswerError, answers_within


def test_what_hangs_is_left_behind_and_the_rest_is_answered() -> None:
    never = threading.Event()
    began = time.monotonic()
    found = answers_within(
        0.3, {"well": lambda: 7, "hangs": never.wait, "hangs too": never.wait, "fails": lambda: 1 // 0}
    )
    took = time.monotonic() - began
    never.set()
    assert took < 1
    assert found["well"] == 7
    assert isinstance(found["fails"], ZeroDivisionError)
    assert [str(found[name]) for name in ("hangs", "hangs too")] == ["does not answer within 0.3 s"] * 2
    assert isinstance(found["hangs"], NoAnswerError)
