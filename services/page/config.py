"""The settings of the page: the only reader of the environment here. In: a mapping of variables. Out: WebConfig."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.doors.hosts import LOCAL, hosts_of

DEFAULT_PORT = 8490
DEFAULT_CLICKHOUSE_URL = "http://supervisor@127.0.0.1:8123/motcua"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """Where to listen, and the ClickHouse URL of a user that may only read; `answer_seconds` bounds one question.

    `hosts` are the names by which the page may be called.
    `own_calendars` is a folder with calendars of the office, beside the package's.
    """

    clickhouse_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    hosts: frozenset[str] = LOCAL
    answer_seconds: float = 20.0
    own_calendars: Path | None = None


def read_config(environment: Mapping[str, str], *, host: str | None = None, port: int | None = None) -> WebConfig:
    """The settings from CLICKHOUSE_URL, MOTCUA_WEB_HOST, MOTCUA_WEB_PORT and MOTCUA_HOSTS; arguments win.

    Raises ValueError for a port that is none.
    """
    listening = host or environment.get("MOTCUA_WEB_HOST") or "127.0.0.1"
    return WebConfig(
        clickhouse_url=environment.get("CLICKHOUSE_URL") or DEFAULT_CLICKHOUSE_URL,
        host=listening,
        hosts=hosts_of(environment.get("MOTCUA_HOSTS", ""), listening),
        port=int(environment.get("MOTCUA_WEB_PORT") or DEFAULT_PORT) if port is None else port,
        own_calendars=Path(named) if (named := environment.get("MOTCUA_CALENDARS")) else None,
    )
