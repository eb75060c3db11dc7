"""Thousands of requests that nobody thought of, made by Schemathesis from the published documents: `make fuzz`.

`python -m tests.fuzzing [intake] [page] [--cases N] [--seconds N] [--seed N]`. Each door runs as a process of its own. Any 5xx,
any status, type, header or body that the document doesn't tell of is a failure, and shown with the request that brought it. The
whole log stands in `.cache/fuzzing`. Exit code 1 when anything was found.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzzing.doors import ROOT, intake, page

PLACE = ROOT / ".cache" / "fuzzing"
DOORS = {"intake": (intake, "openapi.yaml"), "page": (page, "page-openapi.yaml")}
PHASES = "examples,coverage,fuzzing"
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
)  # fmt: skip
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def main(doors: list[str], cases: int, seconds: int, seed: int) -> int:
    """Fuzz each door, print what was found; the exit code."""
    return max(fuzzed(door, cases, seconds, seed) for door in doors or DOORS)


def fuzzed(door: str, cases: int, seconds: int, seed: int) -> int:
    """At most `cases` for each operation and phase; after `seconds` it is a failure. 0, or 1 when anything was found."""
    start, document = DOORS[door]
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as url:
        line = [
            PLACE / "bin" / "schemathesis", "run", ROOT / "schemas" / document, "--url", url, "--phases", PHASES,
            "--max-examples", str(cases), "--seed", str(seed), "--continue-on-failure", "--generation-database", "none",
            "--suppress-health-check", "all", "--checks", ",".join(CHECKS), "--request-timeout", "30", "--no-color",
        ]  # fmt: skip
        try:
            done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
            told, code = done.stdout + done.stderr, done.returncode
        except subprocess.TimeoutExpired as ended:
            told, code = (ended.stdout or b"").decode(errors="replace") + f"\nnot done after {seconds} s", 1
    told = _COLOURS.sub("", told)
    (PLACE / f"{door}.log").write_text(told, encoding="utf-8")
    counted = re.search(r"^ *[\d,]+ generated.*$", told, re.MULTILINE)
    failures = told.partition("= FAILURES =")[2].partition("= WARNINGS =")[0] if code else ""
    sys.stdout.write(f"{door}: {counted[0].strip() if counted else told[-2_000:]}\n{failures.strip('=')}\n")
    sys.stdout.flush()
    return min(code, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("doors", nargs="*", choices=[*DOORS, []], help="default: both")
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=1_800)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(main(given.doors, given.cases, given.seconds, given.seed))
