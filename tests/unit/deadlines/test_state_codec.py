"""A state survives its bytes; bytes of another version are refused."""

import orjson
import pytest

from services.deadlines.domain.errors import StateFormatError
from services.deadlines.domain.state_codec import decode, encode
from tests.unit.deadlines.life import Life, at, fold, term

LIVES = {
    "fresh": Life().accepted("2026-03-02T08:00", term(5)),
    "given": Life().accepted("2026-03-02T08:00.123456", appointment_at=at("2026-03-09T10:00")),
    "unarmed": Life().accepted("2026-03-02T08:00", calendar_id="mars"),
    "waiting": Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00"),
    "long": (
        Life(is_history=True)
        .accepted("2026-03-02T08:00", term(2, "hour"))
        .moved_to("2026-03-02T08:30", 9)
        .asked("2026-03-02T09:00")
        .supplemented("2026-03-03T09:00")
        .apologised("2026-03-03T09:30", at("2026-03-04T09:00"))
        .step("2026-03-04T09:00")
        .ready("2026-03-04T10:00")
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_a_state_comes_back_as_it_was(name: str) -> None:
    state, _ = fold(LIVES[name].events)
    assert state is not None
    assert decode(state.dossier_id, encode(state)) == state


def test_a_state_stays_small() -> None:
    state, _ = fold(LIVES["long"].events)
    assert state is not None
    assert len(encode(state)) < 1200


def test_a_state_of_an_unknown_format_is_refused() -> None:
    with pytest.raises(StateFormatError, match="format 99"):
        decode("d", orjson.dumps([99]))
