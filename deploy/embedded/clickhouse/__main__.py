"""`python -m deploy.embedded.clickhouse --path DIR`: see `options` for the arguments and exit codes."""

from __future__ import annotations

import logging
import os
import sys

from deploy.embedded.clickhouse.options import parse_options
from deploy.embedded.clickhouse.server import serve


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
