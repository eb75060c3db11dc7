"""`motcua dlq`: the records that a service could not handle, why, and back to where they came from."""

import asyncio
import os
from collections.abc import Sequence

import click

from motcua.addresses import found
from motcua.dead_letters import TOPICS, Letter, note_seen, parsed_place, read_letters, replay
from motcua.output import CommandError, ExitCode, print_json, print_table


@click.group("dlq")
def command() -> None:
    """Look at the dead letters: records that a service could not handle, unchanged, and why."""


@command.command("list")
@click.option("--topic", type=click.Choice(TOPICS), default=None, help="Only this dead-letter topic.")
@click.option("--all", "shows_all", is_flag=True, help="Also those that were replayed.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of a table; doesn't count as looked at.")
def list_letters(topic: str | None, *, shows_all: bool, as_json: bool) -> int:
    """List the open dead letters, in order of arrival.

    Whoever lists them has looked at them: `motcua status` is silent about them then. Exit code 1 when there are any.
    """
    topics = [topic] if topic else list(TOPICS)
    kafka = found(os.environ).kafka
    letters = [one for one in asyncio.run(read_letters(kafka, topics)) if shows_all or not one.is_replayed]
    if as_json:
        print_json([_told(one) for one in letters])
    elif letters:
        rows = [
            (one.place, f"{one.at:%Y-%m-%d %H:%M:%S}Z", _short(one.key), _state(one), one.reason) for one in letters
        ]
        print_table(("Place", "Put aside at", "Key", "State", "Reason"), rows)
    else:
        click.echo("no dead letters are open")
    if not as_json:
        asyncio.run(note_seen(kafka, topics))
    return int(ExitCode.FINDINGS if any(not one.is_replayed for one in letters) else ExitCode.OK)


@command.command("show")
@click.argument("place")
def show(place: str) -> None:
    """Print one dead letter: headers and value, with every byte that isn't plain text escaped."""
    (letter,) = _found([place])
    click.echo(f"place      {letter.place}")
    click.echo(f"stood at   {escaped(letter.stood_at.encode())}")
    click.echo(f"put aside  {letter.at.isoformat()}")
    click.echo(f"state      {_state(letter)}")
    click.echo(f"key        {escaped(letter.key)}")
    for name, raw in letter.headers:
        click.echo(f"header     {escaped(name.encode())}: {escaped(raw)}")
    click.echo(f"value      {escaped(letter.value)}")


@command.command("replay")
@click.argument("places", nargs=-1, metavar="[PLACE]...")
@click.option("--all", "takes_all", is_flag=True, help="All that are open.")
def replay_letters(places: tuple[str, ...], *, takes_all: bool) -> None:
    """Send dead letters again, unchanged, to where they came from. Do this once the cause is mended.

    What can't be handled this time either comes back as a new dead letter.
    """
    if takes_all == bool(places):
        raise CommandError("name places, or --all", ExitCode.USAGE)
    kafka = found(os.environ).kafka
    letters = [one for one in asyncio.run(read_letters(kafka)) if not one.is_replayed] if takes_all else _found(places)
    for letter, to in zip(letters, asyncio.run(replay(kafka, letters)), strict=True):
        click.echo(f"{letter.place} sent again as {to}")


def escaped(raw: bytes | None) -> str:
    """Bytes as people read them, safe for a terminal: printable UTF-8 as it is, all else as in a Python string."""
    if raw is None:
        return "—"
    text = raw.decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def _found(places: Sequence[str]) -> list[Letter]:
    parsed = [parsed_place(place) for place in places]
    letters = asyncio.run(read_letters(found(os.environ).kafka, sorted({topic for topic, _, _ in parsed})))
    by_place = {(one.topic, one.partition, one.offset): one for one in letters}
    missing = [place for place, key in zip(places, parsed, strict=True) if key not in by_place]
    if missing:
        raise CommandError(f"there is no dead letter at {missing[0]}; see `motcua dlq list --all`", ExitCode.USAGE)
    return [by_place[key] for key in dict.fromkeys(parsed)]


def _state(letter: Letter) -> str:
    return "replayed" if letter.is_replayed else "open"


def _short(key: bytes | None) -> str:
    return escaped(key)[:60]


def _told(letter: Letter) -> dict[str, str]:
    return {
        "place": letter.place,
        "stood_at": letter.stood_at,
        "put_aside_at": letter.at.isoformat(),
        "key": escaped(letter.key),
        "state": _state(letter),
        "reason": letter.reason,
    }
