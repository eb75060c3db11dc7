"""Runs every comparison one after the other, so that nothing disturbs anything: `python -m bench [NAME ...]`."""

import subprocess
import sys
from pathlib import Path


def main(chosen: list[str]) -> int:
    """Run the named comparisons, or all of them; the number of those that failed."""
    names = sorted(
        path.stem
        for path in Path(__file__).parent.glob("[a-z]*.py")
        if path.stem not in {"table", "event_log", "event_lives"}
    )
    unknown = set(chosen) - set(names)
    if unknown:
        sys.stderr.write(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(names)}\n")
        return 2
    failed = 0
    for name in chosen or names:
        print(f"\n== {name} ==", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
