"""All tests of the embedded parts, and the record that they were green: `python -m tests.lanes.full_run [options of pytest]`.

Exit code: pytest's own; 1 if something changed while they ran, because then it is not known what was green.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from tests.lanes.embedded import FOLDERS, inputs, record_full_run


class Outcomes:
    """Counts what came of the tests."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.skipped:
            self.counted[report.outcome] += 1


def run(options: Sequence[str]) -> int:
    """Run them all; write down that they passed, if they did."""
    seen, outcomes = inputs(), Outcomes()
    code = int(pytest.main(["--embedded=all", *options, *FOLDERS], plugins=[outcomes]))
    if code != 0:
        return code
    if inputs() != seen:
        sys.stderr.write("full: something changed while the tests ran; nothing was recorded\n")
        return 1
    today = datetime.now(UTC).date()
    record_full_run(seen, today, passed=outcomes.counted["passed"], skipped=outcomes.counted["skipped"])
    sys.stdout.write(f"full: recorded {outcomes.counted['passed']} passed, {outcomes.counted['skipped']} skipped\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
