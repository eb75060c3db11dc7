"""Whether the tests of the embedded parts run in full: when anything that they test has changed since they were last green.

They test `deploy/embedded`, the package `chdb-front` and what both stand on: the locked versions of Kafka's client, chDB and
supervisord. While none of these changes, nor the tests themselves, twenty of them marked `smoke` show that the parts work on
this machine. The files are compared by content with what `full_run.toml` recorded, so no branch, clock or history of git can
hide a change.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("full_run.toml")
FRONT = "packages/chdb-front"
FOLDERS = (f"{FRONT}/tests/integration", "tests/integration/kafka", "tests/integration/processes")
TESTED = (
    "deploy/embedded",
    f"{FRONT}/pyproject.toml",
    f"{FRONT}/src/chdb_front",
    f"{FRONT}/tests/front_asking.py",
    "requirements",
    *FOLDERS,
    "tests/embedded",
    "tests/integration/conftest.py",
    "tests/waiting.py",
)
SMOKE_TESTS = 20

_NOT_SOURCE = ("__pycache__", ".pyc")
_RECORD_TEXT = """\
# The last green run of all tests of the embedded parts, written by `make full`; see docs/testing.md.
inputs_sha256 = "{inputs}"
run_on = {run_on}
passed = {passed}
skipped = {skipped}
"""


def inputs(root: Path = ROOT) -> str:
    """SHA-256 over the paths and contents of everything that these tests test, and of the tests."""
    digest = hashlib.sha256()
    for path in sorted(_files(root)):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_full_run_due(root: Path = ROOT, record: Path = RECORD) -> bool:
    """Whether what is here differs from what was last seen green, or was never seen."""
    if not record.exists():
        return True
    return bool(tomllib.loads(record.read_text(encoding="utf-8")).get("inputs_sha256") != inputs(root))


def is_embedded(path: str) -> bool:
    """Whether a test (its path relative to the project) is one of the embedded parts."""
    return path.startswith(tuple(f"{folder}/" for folder in FOLDERS))


def selected(smoke: Mapping[str, bool], *, is_due: bool) -> set[str]:
    """Which tests run, of test id -> whether it is a smoke test."""
    return {test for test, is_smoke in smoke.items() if is_due or is_smoke or not is_embedded(test)}


def record_full_run(seen: str, run_on: date, *, passed: int, skipped: int, record: Path = RECORD) -> None:
    """Write down that everything was green on these inputs."""
    text = _RECORD_TEXT.format(inputs=seen, run_on=run_on.isoformat(), passed=passed, skipped=skipped)
    record.write_text(text, encoding="utf-8")


def _files(root: Path) -> Iterable[Path]:
    for name in TESTED:
        for path in ((root / name), *(root / name).rglob("*")):
            if path.is_file() and not any(part.endswith(_NOT_SOURCE) for part in path.parts):
                yield path
