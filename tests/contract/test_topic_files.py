"""Topic files fit their schema and agree with one another."""

import pytest

from events.schema_files import load_topic_file
from events.topics import Topic
from tests.contract.published import wrong_fields

TIMED = [Topic.DOSSIER_EVENTS, Topic.DEADLINE_EVENTS, Topic.DEADLINE_TICKS, Topic.DEADLINES_CHANGELOG]
DEAD_LETTERS = [topic for topic in Topic if topic.endswith("-dlq")]
FOREVER = [Topic.DOSSIER_EVENTS, Topic.DEADLINE_EVENTS, Topic.REFERENCE_EVENTS, *DEAD_LETTERS]


@pytest.mark.parametrize("topic", Topic)
def test_a_topic_file_fits_its_schema_and_is_named_as_its_topic(topic: Topic) -> None:
    assert wrong_fields("topic-file.v1", load_topic_file(topic)) == set()
    assert load_topic_file(topic)["name"] == topic


def test_co_partitioned_topics_have_as_many_partitions_and_name_each_other() -> None:
    assert len({load_topic_file(topic)["partitions"] for topic in TIMED}) == 1
    for topic in TIMED:
        assert set(load_topic_file(topic)["co_partitioned_with"]) == set(TIMED) - {topic}


def test_no_other_topic_claims_to_be_co_partitioned() -> None:
    assert [topic for topic in Topic if "co_partitioned_with" in load_topic_file(topic)] == [
        topic for topic in Topic if topic in TIMED
    ]


@pytest.mark.parametrize("topic", FOREVER)
def test_the_record_and_dead_letters_are_kept_for_ever(topic: Topic) -> None:
    configs = load_topic_file(topic)["configs"]
    assert configs["cleanup.policy"] == "delete"
    assert configs["retention.ms"] == "-1"
    assert configs["retention.bytes"] == "-1"


@pytest.mark.parametrize("topic", [topic for topic in Topic if topic not in [*FOREVER, Topic.DEADLINES_CHANGELOG]])
def test_what_passes_through_is_kept_for_a_limited_time(topic: Topic) -> None:
    assert int(load_topic_file(topic)["configs"]["retention.ms"]) >= 86_400_000


@pytest.mark.parametrize("topic", [Topic.COUNTER_ACTIONS, Topic.COUNTER_ANSWERS, Topic.DEADLINE_TICKS])
def test_the_broker_dates_records_of_others_so_that_old_history_is_not_deleted_at_once(topic: Topic) -> None:
    assert load_topic_file(topic)["configs"]["message.timestamp.type"] == "LogAppendTime"


def test_the_changelog_is_compacted() -> None:
    configs = load_topic_file(Topic.DEADLINES_CHANGELOG)["configs"]
    assert configs["cleanup.policy"] == "compact"
    assert "retention.ms" not in configs


@pytest.mark.parametrize("topic", DEAD_LETTERS)
def test_a_dead_letter_topic_belongs_to_a_topic_and_says_where_a_record_came_from(topic: Topic) -> None:
    original = load_topic_file(Topic(topic.removesuffix("-dlq")))
    assert topic in original["bad_messages"]
    assert set(load_topic_file(topic)["headers"]) == {
        "dlq_topic",
        "dlq_partition",
        "dlq_offset",
        "dlq_reason",
    }
    assert load_topic_file(topic)["partitions"] == 1
