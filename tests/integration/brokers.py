"""The run's one broker between two tests: emptied of topics and of the members of groups that were killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.group import LeaveGroupRequest

from tests.waiting import until_async


async def emptied(bootstrap: str) -> str:
    """Delete every topic, and offsets with them, and let every group be without members; the broker's address again."""
    async with _admin_of(bootstrap) as admin:
        for group, _ in await admin.list_consumer_groups():
            await _members_leave(admin, group)
        if topics := await _topics(admin):
            await admin.delete_topics(topics)
            await until_async(lambda: _has_no_topic(admin), 20, f"{topics} deleted")
    return bootstrap


async def members_leave(bootstrap: str, group: str) -> None:
    """Take a group's members off, as an operator may: a static one that ended counts as alive for its session's length."""
    async with _admin_of(bootstrap) as admin:
        await _members_leave(admin, group)


@asynccontextmanager
async def _admin_of(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _members_leave(admin: AIOKafkaAdminClient, group: str) -> None:
    coordinator = await admin.find_coordinator(group)
    (described,) = await admin.describe_consumer_groups([group], coordinator)
    for found in described.to_object()["groups"]:
        for member in found["members"]:
            left = await admin._send_request(LeaveGroupRequest(group, member["member_id"]), coordinator)
            assert left.error_code == 0, (group, member["member_id"], left)


async def _topics(admin: AIOKafkaAdminClient) -> list[str]:
    return [name for name in await admin.list_topics() if not name.startswith("__")]


async def _has_no_topic(admin: AIOKafkaAdminClient) -> bool:
    return not await _topics(admin)
