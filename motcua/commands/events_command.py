"""`motcua events`: every event of a topic as one structured CloudEvent a line (a stable interface for other programs)."""

import asyncio
import os
import sys

import click

from events.codec import dumps, from_kafka, to_structured
from events.envelope import Envelope
from events.errors import MessageError
from events.identity import code_of
from events.topics import Topic
from motcua.addresses import found
from motcua.kafka_reading import read_topic
from motcua.output import CommandError, ExitCode


@click.command("events")
@click.option(
    "--topic",
    default=Topic.DOSSIER_EVENTS.value,
    show_default=True,
    help="dossier-events, deadline-events or reference-events.",
)
@click.option("--dossier", default=None, metavar="ID", help="Only the events of this dossier (id or code).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; also the default.")
def command(topic: str, dossier: str | None, *, as_json: bool) -> None:  # noqa: ARG001  # the output is JSON either way
    """Print every event of a topic, one CloudEvent (structured JSON) a line.

    In offset order per partition, ending at the present end. Nothing that was rolled back is shown.
    """
    asyncio.run(_print_events(topic, dossier))


async def _print_events(topic: str, dossier: str | None) -> None:
    write = sys.stdout.buffer.write
    async for record in read_topic(found(os.environ).kafka, topic):
        try:
            event = from_kafka(record.value, record.headers)
        except MessageError as error:
            place = f"{record.topic} partition {record.partition} offset {record.offset}"
            raise CommandError(f"{place} is not an event: {error}", ExitCode.FINDINGS) from error
        if dossier is None or code_of(dossier) in _names_of(event.envelope):
            write(dumps(to_structured(event)) + b"\n")
    sys.stdout.flush()


def _names_of(envelope: Envelope) -> tuple[str, ...]:
    """By what a dossier can be asked for, in the form in which codes are compared."""
    return code_of(envelope.dossier_id), code_of(envelope.dossier_code or envelope.dossier_id)
