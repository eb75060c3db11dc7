"""A copy of the register of units beside the event store: ClickHouse follows from Kafka, the register follows from nothing else.

In: the register as ClickHouse has it. Out: `store/units.csv` of the data folder, a unit file like any other. The loader reads
it into a ClickHouse that knows no unit.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from deploy.embedded.processes.whole_files import write_whole
from services.stats.adapters.units_file import COLUMNS
from services.stats.domain.levels import UnitPeriod

COPY = Path("store") / "units.csv"


def keep_units(data_dir: Path, units: Sequence[UnitPeriod]) -> None:
    """Write the copy, where there is a store beside which it can stand and a unit to write."""
    path = data_dir / COPY
    if units and path.parent.is_dir():
        write_whole(path, units_text(units))


def units_text(units: Sequence[UnitPeriod]) -> str:
    """The unit file of these periods."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(unit) for unit in units)
    return text.getvalue()
