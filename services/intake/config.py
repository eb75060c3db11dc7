"""The only reader of the environment in intake."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.doors.hosts import hosts_of

HISTORY_SOURCES = "MOTCUA_INTAKE_HISTORY_SOURCES"
CONTINUED_SOURCES = "MOTCUA_INTAKE_CONTINUED_SOURCES"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeConfig:
    """What intake needs to know. `store_settings` are the settings of `eventsourcing` (PERSISTENCE_MODULE and its own).

    `history_sources` are the CloudEvents sources that may send history, each as it is written; nobody else may (B14).
    `continued_sources` gives, for a source whose register was taken over, the source that numbers on in it. `hosts` are the
    names by which the HTTP door may be called.
    `own_calendars` is a folder with calendars of the office, beside the package's.
    """

    bootstrap_servers: str
    store_settings: Mapping[str, str]
    http_host: str
    http_port: int
    hosts: frozenset[str]
    history_sources: frozenset[str]
    continued_sources: Mapping[str, str]
    own_calendars: Path | None = None


class ConfigError(Exception):
    """A setting is missing or can't be understood; the text says which and what to do."""


def read_config(environ: Mapping[str, str]) -> IntakeConfig:
    """The configuration from environment variables; every one of them is described in docs/operations.md."""
    port = environ.get("MOTCUA_INTAKE_PORT", "8480")
    http_host = environ.get("MOTCUA_INTAKE_HOST", "127.0.0.1")
    if not port.isdecimal():
        raise ConfigError(f"MOTCUA_INTAKE_PORT is {port!r}; it must be a port number")
    return IntakeConfig(
        bootstrap_servers=environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
        store_settings=_store_settings(environ),
        http_host=http_host,
        http_port=int(port),
        hosts=hosts_of(environ.get("MOTCUA_HOSTS", ""), http_host),
        history_sources=_history_sources(environ),
        continued_sources=_continued_sources(environ),
        own_calendars=Path(named) if (named := environ.get("MOTCUA_CALENDARS")) else None,
    )


def _history_sources(environ: Mapping[str, str]) -> frozenset[str]:
    named = frozenset(one.strip() for one in environ.get(HISTORY_SOURCES, "").split(",")) - {""}
    patterns = sorted(one for one in named if "*" in one)
    if patterns:
        raise ConfigError(f"{HISTORY_SOURCES} names {patterns[0]!r}; every source has to be named in full")
    return named


def _continued_sources(environ: Mapping[str, str]) -> Mapping[str, str]:
    pairs = [one.strip() for one in environ.get(CONTINUED_SOURCES, "").split(",") if one.strip()]
    found: dict[str, str] = {}
    for pair in pairs:
        old, _, new = (part.strip() for part in pair.partition("="))
        if not old or not new or "=" in new or old == new:
            raise ConfigError(f"{CONTINUED_SOURCES} says {pair!r}; it has to say old=new, two sources in full")
        if found.setdefault(old, new) != new:
            raise ConfigError(f"{CONTINUED_SOURCES} says twice by whom {old!r} is continued")
    chained = sorted(found.keys() & set(found.values()))
    if chained:
        raise ConfigError(f"{CONTINUED_SOURCES}: {chained[0]!r} is continued itself; name the last source for each")
    return found


def _store_settings(environ: Mapping[str, str]) -> Mapping[str, str]:
    named = ("PERSISTENCE_MODULE", "CREATE_TABLE")
    settings = {
        name: value for name, value in environ.items() if name in named or name.startswith(("POSTGRES_", "SQLITE_"))
    }
    if "SQLITE_DBNAME" not in settings:
        folder = Path(environ.get("MOTCUA_DATA_DIR", ".motcua")) / "store"
        settings["SQLITE_DBNAME"] = str(folder / "ledger.sqlite")
    return settings
