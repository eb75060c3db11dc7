"""Asks several parts at the same time and waits for none of them longer than agreed, whatever hangs."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any


class NoAnswerError(Exception):
    """A part lives, perhaps, and did not answer in time."""


def answers_within(seconds: float, questions: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each question answered, or the exception that it ended with; NoAnswerError for one that took longer.

    A question that hangs is left behind in its thread, which ends with the process.
    """
    answers: dict[str, Any] = {}
    threads = [threading.Thread(target=_ask, args=(name, ask, answers), daemon=True) for name, ask in questions.items()]
    give_up_at = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, give_up_at - time.monotonic()))
    late = NoAnswerError(f"does not answer within {seconds:g} s")
    return {name: answers.get(name, late) for name in questions}


def _ask(name: str, ask: Callable[[], Any], answers: dict[str, Any]) -> None:
    try:
        answers[name] = ask()
    except Exception as error:  # noqa: BLE001  # told by whoever asked
        answers[name] = error
