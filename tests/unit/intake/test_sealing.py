"""The place of an event in its stream: numbers without a gap, a whole hash chain, the envelope that intake alone fills."""

from events.codec import dumps, parse_json
from events.hash_chain import GENESIS, first_break
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, SOURCE, action
from tests.unit.intake.test_decide import LIVES, sealed_by, state_after


def test_a_life_is_one_whole_chain_also_as_bytes() -> None:
    chain, state = [], None
    for number, event_type in enumerate([*LIVES["waiting"], "supplement-completed.v1", "result-ready-at-counter.v1"]):
        for sealed in sealed_by(state, action(event_type, number, source=HISTORY_SOURCE, history=True)):
            chain.append(parse_json(dumps(sealed.structured)))
            state = sealed.state
    late = action("step-started.v1", 0, id="late", source=HISTORY_SOURCE, history=True)
    chain += [parse_json(dumps(sealed.structured)) for sealed in sealed_by(state, late)]
    assert [one["streamseq"] for one in chain] == list(range(1, 9))
    assert chain[0]["prevhash"] == GENESIS
    assert first_break(chain) is None
    assert first_break([*chain[:3], {**chain[3], "unitid": 6}, *chain[4:]]) == 4


def test_the_envelope_says_where_an_event_comes_from() -> None:
    (sealed,) = sealed_by(None, action("dossier-accepted.v1", actorrole="tiếp nhận", channel=2, own="x"))
    told = sealed.structured
    assert told["sourceeventref"] == "HS-1/0/dossier-accepted.v1"
    assert (told["source"], told["dossiercode"], told["own"]) == (SOURCE, "HS-1", "x")
    assert (told["procedurecode"], str(told["openedon"]), told["recordedat"]) == ("1.004873", "2026-03-02", NOW)
    assert told["subject"] == told["partitionkey"] == str(sealed.dossier_id)


def test_later_events_keep_the_day_and_procedure_of_the_first() -> None:
    (sealed,) = sealed_by(state_after(LIVES["accepted"]), action("step-started.v1", 30))
    assert (str(sealed.structured["openedon"]), sealed.structured["procedurecode"]) == ("2026-03-02", "1.004873")


def test_a_dossier_id_as_subject_is_no_dossier_code() -> None:
    ours = "019C4B0E-7D5C-7A41-9C11-4F0B6A1D2E00"
    (sealed,) = sealed_by(None, action("dossier-accepted.v1", subject=ours))
    assert sealed.structured["subject"] == ours.lower()
    assert "dossiercode" not in sealed.structured
