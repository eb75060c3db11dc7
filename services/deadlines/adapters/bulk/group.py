"""Whether workers of the group are alive."""

import asyncio
import contextlib
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

WORKER_GROUP = "deadlines"
_TRIES = 60
_TRY_SECONDS = 0.25


class WorkerRunningError(Exception):
    """A worker of the group is alive: its rows and offsets are not to be changed under it."""


async def require_no_worker(bootstrap_servers: str) -> None:
    """Raise WorkerRunningError if the worker group has members."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        answer = await _described(admin)
        groups = answer.to_object()["groups"]
    finally:
        await admin.close()
    members = [member for group in groups for member in group["members"]]
    if members:
        raise WorkerRunningError(
            f"{len(members)} deadline worker(s) of group {WORKER_GROUP} are running (or ended less than their session"
            " timeout ago); stop them first"
        )


async def _described(admin: AIOKafkaAdminClient) -> Any:
    """The worker group as the broker knows it; a broker that has never had a group needs some seconds for the first answer."""
    for _ in range(_TRIES):
        with contextlib.suppress(GroupCoordinatorNotAvailableError):
            (answer,) = await admin.describe_consumer_groups([WORKER_GROUP])
            return answer
        await asyncio.sleep(_TRY_SECONDS)
    (answer,) = await admin.describe_consumer_groups([WORKER_GROUP])
    return answer
