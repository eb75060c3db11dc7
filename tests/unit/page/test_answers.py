"""Many ask at once: equal questions are worked out once, what is kept is never behind the loader, and the queue has an end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from services.page.adapters import answers as answers_module
from services.page.adapters.answers import Answers, Body, BusyError, Limits, retry_seconds
from services.page.adapters.looks import Looks
from services.page.adapters.reader import Place
from services.page.domain.parameters import read_listing, read_question
from tests.waiting import until_async

NOON = datetime(2026, 3, 11, 5, tzinfo=UTC)
PATIENT = Limits(at_once=2, waiting=3, patience_seconds=20)


class Counting:
    """A loader and what it has counted: work says how much there was when it began, and ends when it may."""

    def __init__(self) -> None:
        self.counted = 1
        self.asked: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    async def place(self) -> Place:
        return (("dossier-events", 0, self.counted),)

    def work(self, name: str) -> Callable[[], Awaitable[Body]]:
        async def ask() -> Body:
            self.asked.append(name)
            counted = self.counted
            await self.open.wait()
            return Body(content=f"{name} {counted}".encode())

        return ask


@pytest.fixture
def counting() -> Counting:
    return Counting()


async def told(answers: Answers, counting: Counting, name: str) -> str:
    return (await answers.answer(name, counting.work(name))).body.content.decode()


async def test_equal_questions_at_the_same_time_are_worked_out_once_and_all_get_the_answer(counting: Counting) -> None:
    answers = Answers(counting.place)
    assert await asyncio.gather(*(told(answers, counting, "a") for _ in range(500))) == ["a 1"] * 500
    assert counting.asked == ["a"]


async def test_an_answer_is_kept_for_a_moment_and_not_longer(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(counting.place)
    assert [await told(answers, counting, "a") for _ in range(3)] == ["a 1"] * 3
    assert counting.asked == ["a"]
    monkeypatch.setattr(answers_module, "KEPT_SECONDS", -1.0)
    await told(answers, counting, "a")
    assert counting.asked == ["a", "a"]


async def test_what_was_counted_before_a_question_came_is_in_its_answer(counting: Counting) -> None:
    answers = Answers(counting.place)
    for counted in (1, 2, 3):
        counting.counted = counted
        assert await told(answers, counting, "a") == f"a {counted}"


async def test_an_answer_that_began_before_more_was_counted_is_not_given_to_who_comes_later(counting: Counting) -> None:
    answers = Answers(counting.place)
    counting.open.clear()
    early = asyncio.ensure_future(told(answers, counting, "a"))
    await until_async(lambda: counting.asked == ["a"], 10, "the first question to begin")
    counting.counted = 2
    late = [asyncio.ensure_future(told(answers, counting, "a")) for _ in range(5)]
    await until_async(lambda: counting.asked == ["a", "a"], 10, "the second question to begin")
    counting.open.set()
    assert await early == "a 1"
    assert await asyncio.gather(*late) == ["a 2"] * 5
    assert await told(answers, counting, "a") == "a 2"
    assert counting.asked == ["a", "a"]


async def test_without_a_loader_that_reports_nothing_is_kept(counting: Counting) -> None:
    async def nowhere() -> Place:
        return ()

    answers = Answers(nowhere)
    await told(answers, counting, "a")
    counting.counted = 2
    assert await told(answers, counting, "a") == "a 2"


async def test_different_questions_wait_in_turn_and_only_what_finds_no_room_is_sent_away(counting: Counting) -> None:
    answers = Answers(counting.place, PATIENT)
    counting.open.clear()
    asked = [asyncio.ensure_future(told(answers, counting, name)) for name in "abcdef"]
    with pytest.raises(BusyError):
        await asked[5]
    assert counting.asked == ["a", "b"]
    again = asyncio.ensure_future(told(answers, counting, "e"))  # it waits already: with it one waits for nothing more
    counting.open.set()
    assert await asyncio.gather(*asked[:5], again) == ["a 1", "b 1", "c 1", "d 1", "e 1", "e 1"]
    assert counting.asked == ["a", "b", "c", "d", "e"]


async def test_who_has_waited_too_long_is_sent_away_and_his_question_is_not_asked(counting: Counting) -> None:
    answers = Answers(counting.place, Limits(at_once=1, patience_seconds=0.05))
    counting.open.clear()
    first = asyncio.ensure_future(told(answers, counting, "a"))
    await until_async(lambda: counting.asked == ["a"], 10, "the first question to begin")
    with pytest.raises(BusyError):
        await told(answers, counting, "b")
    counting.open.set()
    assert await first == "a 1"
    assert await told(answers, counting, "c") == "c 1"
    assert counting.asked == ["a", "c"]


async def test_what_goes_wrong_is_told_to_all_who_wait_and_is_not_kept(counting: Counting) -> None:
    answers = Answers(counting.place)

    async def broken() -> Body:
        raise ZeroDivisionError

    gone_wrong = await asyncio.gather(*(answers.answer("a", broken) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in gone_wrong] == [ZeroDivisionError] * 3
    assert await told(answers, counting, "a") == "a 1"


async def test_what_is_kept_has_a_bound_and_the_oldest_goes(counting: Counting) -> None:
    answers = Answers(counting.place, Limits(kept_bytes=9, largest_kept=5))
    for name in ("a", "b", "c"):  # three bytes each
        await told(answers, counting, name)
    await told(answers, counting, "b")
    await told(answers, counting, "long one")  # larger than what is kept at all
    await told(answers, counting, "d")
    await told(answers, counting, "b")
    await told(answers, counting, "a")
    await told(answers, counting, "long one")
    assert counting.asked == ["a", "b", "c", "long one", "d", "a", "long one"]


async def test_the_end_leaves_nobody_waiting(counting: Counting) -> None:
    answers = Answers(counting.place, Limits(at_once=1))
    counting.open.clear()
    asked = [asyncio.ensure_future(told(answers, counting, name)) for name in "ab"]
    await until_async(lambda: counting.asked == ["a"], 10, "the first question to begin")
    await answers.close()
    ended = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)
    assert [type(one) for one in ended] == [asyncio.CancelledError] * 2


async def test_a_look_that_began_before_one_asked_is_too_old_and_the_next_serves_all() -> None:
    began: list[int] = []
    go_on = asyncio.Event()

    async def look() -> int:
        began.append(len(began) + 1)
        await go_on.wait()
        return began[-1]

    looks = Looks(look, 20)
    first = asyncio.ensure_future(looks.newest())
    await until_async(lambda: began == [1], 10, "the first look to begin")
    later = [asyncio.ensure_future(looks.newest()) for _ in range(50)]
    go_on.set()
    assert (await first, await asyncio.gather(*later), began) == (1, [2] * 50, [1, 2])


async def test_a_look_that_failed_is_told_to_who_asked_and_the_next_is_a_new_one() -> None:
    failing = [True]

    async def look() -> str:
        if failing:
            raise ZeroDivisionError
        return "seen"

    looks = Looks(look, 20)
    with suppress(ZeroDivisionError):
        raise AssertionError(await looks.newest())
    failing.clear()
    assert await looks.newest() == "seen"
    await looks.close()


async def test_nobody_waits_for_two_looks_that_hang() -> None:
    hanging = asyncio.Event()
    looks = Looks(hanging.wait, 0.1)
    began = asyncio.get_running_loop().time()
    gone_wrong = await asyncio.gather(*(looks.newest() for _ in range(3)), return_exceptions=True)
    again = await asyncio.gather(looks.newest(), return_exceptions=True)
    assert [type(one) for one in [*gone_wrong, *again]] == [TimeoutError] * 4
    assert asyncio.get_running_loop().time() - began < 5
    await looks.close()


@pytest.mark.parametrize(
    ("waiting", "at_once", "mean", "seconds"), [(0, 3, 0.2, 1), (100, 4, 0.5, 13), (500, 3, 9.0, 60), (7, 1, 1.0, 7)]
)
def test_who_is_sent_away_is_told_when_the_queue_will_be_worked_off(
    waiting: int, at_once: int, mean: float, seconds: int
) -> None:
    assert retry_seconds(waiting, at_once, mean) == seconds


def test_questions_are_equal_whose_answers_are() -> None:
    def key(now: datetime = NOON, **query: str) -> object:
        return read_question({name.rstrip("_"): value for name, value in query.items()}, now).key, read_listing(query)

    week = {"from_": "2026-03-02", "to": "2026-03-09"}
    assert key(**week) == key(datetime(2026, 3, 12, tzinfo=UTC), **week, unit="", own="0", page="1")
    others = ({"unit": "7"}, {"unit": "7", "own": "1"}, {"to": "2026-03-10"}, {"figure": "late"}, {"sort": "outcome"},
              {"dir": "desc"}, {"page": "2"}, {"size": "9"})  # fmt: skip
    different = [key(), key(**week), *(key(**(week | one)) for one in others)]
    assert len(set(different)) == len(different)


def test_a_period_that_has_ended_meanwhile_is_another_question() -> None:
    days = {"from": "2026-03-09", "to": "2026-03-12"}
    assert read_question(days, NOON).key != read_question(days, datetime(2026, 3, 12, tzinfo=UTC)).key
