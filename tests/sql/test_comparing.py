"""What is recorded and what is counted, compared by the loader: each loss and each forgery is red, and so is not comparing."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from events.envelope import Event
from services.stats.adapters.comparing import RECORDED, begin, compare
from services.stats.adapters.recorded_side import Ages, Settled
from services.stats.domain.comparison import UNSEEN_SECONDS, Pair
from services.stats.questions import comparisons, loading
from tests.sql.loading import call_whole, load
from tests.unit.stats.dossiers import Dossier, at

HOUR = 3600.0
MONDAY = at("2026-03-02")


def dossier(number: int) -> Event:
    dossier_id = f"{number:02x}{str(uuid4())[2:]}"
    return Dossier(dossier_id).accepted(MONDAY).events[0]


class Intake:
    """The side of intake: what is recorded, all of it an hour old; `is_away`: it does not answer."""

    def __init__(self, events: Collection[Event], settled: int | None = None) -> None:
        self.events = list(events)
        self.settled_events = self.events if settled is None else self.events[:settled]
        self.is_away = False
        self.asked: list[str] = []

    def settled(self) -> Settled:
        self._answers("")
        until = max((one.envelope.recorded_at for one in self.settled_events), default=datetime.fromtimestamp(0, UTC))
        counts = Counter(one.envelope.dossier_id[:2] for one in self.settled_events)
        return Settled(len(self.settled_events), until, 60.0, counts)

    def counts_within(self, prefix: str, through: int) -> Mapping[str, int]:
        self._answers(prefix)
        ids = [one.envelope.dossier_id for one in self.events[:through]]
        return Counter(one[:4] for one in ids if one.startswith(prefix))

    def events_within(self, prefix: str, width: int) -> Ages:
        self._answers(prefix)
        assert len(prefix) == width
        about = [one.envelope for one in self.events if one.envelope.dossier_id.startswith(prefix)]
        return {(one.dossier_id, one.stream_seq, one.event_id): HOUR for one in about}

    def _answers(self, prefix: str) -> None:
        if self.is_away:
            raise TimeoutError("timed out")
        self.asked.append(prefix)


@pytest.fixture
def counted(client: Client) -> Iterator[Client]:
    """Nothing is counted and nothing was compared."""
    for table in ("events", "dossiers", "comparisons"):
        client.command(f"TRUNCATE TABLE {table}")
    return client


def count(client: Client, events: Collection[Event], *, age_seconds: float = HOUR) -> None:
    """As the loader counts them, so long ago."""
    asyncio.run(load(client, list(events)))
    asyncio.run(call_whole(client))
    client.command(
        f"ALTER TABLE events UPDATE ingested_at = now64(6) - toIntervalSecond({age_seconds}) WHERE 1 SETTINGS mutations_sync = 1"
    )


def compared(client: Client, intake: Intake) -> Pair:
    compare(client, intake)
    return next(one for one in comparisons(client) if one.name == RECORDED)


EVENTS = [dossier(number) for number in range(40)]


def test_what_is_counted_as_it_was_recorded_is_the_same_and_only_counts_are_asked(counted: Client) -> None:
    count(counted, EVENTS)
    intake = Intake(EVENTS)
    pair = compared(counted, intake)
    assert (pair.verdict, pair.expected, pair.found) == ("same", 40, 40)
    assert (intake.asked, loading(counted).state) == ([""], "current")


def test_what_was_recorded_and_not_counted_is_red_by_its_name_until_it_is_counted(counted: Client) -> None:
    *published, lost = EVENTS
    count(counted, published)
    intake = Intake(EVENTS)
    pair = compared(counted, intake)
    about = lost.envelope
    assert (pair.verdict, pair.first()) == (
        "differs",
        [f"dossier {about.dossier_id} number 1 event {about.event_id}"],
    )
    assert loading(counted).state == "differs"
    assert intake.asked == ["", about.dossier_id[:2], about.dossier_id[:4]]
    count(counted, [lost])
    assert compared(counted, intake).verdict == "same"
    assert loading(counted).state == "current"


@pytest.mark.parametrize("recorded_at", [MONDAY, datetime(2099, 1, 1, tzinfo=UTC)], ids=["then", "in another century"])
@pytest.mark.parametrize("dossier_id", ["", "ZZ-no id"], ids=["of a dossier", "of none"])
def test_what_was_counted_and_never_recorded_is_red_whatever_it_says_of_itself(
    counted: Client, recorded_at: datetime, dossier_id: str
) -> None:
    about = EVENTS[7].envelope
    forged = replace(
        EVENTS[7],
        envelope=replace(
            about,
            event_id=str(uuid4()),
            stream_seq=2,
            recorded_at=recorded_at,
            dossier_id=dossier_id or about.dossier_id,
        ),
    )
    count(counted, [*EVENTS, forged])
    pair = compared(counted, Intake(EVENTS))
    assert (pair.verdict, len(pair.first())) == ("differs", 1)
    assert forged.envelope.event_id in pair.first()[0]
    assert loading(counted).state == "differs"


def test_what_is_recorded_just_now_is_on_neither_side_whatever_of_it_is_counted(counted: Client) -> None:
    now = datetime.now(UTC)
    fresh = [
        replace(one, envelope=replace(one.envelope, recorded_at=now - timedelta(seconds=20 - number)))
        for number, one in enumerate(dossier(number) for number in range(40, 44))
    ]
    count(counted, EVENTS)
    asyncio.run(load(counted, fresh[:2]))
    intake = Intake([*EVENTS, *fresh], settled=len(EVENTS))
    pair = compared(counted, intake)
    assert (pair.verdict, pair.expected, pair.found, intake.asked) == ("same", 40, 40, [""])


def test_what_nobody_compares_any_more_is_red_after_minutes_and_a_difference_of_before_stays(counted: Client) -> None:
    count(counted, EVENTS[1:])
    begin(counted)
    assert loading(counted).state == "current"
    intake = Intake(EVENTS)
    intake.is_away = True
    assert compared(counted, intake).reason == "timed out"
    assert loading(counted).state == "current"
    some_minutes_later(counted)
    pair = compared(counted, intake)
    assert (pair.verdict, pair.reason) == ("uncompared", "timed out")
    assert loading(counted).state == "uncompared"
    intake.is_away = False
    assert compared(counted, intake).verdict == "differs"
    intake.is_away = True
    some_minutes_later(counted)
    assert compared(counted, intake).verdict == "differs"
    assert loading(counted).state == "differs"


def test_a_comparison_that_never_ends_is_red_after_minutes(counted: Client) -> None:
    count(counted, EVENTS)
    begin(counted)
    some_minutes_later(counted)
    begin(counted)
    assert loading(counted).state == "uncompared"
    assert {one.verdict for one in comparisons(counted)} == {"uncompared"}


def some_minutes_later(client: Client) -> None:
    client.command(
        f"ALTER TABLE comparisons UPDATE seen_at = seen_at - toIntervalSecond({UNSEEN_SECONDS + 1}) WHERE 1"
        " SETTINGS mutations_sync = 1"
    )
