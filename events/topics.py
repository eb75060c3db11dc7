"""Names of the topics. Partitions, retention and key rule of each stand in `schemas/topics/<name>.yaml`."""

from enum import StrEnum


class Topic(StrEnum):
    """Every topic of the system; the value is the name on the broker."""

    COUNTER_ACTIONS = "counter-actions"
    COUNTER_ANSWERS = "counter-answers"
    COUNTER_ACTIONS_DLQ = "counter-actions-dlq"
    DOSSIER_EVENTS = "dossier-events"
    DOSSIER_EVENTS_DLQ = "dossier-events-dlq"
    DEADLINE_EVENTS = "deadline-events"
    DEADLINE_EVENTS_DLQ = "deadline-events-dlq"
    REFERENCE_EVENTS = "reference-events"
    REFERENCE_EVENTS_DLQ = "reference-events-dlq"
    DEADLINE_TICKS = "deadline-ticks"
    DEADLINES_CHANGELOG = "deadlines-open-clocks-changelog"
