"""The topics as `schemas/topics/*.yaml` publish them, ready to be created."""

from deploy.embedded.kafka.topics import TopicSpec
from events.schema_files import load_topic_file
from events.topics import Topic


def topic_specs(*, is_one_machine: bool, replication_factor: int | None = None) -> list[TopicSpec]:
    """Every topic with its partitions and settings.

    On one machine the replication is 1; on a cluster it and the production settings are as published, unless
    `replication_factor` says otherwise.
    """
    return [_spec(topic, replication_factor, is_one_machine=is_one_machine) for topic in Topic]


def _spec(topic: Topic, replication_factor: int | None, *, is_one_machine: bool) -> TopicSpec:
    described = load_topic_file(topic)
    published = described["replication_factor"]["one_machine" if is_one_machine else "production"]
    configs = dict(described.get("configs", {}))
    if not is_one_machine and (replication_factor or published) > 1:
        configs |= described.get("production_configs", {})
    return TopicSpec(
        name=topic.value,
        partitions=described["partitions"],
        replication_factor=replication_factor or published,
        configs={name: str(value) for name, value in configs.items()},
        adjusted=frozenset(described.get("adjusted_configs", ())),
    )
