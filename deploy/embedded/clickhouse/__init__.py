"""The ClickHouse engine (chDB) in a process of its own, behind the ClickHouse HTTP interface.

In: HTTP requests of clickhouse-connect, curl or any client of the HTTP interface. Out: what a ClickHouse server would
answer. Promise: an acknowledged insert survives `kill -9`; no request ever sees rows, settings or data of another one.
Read `server` first, then `execution`. Why it is built this way: docs/decisions/0003-clickhouse-by-chdb-over-http.md.
"""
