"""The ClickHouse engine (chDB) in a process of its own, behind the ClickHouse HTTP interface: `chdb-front --path DIR`.

In: HTTP requests of clickhouse-connect, curl or any client of the HTTP interface. Out: what a ClickHouse server would
answer. Promise: an acknowledged insert survives `kill -9`; no request ever sees rows, settings or data of another one.
Read `server` first, then `execution`. `process` starts it from Python. What it answers and what not, and why: the README.
"""
