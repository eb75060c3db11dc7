"""Whether a record has its place in its chain: one decision for every reader, and a link that is read as it was sealed."""

import random

import pytest

from events.codec import dumps, to_kafka, to_structured
from events.errors import MessageError
from events.hash_chain import CHANGED, GENESIS_KEPT, KEPT, NO_HASH, Link, hash_of, judged, link_of
from events.record_chain import link_of_record, structured_of
from rules.clocks.chain import MOST_KEPT, judged_in, with_link
from rules.clocks.state import NEVER, StreamState, Subject
from tests.flow.deadlines.dossiers import Dossier, term
from tests.sealing import resealed

A, B, C = (bytes([one]) * KEPT for one in (1, 2, 3))
LIFE = Dossier().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00.25").ready("2026-03-04T08:00")


@pytest.mark.parametrize(
    ("link", "last", "before", "same", "verdict", "why"),
    [
        pytest.param(Link(3, B, C), 2, B, None, "follows", "", id="the next one"),
        pytest.param(Link(1, GENESIS_KEPT, A), 0, GENESIS_KEPT, None, "follows", "", id="the first one"),
        pytest.param(Link(3, B, C), 2, None, None, "follows", "", id="the hash before is not kept: trusted"),
        pytest.param(Link(2, A, B), 2, None, B, "known", "", id="the last one again"),
        pytest.param(Link(1, GENESIS_KEPT, A), 9, None, None, "known", "", id="an old one whose hash is not kept"),
        pytest.param(Link(5, B, C), 2, None, None, "gap", "", id="numbers are missing"),
        pytest.param(Link(3, A, C), 2, B, None, "broken", "it does not follow from the event before", id="not behind"),
        pytest.param(
            Link(1, A, C), 0, GENESIS_KEPT, None, "broken", "a first event that has one before it", id="first"
        ),
        pytest.param(Link(2, A, C), 2, None, B, "broken", "a second event of number 2", id="its number was"),
        pytest.param(Link(3, B, C, CHANGED), 2, B, None, "broken", CHANGED, id="changed, before the true one"),
        pytest.param(Link(2, A, B, CHANGED), 2, None, B, "broken", CHANGED, id="changed, with the true one's hash"),
        pytest.param(Link(9, B, b"", NO_HASH), 2, None, None, "broken", NO_HASH, id="no hash is no gap"),
    ],
)
def test_a_record_follows_is_known_leaves_a_gap_or_breaks_the_chain(
    link: Link, last: int, before: bytes | None, same: bytes | None, verdict: str, why: str
) -> None:
    assert judged(link, last, before, same) == (verdict, why)


def test_a_record_has_the_link_that_it_was_sealed_with_in_both_modes() -> None:
    before = GENESIS_KEPT
    for event in LIFE.events:
        _, value, headers = to_kafka(event)
        link = link_of_record(value, headers, event.envelope.stream_seq)
        assert link == (event.envelope.stream_seq, before, bytes.fromhex(event.envelope.hash or "")[:KEPT], "")
        content_type = [("content-type", b"application/cloudevents+json")]
        assert link_of_record(dumps(to_structured(event)), content_type, event.envelope.stream_seq) == link
        before = link.own


def test_an_instant_in_another_form_is_read_as_everybody_reads_it() -> None:
    _, value, headers = to_kafka(LIFE.events[1])
    other = [(name, b"2026-03-03T01:00:00.250000Z" if name == "ce_time" else raw) for name, raw in headers]
    sealed_so = [(name, raw) for name, raw in other if name != "ce_hash"]
    assert link_of_record(value, other, 2).fault == CHANGED
    assert link_of_record(value, resealed(value, sealed_so), 2).fault == ""


def test_whatever_is_changed_in_a_record_shows() -> None:
    chance = random.Random(25)
    _, value, headers = to_kafka(LIFE.events[0])
    for place, (name, raw) in enumerate(headers):
        if name in ("ce_hash", "content-type", "ce_type", "ce_specversion", "ce_dataschema", "ce_partitionkey"):
            continue
        at = chance.randrange(len(raw))
        digit = b"2" if raw[at : at + 1] == b"1" else b"1"
        changed = [*headers]
        changed[place] = (name, raw[:at] + digit + raw[at + 1 :])
        try:
            link = link_of_record(value, changed, 1)
        except MessageError:
            continue
        assert link.fault == CHANGED, name
    assert link_of_record(value.replace(b"1.004859", b"1.004850"), headers, 1).fault == CHANGED
    assert link_of_record(value, [one for one in headers if one[0] != "ce_hash"], 1).fault == NO_HASH


def test_a_text_that_looks_like_two_attributes_is_another_text() -> None:
    _, value, headers = to_kafka(LIFE.events[0])
    split = [(name, raw + b'","x":"y' if name == "ce_dossiercode" else raw) for name, raw in headers]
    as_two = [*headers, ("ce_x", b"y")]
    assert hash_of(structured_of(value, split)) != hash_of(structured_of(value, as_two))
    assert link_of_record(value, resealed(value, as_two), 1).fault == ""
    own = dict(resealed(value, as_two))["ce_hash"]
    assert link_of_record(value, [*dict(split).items(), ("ce_hash", own)], 1).fault == CHANGED


def state(seq: int, links: bytes) -> StreamState:
    return StreamState(seq, 0, 0, NEVER, Subject(1, 1, None, None, "vn", "1", "r"), 1, links=links)


def test_a_state_keeps_the_hashes_of_its_latest_events_and_knows_them_again() -> None:
    hashes = [bytes([number]) * KEPT for number in range(1, MOST_KEPT + 4)]
    now: StreamState | None = None
    for number, own in enumerate(hashes, start=1):
        link = Link(number, hashes[number - 2] if number > 1 else GENESIS_KEPT, own)
        assert judged_in(now, link).verdict == "follows"
        now = with_link(now, state(number, b"" if now is None else now.links), link)
    assert now is not None
    assert len(now.links) == MOST_KEPT * KEPT
    for number, own in enumerate(hashes, start=1):
        assert judged_in(now, Link(number, A, own)).verdict == "known"
        is_kept = number > len(hashes) - MOST_KEPT
        assert judged_in(now, Link(number, A, b"x" * KEPT)).verdict == ("broken" if is_kept else "known")


def test_a_row_of_before_hashes_were_kept_is_gone_on_from_and_checked_from_then_on() -> None:
    old = state(5, b"")
    assert judged_in(old, Link(5, A, B)).verdict == "known"
    assert judged_in(old, Link(6, A, B)).verdict == "follows"
    newer = with_link(old, state(6, b""), Link(6, A, B))
    assert newer.links == B
    assert judged_in(newer, Link(7, B, C)).verdict == "follows"
    assert judged_in(newer, Link(7, A, C)).verdict == "broken"


def test_of_a_stream_that_was_forgotten_only_the_event_itself_is_judged() -> None:
    assert judged_in(None, Link(7, A, B)).verdict == "gap"
    assert judged_in(None, Link(7, A, B, CHANGED)).verdict == "broken"
    assert judged_in(None, Link(1, A, B)).verdict == "broken"


def test_a_link_is_read_of_the_published_form_too() -> None:
    structured = to_structured(LIFE.events[1])
    assert link_of(structured).fault == ""
    assert link_of({**structured, "unitid": 7}).fault == CHANGED
