"""Makes the environment in `.venv`: the locked packages, our own package `chdb-front` and the `motcua` command.

Needs nothing but Python 3.11 or newer.

`python3 deploy/set_up.py runtime` for using, `... dev` for testing too. Runs in a second when nothing changed.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
FRONT = ROOT / "packages" / "chdb-front"
UV = "uv==0.13.9"
LOCKS = {"runtime": ("runtime.lock",), "dev": ("dev.lock",)}


def main(kind: str) -> int:
    """Set up one kind of environment; the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this file alone is run by whatever Python is there
        sys.stderr.write(f"Motcua needs Python 3.11 or newer; this is {sys.version.split()[0]}.\n")
        return 4
    locks = [ROOT / "requirements" / name for name in LOCKS[kind]]
    mark = VENV / f".{kind}"
    wanted = _digest([*locks, ROOT / "pyproject.toml", FRONT / "pyproject.toml", Path(__file__)])
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return 0
    _say(f"setting up the {kind} environment in .venv ...")
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    install = [str(uv), "pip", "install", "--quiet", "--python", str(python)]
    for lock in locks:
        _run([*install, "--require-hashes", "-r", str(lock)])
    _run([*install, "--no-deps", "-e", str(FRONT), "-e", str(ROOT)])
    mark.write_text(wanted, encoding="utf-8")
    _say("the environment is ready")
    return 0


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603  # our own commands


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.stderr.write("usage: set_up.py runtime|dev\n")
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
