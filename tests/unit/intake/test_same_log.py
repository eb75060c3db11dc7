"""Intake and relay refuse a store that is not the one that was published, whether it ends too early or went on."""

from dataclasses import dataclass
from typing import Any

import pytest

from services.intake.adapters.kafka_tail import NOTHING, Published
from services.intake.adapters.same_log import LogBehindKafkaError, require_same_log
from services.intake.ports import LogEntry


@dataclass
class Log:
    """A store's log with these events, numbered from 1."""

    ids: list[str]

    def read_after(self, notification_id: int, limit: int) -> list[LogEntry]:
        later = enumerate(self.ids[notification_id:], start=notification_id + 1)
        return [LogEntry(notification_id=number, structured={"id": one}) for number, one in later][:limit]

    def last_id(self) -> int:
        return len(self.ids)


@pytest.mark.parametrize("published", [NOTHING, Published(1, "a"), Published(3, "c"), Published(2, "")])
def test_the_store_that_was_published_is_taken_however_far_the_relay_is(published: Published) -> None:
    log: Any = Log(["a", "b", "c"])
    require_same_log(log, published)


def test_an_older_copy_is_refused_with_the_commands_that_mend_it() -> None:
    log: Any = Log(["a"])
    with pytest.raises(
        LogBehindKafkaError, match=r"holds number 3, the event store ends at 1.*restore FILE.*rebuild kafka"
    ):
        require_same_log(log, Published(3, "c"))


def test_an_older_copy_that_recorded_again_is_refused_though_it_is_long_enough() -> None:
    log: Any = Log(["a", "b", "x", "y", "z"])
    with pytest.raises(
        LogBehindKafkaError, match="number 3 of dossier-events is event c, that of the event store is x"
    ):
        require_same_log(log, Published(3, "c"))
