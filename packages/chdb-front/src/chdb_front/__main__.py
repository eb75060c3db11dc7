"""`python -m chdb_front --path DIR`: see `options` for the arguments and exit codes."""

from __future__ import annotations

import logging
import os
import sys

from chdb_front.options import parse_options
from chdb_front.server import serve


def main() -> int:
    """The exit code of the server."""
    options = parse_options(sys.argv[1:], os.environ)
    os.umask(0o077)  # the figures are nobody else's to read
    logging.basicConfig(
        format="%(asctime)s %(levelname)s clickhouse: %(message)s", level=logging.INFO, stream=sys.stderr
    )
    return serve(options)


if __name__ == "__main__":
    sys.exit(main())
