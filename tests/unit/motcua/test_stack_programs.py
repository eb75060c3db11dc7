"""What the programs of one machine are told when they start."""

from motcua.addresses import planned
from motcua.stack_programs import programs


def test_the_embedded_clickhouse_counts_its_days_where_the_office_is() -> None:
    (command,) = [one.command for one in programs(planned({})) if one.name == "clickhouse"]
    assert command[command.index("--timezone") + 1] == "Asia/Ho_Chi_Minh"
