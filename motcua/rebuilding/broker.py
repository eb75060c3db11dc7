"""The broker for a rebuild: our own is started by itself and stopped again, another one has to be there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.kafka.errors import EmbeddedKafkaError
from deploy.embedded.kafka.jars import resolve_jars
from deploy.embedded.kafka.runtimes import require_java
from deploy.embedded.processes.errors import StackError
from deploy.embedded.processes.signals import stop_signals_interrupt
from deploy.embedded.processes.stack import Stack
from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode, progress_console
from motcua.stack_programs import programs


@contextmanager
def reachable_kafka(addresses: Addresses) -> Iterator[None]:
    """Kafka answers as long as this lasts; CommandError where our own has no data or can't be started."""
    if not addresses.is_own_kafka:
        yield
        return
    folder = Path(addresses.data_dir) / "kafka"
    if not folder.is_dir():
        raise CommandError(f"there is no {folder}, so nothing to build a store from", ExitCode.USAGE)
    os.umask(0o077)
    try:
        require_java()
        resolve_jars()
        kafka = [one for one in programs(addresses) if one.name == "kafka"]
        with stop_signals_interrupt(), Stack(addresses.run_dir, kafka) as stack:
            stack.start(lambda name, what: progress_console().print(f"  {name:<12} {what}"))
            yield
    except (StackError, EmbeddedKafkaError) as error:
        raise CommandError(str(error), ExitCode.CANNOT_START) from error
