"""The topics as `schemas/topics/*.yaml` publish them, ready to be created."""

from deploy.embedded.kafka.topics import TopicSpec
from events.schema_files import load_topic_file
from events.topics import Topic


def topic_specs(*, is_one_machine: bool) -> list[TopicSpec]:
    """Every topic with its partitions and settings; replication 1 on one machine, else as published."""
    return [_spec(topic, is_one_machine=is_one_machine) for topic in Topic]


def _spec(topic: Topic, *, is_one_machine: bool) -> TopicSpec:
    described = load_topic_file(topic)
    replication = described["replication_factor"]["one_machine" if is_one_machine else "production"]
    configs = {name: str(value) for name, value in described.get("configs", {}).items()}
    if is_one_machine:
        configs.pop("min.insync.replicas", None)
    return TopicSpec(
        name=topic.value, partitions=described["partitions"], replication_factor=replication, configs=configs
    )
