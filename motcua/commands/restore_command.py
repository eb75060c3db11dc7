"""`motcua restore`: puts a back-up into a data folder, after everything in it was checked."""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from deploy.embedded.processes.whole_files import sync_folder
from motcua.addresses import data_dir_of, planned
from motcua.archive import STORE, ArchiveError, Manifest, unpack
from motcua.output import CommandError, ExitCode, progress_console
from motcua.running import require_stopped

PARTS = ("store", "kafka", "clickhouse", "deadlines")
"""The original, and what follows from it; what follows from another original may not stand beside a restored one."""


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Put aside what the data folder holds, and restore beside it.")
def command(file: Path, *, force: bool) -> None:
    """Check the back-up in FILE and put it into the data folder; `motcua up` then builds everything else from it.

    Refused: a file that is damaged, cut off or foreign, or of a format that this version doesn't know; a running stack; a data
    folder that holds anything, without --force. With --force what is there is moved into a folder of its own and not deleted.
    The relay publishes the whole store again, the loader counts it; that takes as long as the first time.
    """
    os.umask(0o077)
    data_dir = data_dir_of(os.environ)
    require_stopped(planned(os.environ), "a restore")
    held = [name for name in PARTS if (data_dir / name).exists()]
    if held and not force:
        raise CommandError(
            f"{data_dir} holds {', '.join(held)}; name an empty folder (MOTCUA_DATA_DIR), or --force puts it aside",
            ExitCode.USAGE,
        )
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data_dir))
    try:
        manifest = unpack(file, fresh)
        _put_in_place(data_dir, held, fresh)
    except ArchiveError as error:
        raise CommandError(f"nothing was restored: {error}", ExitCode.FINDINGS) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _tell(data_dir, manifest)


def _put_in_place(data_dir: Path, held: list[str], fresh: Path) -> None:
    if held:
        aside = put_aside(data_dir, held)
        progress_console().print(f"what was there is in {aside} now")
    ready = fresh / "store"
    ready.mkdir(mode=0o700)
    (fresh / STORE).rename(ready / STORE)
    sync_folder(ready)
    ready.rename(data_dir / "store")
    sync_folder(data_dir)


def put_aside(data_dir: Path, names: list[str]) -> Path:
    """Move parts of the data folder into a new folder in it, named by the time; the folder."""
    aside = data_dir / f"aside-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(mode=0o700)
    for name in names:
        (data_dir / name).rename(aside / name)
    sync_folder(data_dir)
    return aside


def _tell(data_dir: Path, manifest: Manifest) -> None:
    held = manifest.store
    click.echo(
        f"restored into {data_dir}: {held.events} events of {held.dossiers} dossiers and units, as of {manifest.taken_at}."
        " Start with `motcua up`; whoever recorded later sends it again."
    )
