"""How everything fares, asked of all parts at once: processes, intake, Kafka, ClickHouse, the page, the reports of the loader.

Whatever hangs, the answer is there after `ANSWER_SECONDS`; what did not answer is named in `away` with its reason.
"""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import psutil

from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.programs import ProgramStatus
from motcua.addresses import Addresses
from motcua.asking import NoAnswerError, answers_within
from motcua.commands.sql_command import supervisor_client
from motcua.comparing import ALARMS, compared_pairs, comparing_questions, sentence
from motcua.kafka_reading import GroupLag, group_lags
from motcua.preflight import full_disk
from motcua.settling import last_recorded
from services.stats.questions import Loading, loading

ANSWER_SECONDS = 1.9
"""Together with the start of the command less than three seconds."""
PARTS = frozenset({"stack", "intake", "kafka", "clickhouse", "web"})
"""Those that are away when they don't answer; of the others nothing is known then."""
COUNTS = (
    "SELECT _topic AS topic, count() AS events, max(recorded_at) AS last_recorded_at,"
    " dateDiff('second', max(recorded_at), now64(3)) AS age_seconds FROM events FINAL GROUP BY _topic ORDER BY _topic"
)
REBUILDING = "{missing} records are not counted yet; figures and reports are refused until they are"
SILENT = "the loader has not reported for {silent_seconds} s: see its log, `motcua logs stats`"
EMPTY = "nothing was ever counted into this ClickHouse: see `motcua logs stats`"
DIFFERING = "{differing} dossiers or events are not counted as they were recorded"
UNCOMPARED = "recorded and counted could not be compared for {uncompared_seconds} s: see `motcua logs stats`"
_TOLD = {"differs": DIFFERING, "rebuilding": REBUILDING, "silent": SILENT, "empty": EMPTY, "uncompared": UNCOMPARED}


def status_of(addresses: Addresses, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
    """Everything that is shown; a part that is away has its reason in `away` and the rest goes on."""
    questions: Mapping[str, Callable[[], Any]] = {
        "stack": lambda: [_process(one) for one in attach(addresses.run_dir, seconds).status()],
        "intake": lambda: last_recorded(addresses.intake_url, seconds),
        "kafka": lambda: asyncio.run(group_lags(addresses.kafka)),
        "clickhouse": lambda: _loading(addresses.reader_url),
        "counts": lambda: _counts(addresses.reader_url),
        "web": lambda: _web(addresses.web_url, seconds),
        **comparing_questions(addresses, seconds),
    }
    found = answers_within(seconds, questions)
    away = {part: _reason(answer) for part, answer in found.items() if isinstance(answer, Exception) and part in PARTS}
    processes: list[dict[str, Any]] = _answer(found["stack"], [])
    away |= {one["name"]: "its process is frozen (stopped by a signal)" for one in processes if one["is_frozen"]}
    full = full_disk(addresses.run_dir)
    away |= {"disk": full} if full else {}
    lags: list[GroupLag] = _answer(found["kafka"], [])
    seen: Loading | None = _answer(found["clickhouse"], None)
    if seen is not None and seen.state in _TOLD:
        away["statistics"] = _told(seen)
    compared = compared_pairs(found)
    away |= {f"count of {one['pair']}": sentence(one) for one in compared if one["verdict"] in ALARMS}
    return {
        "is_well": not away and all(one["state"] == "running" for one in processes),
        "processes": processes,
        "recorded_events": _answer(found["intake"], None),
        "lags": [{"group": one.group, "topic": one.topic, "lag": one.lag} for one in lags],
        "counted_events": _answer(found["counts"], []),
        "comparisons": compared,
        "dead_letters": _answer(found["dead letters"], None),
        "statistics": None if seen is None else {
            "state": seen.state, "missing": seen.missing, "unread": seen.unread, "silent_seconds": seen.silent_seconds,
        },
        "away": away,
        "web_url": addresses.web_url,
        "intake_url": addresses.intake_url,
    }  # fmt: skip


def _process(one: ProgramStatus) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state.value,
        "pid": one.pid,
        "uptime_s": one.uptime_s,
        "is_frozen": _is_frozen(one.pid),
        "log": str(one.log_path),
    }


def _is_frozen(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def _loading(url: str) -> Loading:
    with supervisor_client(url) as client:
        return loading(client)


def _counts(url: str) -> list[dict[str, Any]]:
    with supervisor_client(url) as client:
        return list(client.query(COUNTS).named_results())


def _web(url: str, seconds: float) -> None:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=seconds):  # noqa: S310  # our own address
            return
    except urllib.error.HTTPError as error:
        with error:
            raise NoAnswerError(f"answers {error.code} at {url}/healthz: it can't show figures now") from error
    except TimeoutError as error:
        raise NoAnswerError(f"does not answer within {seconds:g} s at {url}") from error
    except OSError as error:
        raise NoAnswerError(f"does not answer at {url}") from error


def _answer(found: Any, if_away: Any) -> Any:
    return if_away if isinstance(found, Exception) else found


def _told(seen: Loading) -> str:
    return _TOLD[seen.state].format(**asdict(seen))


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
