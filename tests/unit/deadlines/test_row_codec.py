"""A state survives its row; rows of another version are refused; the head of a row is read without the rest."""

import struct

import pytest

from rules.clocks.errors import StateFormatError
from services.deadlines.adapters.store.row_codec import FORMAT, head, pack, unpack
from tests.unit.deadlines.life import Life, Watch, at, fold, state_of, term
from tests.unit.deadlines.test_redelivery import LIVES


@pytest.mark.parametrize("name", LIVES)
def test_every_state_on_the_way_comes_back_as_it_was(name: str) -> None:
    watch = Watch()
    for event in LIVES[name].events:
        watch.hear(event)
        assert watch.state is not None
        assert unpack(pack(watch.state, 7)) == watch.state


@pytest.mark.parametrize("name", LIVES)
def test_a_state_that_was_stored_in_between_folds_on_as_if_it_had_not_been(name: str) -> None:
    life = LIVES[name]
    for cut in range(1, len(life.events)):
        half, _ = fold(life.events[:cut])
        assert half is not None
        assert fold(life.events[cut:], unpack(pack(half, 0))) == fold(life.events[cut:], half)


def test_the_head_says_where_and_when_to_look() -> None:
    state = state_of(Life(is_history=True).accepted("2026-03-02T08:00", term(5)))
    row = pack(state, 11)
    assert head(row) == (11, state.next_at, state.catching_up_at)
    assert state.catching_up_at == state.known_at


def test_the_head_of_a_state_that_is_never_looked_at_is_read_too() -> None:
    state = state_of(Life().accepted("2026-03-02T08:00", calendar_id="mars"))
    assert head(pack(state, 0)).next_at == state.next_at == 2**62


def test_a_row_stays_small() -> None:
    fresh = state_of(Life().accepted("2026-03-02T08:00", term(5)))
    assert len(pack(fresh, 0)) < 500
    longest = max(len(pack(state_of(life), 0)) for life in LIVES.values())
    assert longest < 1500


@pytest.mark.parametrize("row", [b"", b"\x01", bytes([FORMAT]), b"{}" * 40, bytes([1]) + bytes(60)])
def test_a_row_of_another_format_is_refused(row: bytes) -> None:
    for read in (unpack, head):
        with pytest.raises(StateFormatError, match="format"):
            read(row)


@pytest.mark.parametrize("rest", [b"", b"\x00", b"\x91\x01", b"not msgpack"])
def test_a_row_whose_state_is_torn_is_refused(rest: bytes) -> None:
    row = struct.pack(">BIqq", FORMAT, 0, 0, 0) + rest
    with pytest.raises(StateFormatError, match="can't be read"):
        unpack(row)


def test_instants_keep_their_microseconds() -> None:
    life = Life().accepted("2026-03-02T08:00:00.123456", appointment_at=at("2026-03-09T10:00:00.000001"))
    clock = unpack(pack(state_of(life), 0)).clock("dossier")
    assert clock is not None
    assert (clock.started_at % 1_000_000, clock.lawful_due_at % 1_000_000) == (123_456, 1)
