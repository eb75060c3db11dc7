"""Where everything is: the data folder, the ports, and the addresses of the parts.

`motcua up` writes what it started to `<data>/run/addresses.json`; the other commands read it, so that they find a running stack
without any setting. Settings in the environment win over the file.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.embedded.processes.whole_files import DamagedFileError, read_object, write_whole
from motcua.output import CommandError, ExitCode

KAFKA_PORT = 9092
CLICKHOUSE_PORT = 8123
INTAKE_PORT = 8480
WEB_PORT = 8490
DATABASE = "motcua"
READER = "supervisor"
"""The account of ClickHouse that only looks; it sees `DATABASE` and nothing else."""


class AddressError(CommandError):
    """A port, an address or the file that holds them can't be understood; the text says which and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ExitCode.CANNOT_START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of one installation. URLs carry user and password; `reader_url` is the read-only supervisor's.

    `calendars_dir` is the folder of the office's own calendars, or empty.
    """

    data_dir: str
    kafka: str
    is_own_kafka: bool
    clickhouse_url: str
    reader_url: str
    is_own_clickhouse: bool
    intake_url: str
    web_url: str
    calendars_dir: str = ""

    @property
    def run_dir(self) -> Path:
        """The folder that the process manager is given: its files in `run/`, the logs in `logs/`."""
        return Path(self.data_dir)

    def environment(self) -> dict[str, str]:
        """What every service is told."""
        return {
            "MOTCUA_DATA_DIR": self.data_dir,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "CLICKHOUSE_URL": self.clickhouse_url,
            "MOTCUA_CLICKHOUSE_READER_URL": self.reader_url,
            "MOTCUA_INTAKE_PORT": self.intake_url.rsplit(":", 1)[1],
            "MOTCUA_WEB_PORT": self.web_url.rsplit(":", 1)[1],
            "MOTCUA_CALENDARS": self.calendars_dir,
        }


def data_dir_of(environ: Mapping[str, str]) -> Path:
    """The data folder: MOTCUA_DATA_DIR, by default `.motcua` in the current folder."""
    return Path(environ.get("MOTCUA_DATA_DIR", ".motcua")).resolve()


def planned(environ: Mapping[str, str], *, creates: bool = False) -> Addresses:
    """The addresses that `up` will use, from the environment; only `creates` makes passwords where there are none yet."""
    data_dir = data_dir_of(environ)
    kafka = environ.get("KAFKA_BOOTSTRAP_SERVERS")
    clickhouse = environ.get("CLICKHOUSE_URL")
    port = _port(environ, "MOTCUA_CLICKHOUSE_PORT", CLICKHOUSE_PORT)
    passwords = _passwords(data_dir, creates=creates)
    own_url = f"http://default:{passwords['writer']}@127.0.0.1:{port}/{DATABASE}"
    own_reader = f"http://{READER}:{passwords['reader']}@127.0.0.1:{port}/{DATABASE}"
    return Addresses(
        data_dir=str(data_dir),
        kafka=kafka or f"127.0.0.1:{_port(environ, 'MOTCUA_KAFKA_PORT', KAFKA_PORT)}",
        is_own_kafka=kafka is None,
        clickhouse_url=clickhouse or own_url,
        reader_url=environ.get("MOTCUA_CLICKHOUSE_READER_URL") or clickhouse or own_reader,
        is_own_clickhouse=clickhouse is None,
        intake_url=f"http://127.0.0.1:{_port(environ, 'MOTCUA_INTAKE_PORT', INTAKE_PORT)}",
        web_url=f"http://127.0.0.1:{_port(environ, 'MOTCUA_WEB_PORT', WEB_PORT)}",
        calendars_dir=_folder(environ.get("MOTCUA_CALENDARS", "")),
    )


def found(environ: Mapping[str, str]) -> Addresses:
    """The addresses of the stack that was started on the data folder, or the planned ones when none was."""
    plan = planned(environ)
    path = Path(plan.data_dir) / "run" / "addresses.json"
    mended_by = f"delete it (rm {path}); `motcua stop` and `motcua up` write it anew"
    try:
        written = Addresses(**read_object(path, mended_by))
    except FileNotFoundError:
        return plan
    except DamagedFileError as error:
        raise AddressError(str(error)) from error
    except TypeError as error:
        raise AddressError(f"{path} is of another version: {mended_by}") from error
    overrides = {
        "kafka": environ.get("KAFKA_BOOTSTRAP_SERVERS"),
        "clickhouse_url": environ.get("CLICKHOUSE_URL"),
        "reader_url": environ.get("MOTCUA_CLICKHOUSE_READER_URL"),
        "intake_url": environ.get("MOTCUA_INTAKE_URL"),
        "web_url": environ.get("MOTCUA_WEB_URL"),
        "calendars_dir": plan.calendars_dir,
    }
    return Addresses(**{**asdict(written), **{name: value for name, value in overrides.items() if value}})


def write(addresses: Addresses) -> None:
    """Leave the addresses for the other commands; readable by the owner only, because they carry passwords."""
    path = Path(addresses.data_dir) / "run" / "addresses.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(addresses), indent=1))


def _passwords(data_dir: Path, *, creates: bool) -> dict[str, str]:
    path = data_dir / "clickhouse-passwords.json"
    mended_by = f"stop everything (motcua stop) and delete it (rm {path}); the next `motcua up` makes new passwords"
    try:
        kept = read_object(path, mended_by)
        return {"writer": str(kept["writer"]), "reader": str(kept["reader"])}
    except FileNotFoundError:
        if not creates:
            return {"writer": "", "reader": ""}
    except DamagedFileError as error:
        raise AddressError(str(error)) from error
    except KeyError as error:
        raise AddressError(f"{path} is damaged (it has no password {error}): {mended_by}") from error
    made = {"writer": secrets.token_urlsafe(16), "reader": secrets.token_urlsafe(16)}
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(made))
    return made


def _folder(given: str) -> str:
    """As every process finds it, whatever folder it runs in."""
    return str(Path(given).resolve()) if given else ""


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name, str(default))
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise AddressError(f"{name} is {given!r}; it must be a port number between 1 and 65535")
    return int(given)
