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

from motcua.addresses import Addresses, found
from motcua.archive import FORMAT, STORE, ArchiveError, Manifest, copy_store, counts_of, described, write_archive
from motcua.output import CommandError, ExitCode, print_json
from motcua.store_file import store_file
from services.intake.adapters.kafka_tail import last_published

KAFKA_SECONDS = 5.0


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The manifest as one JSON object.")
def command(file: Path, *, as_json: bool) -> None:
    """Write the event store into FILE (a .tar.gz), also while everything runs.

    Nothing else is an original: Kafka, ClickHouse, its units and the open clocks are built from the store again, by
    `motcua restore` and `motcua up`. The copy is consistent: everything that was answered as recorded before the command began
    is in it. FILE holds what the store holds, in clear: keep it as you keep the store.

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
    click.echo(f"{file}: {held.events} events of {held.dossiers} dossiers and units, last number {held.last_id}")


def _written(addresses: Addresses, store: Path, folder: Path, file: Path) -> Manifest:
    try:
        copy_store(store, folder / STORE)
        counts = counts_of(folder / STORE)
    except ArchiveError as error:
        raise CommandError(f"{store}: {error}; nothing was written", ExitCode.FINDINGS) from error
    manifest = Manifest(
        format=FORMAT,
        version=importlib.metadata.version("motcua"),
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        store=counts,
        published=_published(addresses),
        files=described([folder / STORE]),
    )
    write_archive(file, manifest, folder)
    return manifest


def _published(addresses: Addresses) -> int | None:
    try:
        return asyncio.run(asyncio.wait_for(last_published(addresses.kafka), KAFKA_SECONDS))
    except (KafkaError, OSError, TimeoutError):
        return None
