"""Which event store this data folder has, and where: a file, or PostgreSQL."""

import os
from collections.abc import Mapping
from pathlib import Path

from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode
from services.intake.config import read_config

SQLITE = "eventsourcing.sqlite"


def store_settings(addresses: Addresses) -> Mapping[str, str]:
    """The settings of `eventsourcing` for the store of this data folder."""
    return read_config({**os.environ, "MOTCUA_DATA_DIR": addresses.data_dir}).store_settings


def is_sqlite(settings: Mapping[str, str]) -> bool:
    """Whether the settings name an SQLite store."""
    return settings.get("PERSISTENCE_MODULE", SQLITE) == SQLITE


def store_file(addresses: Addresses) -> Path:
    """The SQLite file; CommandError where the store is PostgreSQL, which has its own back-ups, or not there yet."""
    settings = store_settings(addresses)
    if not is_sqlite(settings):
        raise CommandError(
            f"the event store is {settings['PERSISTENCE_MODULE']}: back it up and restore it with PostgreSQL's own means"
            " (base back-up and WAL)",
            ExitCode.USAGE,
        )
    path = Path(settings["SQLITE_DBNAME"]).absolute()
    if not path.is_file():
        raise CommandError(f"there is no event store at {path}; nothing was ever recorded there", ExitCode.AWAY)
    return path
