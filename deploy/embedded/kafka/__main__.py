"""`python -m deploy.embedded.kafka --data DIR --port N`: the broker in the foreground, as this very process."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from deploy.embedded.kafka.errors import EmbeddedKafkaError
from deploy.embedded.kafka.jars import resolve_jars
from deploy.embedded.kafka.launch import LaunchOptions, launch


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the command; see `errors` for the codes. On success the process has become `java`."""
    parser = argparse.ArgumentParser(prog="python -m deploy.embedded.kafka", description=__doc__)
    parser.add_argument("--data", type=Path, help="directory of the broker's data")
    parser.add_argument("--port", type=int, default=9092, help="port for clients on 127.0.0.1 (default 9092)")
    parser.add_argument("--controller-port", type=int, help="port of the KRaft controller (default: a free one)")
    parser.add_argument("--heap-mb", type=int, default=256, help="Java heap in MiB (default 256)")
    parser.add_argument(
        "--flush",
        choices=("append", "os"),
        default="append",
        help="append: an acknowledged record survives power loss; os: it survives kill -9 only (faster)",
    )
    parser.add_argument("--fetch-only", action="store_true", help="fetch the jars, print where they are, and end")
    given = parser.parse_args(arguments)
    try:
        if given.fetch_only:
            sys.stdout.write(f"{resolve_jars()}\n")
            return 0
        if given.data is None:
            parser.error("--data is required")
        os.umask(0o077)  # what is recorded is nobody else's to read
        launch(
            LaunchOptions(
                data_dir=given.data,
                port=given.port,
                controller_port=given.controller_port,
                flush_each_append=given.flush == "append",
                heap_mb=given.heap_mb,
            )
        )
    except EmbeddedKafkaError as error:
        sys.stderr.write(f"kafka: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
