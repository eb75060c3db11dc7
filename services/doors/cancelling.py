"""A cancellation that a library swallowed is still one: whoever tries again asks here first, or the program never ends."""

import asyncio


def give_way_to_cancellation() -> None:
    """Raises CancelledError where the running task was asked to end and something beneath it went on regardless.

    aiokafka does so when it is cancelled while it closes a client whose broker is away: it raises its own error, or none.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
