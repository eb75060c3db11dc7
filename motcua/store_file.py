"""Where the event store of this data folder is, as a file."""

import os
from pathlib import Path

from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode
from services.intake.config import read_config


def store_file(addresses: Addresses) -> Path:
    """The SQLite file; CommandError where the store is PostgreSQL, which has its own back-ups, or not there yet."""
    settings = read_config({**os.environ, "MOTCUA_DATA_DIR": addresses.data_dir}).store_settings
    module = settings.get("PERSISTENCE_MODULE", "eventsourcing.sqlite")
    if module != "eventsourcing.sqlite":
        raise CommandError(
            f"the event store is {module}: back it up and restore it with PostgreSQL's own means (base back-up and WAL)",
            ExitCode.USAGE,
        )
    path = Path(settings["SQLITE_DBNAME"]).absolute()
    if not path.is_file():
        raise CommandError(f"there is no event store at {path}; nothing was ever recorded there", ExitCode.AWAY)
    return path
