"""The only reader of the environment in deadlines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


class ConfigError(Exception):
    """A setting can't be understood; the text says which and what it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesConfig:
    """What the worker needs to know.

    `ordinal` numbers the workers of a group from 0: it gives each its static membership and its own data folder.
    `history_quiet`: how long a partition must have seen nothing of the past before time counts for dossiers that are
    catching up. `retention`: how long a finished dossier is kept. `grace`: how long after a due instant a tick waits for
    events that are still on their way. `clock_skew`: how far the worker's clock may be ahead of the broker's
    without anything being said too early; `clock_ahead`: how far before nothing that time brings is said any more.
    `own_calendars`: a folder with calendars of the office, beside the package's.
    `clock_offset`: for tests only, how much later than now the worker believes it is (negative: earlier).
    """

    bootstrap_servers: str
    data_dir: Path
    ordinal: int = 0
    worker_count: int = 1
    history_quiet: timedelta = timedelta(seconds=10)
    retention: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=1)
    clock_skew: timedelta = timedelta(seconds=1)
    clock_ahead: timedelta = timedelta(seconds=10)
    linger_seconds: float = 0.02
    clock_offset: timedelta = timedelta(0)
    log_level: str = "INFO"
    own_calendars: Path | None = None


def read_config(environ: Mapping[str, str]) -> DeadlinesConfig:
    """The configuration from environment variables; every one of them is described in docs/operations.md."""
    data_dir = Path(environ.get("MOTCUA_DATA_DIR", ".motcua"))
    ordinal = int(_number(environ, "MOTCUA_WORKER_ORDINAL", 0))
    return DeadlinesConfig(
        bootstrap_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
        data_dir=data_dir / "deadlines" / str(ordinal),
        ordinal=ordinal,
        worker_count=int(_number(environ, "MOTCUA_WORKER_COUNT", 1)),
        history_quiet=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_HISTORY_QUIET_SECONDS", 10)),
        retention=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_RETENTION_SECONDS", 2_592_000)),
        grace=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_GRACE_SECONDS", 1)),
        clock_skew=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_CLOCK_SKEW_SECONDS", 1)),
        clock_ahead=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_CLOCK_AHEAD_SECONDS", 10)),
        linger_seconds=_number(environ, "MOTCUA_DEADLINES_LINGER_SECONDS", 0.02),
        clock_offset=timedelta(seconds=_number(environ, "MOTCUA_DEADLINES_CLOCK_OFFSET_SECONDS", 0, is_signed=True)),
        log_level=environ.get("MOTCUA_LOG_LEVEL", "INFO"),
        own_calendars=Path(named) if (named := environ.get("MOTCUA_CALENDARS")) else None,
    )


def _number(environ: Mapping[str, str], name: str, default: float, *, is_signed: bool = False) -> float:
    text = environ.get(name, "")
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        raise ConfigError(f"{name} is {text!r}; it must be a number") from None
    if number < 0 and not is_signed:
        raise ConfigError(f"{name} is {text}; it must not be negative")
    return number
