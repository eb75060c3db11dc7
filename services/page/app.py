"""`python -m services.page.app --port N`: serves the page until SIGINT or SIGTERM. Settings: see `config`."""

import argparse
import asyncio
import logging
import os
import signal
import sys

from services.doors.serving import served
from services.page.adapters.http_app import build_app, refused
from services.page.config import DEFAULT_PORT, WebConfig, read_config

SHUTDOWN_SECONDS = 2.0


def serve(config: WebConfig) -> None:
    """Serve until a signal ends it. Raises OSError if the port is taken."""
    asyncio.run(_serve_until_signalled(config))


async def _serve_until_signalled(config: WebConfig) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with served(build_app(config), config.host, config.port, refused, shutdown_seconds=SHUTDOWN_SECONDS):
        await stopped.wait()


def main() -> int:
    """The exit code: 0 stopped, 2 wrong usage, 4 port in use."""
    parser = argparse.ArgumentParser(prog="python -m services.page.app", description="The page of Motcua.")
    parser.add_argument("--host", help="default 127.0.0.1 (MOTCUA_WEB_HOST)")
    parser.add_argument("--port", type=int, help=f"default {DEFAULT_PORT} (MOTCUA_WEB_PORT)")
    given = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s web: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        config = read_config(os.environ, host=given.host, port=given.port)
    except ValueError as error:
        parser.error(f"MOTCUA_WEB_PORT: {error}")
    logging.getLogger("page").info("serving http://%s:%d/", config.host, config.port)
    try:
        serve(config)
    except OSError as error:
        logging.getLogger("page").error("port %d can't be used: %s", config.port, error.strerror)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
