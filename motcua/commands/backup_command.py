"""`motcua backup`: the originals in one file. Kafka, ClickHouse and the open clocks follow from them."""

import asyncio
import importlib.metadata
import os
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import Addresses, found
from motcua.archive import FORMAT, STORE, UNITS, ArchiveError, Manifest, copy_store, counts_of, described, write_archive
from motcua.output import CommandError, ExitCode, print_json, progress_console
from motcua.store_file import store_file
from motcua.unit_loading import known_units
from motcua.units_copy import COPY, units_text
from services.intake.adapters.kafka_tail import last_published
from services.stats.adapters.units_file import read_units
from services.stats.questions import open_client

KAFKA_SECONDS = 5.0


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The manifest as one JSON object.")
def command(file: Path, *, as_json: bool) -> None:
    """Write the event store and the register of units into FILE (a .tar.gz), also while everything runs.

    Nothing else is an original: Kafka, ClickHouse and the open clocks are built from them again (`motcua restore`). The copy of
    the store is consistent: everything that was answered as recorded before the command began is in it. FILE holds what the
    store holds, in clear: keep it as you keep the store.

    Example: motcua backup /backup/motcua-2026-11-27.tar.gz
    """
    os.umask(0o077)
    addresses = found(os.environ)
    store = store_file(addresses)
    if file.exists():
        raise CommandError(f"{file} is there already; name another file", ExitCode.USAGE)
    if not file.absolute().parent.is_dir():
        raise CommandError(f"there is no folder {file.absolute().parent}", ExitCode.USAGE)
    with tempfile.TemporaryDirectory(prefix=".motcua-backup-", dir=file.absolute().parent) as folder:
        manifest = _written(addresses, store, Path(folder), file.absolute())
    if as_json:
        print_json(asdict(manifest))
        return
    held = manifest.store
    click.echo(
        f"{file}: {held.events} events of {held.dossiers} dossiers (last number {held.last_id}), {manifest.units} unit periods"
    )
    if not manifest.units:
        progress_console().print(
            "no unit is in it: load the units and back up again, or keep their file", style="yellow"
        )


def _written(addresses: Addresses, store: Path, folder: Path, file: Path) -> Manifest:
    try:
        copy_store(store, folder / STORE)
        counts = counts_of(folder / STORE)
    except ArchiveError as error:
        raise CommandError(f"{store}: {error}; nothing was written", ExitCode.FINDINGS) from error
    units = _units(addresses)
    if units:
        (folder / UNITS).write_text(units, encoding="utf-8")
    manifest = Manifest(
        format=FORMAT,
        version=importlib.metadata.version("motcua"),
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        store=counts,
        units=max(0, len(units.splitlines()) - 1),
        published=_published(addresses),
        files=described([folder / name for name in (STORE, UNITS) if (folder / name).exists()]),
    )
    write_archive(file, manifest, folder)
    return manifest


def _units(addresses: Addresses) -> str:
    """The unit file: of ClickHouse if it answers and knows any, else the copy beside the store."""
    try:
        client = open_client(addresses.reader_url)
        try:
            known = known_units(client)
        finally:
            client.close()
    except (ClickHouseError, OSError):
        known = []
    copy = Path(addresses.data_dir) / COPY
    return units_text(known or (read_units(copy) if copy.exists() else ()))


def _published(addresses: Addresses) -> int | None:
    try:
        return asyncio.run(asyncio.wait_for(last_published(addresses.kafka), KAFKA_SECONDS))
    except (KafkaError, OSError, TimeoutError):
        return None
