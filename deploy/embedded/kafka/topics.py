"""Creates topics and checks those that exist already; works against one node and against a cluster.

In: topic specs (the deployer reads them from `schemas/topics/`). Out: every topic exists, every partition has a leader.
Promise: calling it again changes nothing; a topic that exists with other partitions or settings is reported, never
altered, because a changed partition count would send the events of one dossier to two partitions. Only the settings that its
spec names as `adjusted` are brought up to date.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from deploy.embedded.kafka.errors import EmbeddedKafkaError

_NO_ERROR = 0
_POLL_SECONDS = 0.05


class TopicCreationError(EmbeddedKafkaError):
    """The broker refused to create a topic, or it did not become visible in time."""

    exit_code = 18


class TopicMismatchError(EmbeddedKafkaError):
    """A topic exists with other partitions, replication or settings than its spec; the message lists each difference."""

    exit_code = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """One topic as it shall be; settings not named in `configs` are the broker's.

    `adjusted`: those of `configs` that an existing topic gets, too.
    """

    name: str
    partitions: int
    replication_factor: int = 1
    configs: Mapping[str, str] = field(default_factory=dict)
    adjusted: frozenset[str] = frozenset()


async def create_topics(bootstrap: str, topics: Sequence[TopicSpec], *, timeout_s: float = 30.0) -> list[str]:
    """Create what is missing, check what exists, wait until all is visible; the names of the topics created.

    `timeout_s`: seconds to wait for leaders. Raises TopicCreationError, TopicMismatchError, or aiokafka's
    KafkaConnectionError if no broker answers at `bootstrap`.
    """
    if not topics:
        return []
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        present = set(await admin.list_topics())
        created = await _create(admin, [topic for topic in topics if topic.name not in present])
        described = await _wait_for_leaders(admin, topics, time.monotonic() + timeout_s)
        differences = _shape_differences(topics, described)
        in_force = await _adjusted(admin, topics, await _configs(admin, topics))
        differences += _config_differences(topics, in_force)
    finally:
        await admin.close()
    if differences:
        raise TopicMismatchError("; ".join(differences))
    return created


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[TopicSpec]) -> list[str]:
    if not missing:
        return []
    answer = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, topic.replication_factor, topic_configs=dict(topic.configs))
            for topic in missing
        ]
    )
    created = []
    for name, code, message in answer.topic_errors:
        if code == _NO_ERROR:
            created.append(name)
        elif code != TopicAlreadyExistsError.errno:  # another deployer was faster: it is checked below like any other
            raise TopicCreationError(f"topic {name}: {message or for_code(code).__name__}")
    return created


async def _wait_for_leaders(
    admin: AIOKafkaAdminClient, topics: Sequence[TopicSpec], give_up_at: float
) -> dict[str, dict[str, Any]]:
    while True:
        described = {one["topic"]: one for one in await admin.describe_topics([topic.name for topic in topics])}
        waiting = [name for name, one in described.items() if not _has_leaders(one)]
        if not waiting:
            return described
        if time.monotonic() > give_up_at:
            raise TopicCreationError(f"no leader for every partition of {', '.join(sorted(waiting))}")
        await asyncio.sleep(_POLL_SECONDS)


def _has_leaders(described: Mapping[str, Any]) -> bool:
    partitions = described["partitions"]
    return described["error_code"] == _NO_ERROR and bool(partitions) and all(one["leader"] >= 0 for one in partitions)


def _shape_differences(topics: Sequence[TopicSpec], described: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    for topic in topics:
        partitions = described[topic.name]["partitions"]
        replicas = min(len(one["replicas"]) for one in partitions)
        if len(partitions) != topic.partitions:
            found.append(f"topic {topic.name} has {len(partitions)} partitions, its spec says {topic.partitions}")
        if replicas != topic.replication_factor:
            found.append(f"topic {topic.name} has {replicas} replicas, its spec says {topic.replication_factor}")
    return found


async def _configs(admin: AIOKafkaAdminClient, topics: Sequence[TopicSpec]) -> dict[str, dict[str, str]]:
    """Settings in force, of each topic that names some."""
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=dict(topic.configs))
        for topic in topics
        if topic.configs
    ]
    if not asked:
        return {}
    found: dict[str, dict[str, str]] = {}
    for answer in await admin.describe_configs(asked):
        for code, message, _, name, entries in answer.resources:
            if code != _NO_ERROR:
                raise TopicCreationError(f"settings of topic {name}: {message or for_code(code).__name__}")
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


async def _adjusted(
    admin: AIOKafkaAdminClient, topics: Sequence[TopicSpec], in_force: Mapping[str, dict[str, str]]
) -> Mapping[str, dict[str, str]]:
    """The settings in force after those that may be altered were."""
    behind = [
        topic
        for topic in topics
        if any(in_force[topic.name].get(key) != topic.configs[key] for key in topic.adjusted & topic.configs.keys())
    ]
    if not behind:
        return in_force
    # The request takes away whatever it doesn't name, so all that the topic has of its spec goes along.
    kept = [
        {key: value if key in topic.adjusted else in_force[topic.name][key] for key, value in topic.configs.items()}
        for topic in behind
    ]
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=configs)
        for topic, configs in zip(behind, kept, strict=True)
    ]
    for answer in await admin.alter_configs(asked):
        for code, message, _, name in answer.resources:
            if code != _NO_ERROR:
                raise TopicCreationError(f"settings of topic {name}: {message or for_code(code).__name__}")
    return {**in_force, **{topic.name: configs for topic, configs in zip(behind, kept, strict=True)}}


def _config_differences(topics: Sequence[TopicSpec], in_force: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        f"topic {topic.name} has {key}={in_force[topic.name].get(key)}, its spec says {key}={value}"
        for topic in topics
        for key, value in topic.configs.items()
        if in_force[topic.name].get(key) != value
    ]
