"""Has everything that was recorded reached the statistics? Looked at from outside: the log, Kafka's tail, each group's place."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from motcua.addresses import Addresses
from motcua.kafka_reading import group_lags
from motcua.output import CommandError, ExitCode
from motcua.progress import ProgressBar
from services.intake.adapters.kafka_tail import last_published

POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is still on its way."""

    recorded: int
    unpublished: int
    unread_by_deadlines: int
    unread_by_stats: int

    @property
    def total(self) -> int:
        """All of it; zero when the statistics show everything."""
        return self.unpublished + self.unread_by_deadlines + self.unread_by_stats


async def backlog(addresses: Addresses) -> Backlog:
    """Ask intake and Kafka once; CommandError when intake or Kafka does not answer."""
    recorded = last_recorded(addresses.intake_url)
    published = await last_published(addresses.kafka)
    lags = {(one.group, one.topic): one.lag for one in await group_lags(addresses.kafka)}
    return Backlog(
        recorded=recorded,
        unpublished=max(0, recorded - published),
        unread_by_deadlines=lags["deadlines", "dossier-events"],
        unread_by_stats=sum(lag for (group, _), lag in lags.items() if group == "stats-loader"),
    )


async def wait_until_counted(addresses: Addresses, show: Callable[[Backlog], None], timeout_seconds: float) -> None:
    """Return when twice in a row nothing is on its way; CommandError after the timeout."""
    give_up_at = time.monotonic() + timeout_seconds
    quiet = 0
    while quiet < 2:
        seen = await backlog(addresses)
        show(seen)
        quiet = quiet + 1 if seen.total == 0 else 0
        if time.monotonic() > give_up_at:
            raise CommandError(
                f"the statistics are still behind by {seen.total} events; see `motcua status`", ExitCode.AWAY
            )
        await asyncio.sleep(POLL_SECONDS)


def wait_with_bar(addresses: Addresses, timeout_seconds: float) -> None:
    """Wait until everything is counted, and show how far it is."""
    with ProgressBar("Thống kê (statistics)", None) as bar:
        largest = 0

        def show(seen: Backlog) -> None:
            nonlocal largest
            largest = max(largest, seen.total)
            bar.at(largest - seen.total, largest)

        asyncio.run(wait_until_counted(addresses, show, timeout_seconds))


def last_recorded(intake_url: str, seconds: float = 5.0) -> int:
    """The id of the latest event in the store; waits at most so long."""
    try:
        with urllib.request.urlopen(f"{intake_url}/healthz", timeout=seconds) as answer:  # noqa: S310  # our own address
            return int(json.load(answer)["last_recorded"])
    except OSError as error:
        raise CommandError(f"intake at {intake_url} does not answer; is `motcua up` running?", ExitCode.AWAY) from error
