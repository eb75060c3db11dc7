"""What every event store has to do, whichever it is: in memory, SQLite, PostgreSQL. Subclass it and give a `store` fixture.

`second` is another connection to the same store, as another process has it; the store in memory gives itself.
"""

import threading
from collections import Counter
from uuid import uuid4

import pytest

from events.dossier import DossierAccepted
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Action, Answer
from services.intake.domain.actors import Acted
from services.intake.domain.batch import Receipt
from services.intake.domain.decide import decide
from services.intake.domain.dossier import DossierState
from services.intake.domain.register import sealed_in
from services.intake.domain.sealing import Sealed, seal
from services.intake.pipeline import ActionRecorder
from services.intake.ports import KEPT_SECONDS, AppendConflictError, RequestAnswer, Store
from tests.unit.intake.counter import NOW, START, action, judge
from tests.unit.intake.units import unit

NOW_SECONDS = int(NOW.timestamp())
STEPS = (
    "dossier-accepted.v1",
    "step-started.v1",
    "supplement-requested.v1",
    "supplement-completed.v1",
    "result-ready-at-counter.v1",
)


def life(subject: str, steps: tuple[str, ...] = STEPS, actor_id: str = "cb-1") -> list[Sealed]:
    state: DossierState | None = None
    sealed: list[Sealed] = []
    for number, event_type in enumerate(steps):
        one = action(event_type, number, subject=subject, actorid=actor_id)
        flags = decide(state, one, NOW)
        assert isinstance(flags, tuple)
        sealed += seal(state, one, flags, NOW, START.date())
        state = sealed[-1].state
    return sealed


def receipt(sealed: Sealed, key: str) -> Receipt:
    return Receipt(receipt_key=key, digest="d", dossier_id=sealed.dossier_id, stream_seq=sealed.stream_seq)


def answer(
    key: str, body: bytes = b'{"a": "\xe1\xba\xa1"}', *, sender: str = "s", kept_at: int = NOW_SECONDS
) -> RequestAnswer:
    return RequestAnswer(sender=sender, idempotency_key=key, digest="d", status=201, body=body, kept_at=kept_at)


def name() -> str:
    return uuid4().hex


class StoreContract:
    """The suite; each test uses names of its own, so one database serves all."""

    def test_an_empty_question_has_an_empty_answer(self, store: Store) -> None:
        assert store.load([]) == {}
        assert store.load([uuid4()]) == {}
        assert store.find_receipts([]) == {}
        assert store.find_receipts([name()]) == {}
        assert store.read_events([]) == {}
        assert store.read_events([(uuid4(), 1)]) == {}
        assert store.find_answer("s", name(), 0) is None

    def test_states_are_folded_from_what_was_stored(self, store: Store) -> None:
        first, second = life(name()), life(name(), STEPS[:2])
        store.append([*first[:3], *second], [])
        store.append(first[3:], [])
        loaded = store.load([first[0].dossier_id, second[0].dossier_id, uuid4()])
        assert loaded == {first[0].dossier_id: first[-1].state, second[0].dossier_id: second[-1].state}

    def test_events_are_read_back_as_they_were_stored(self, store: Store) -> None:
        told = life(name())
        store.append(told, [])
        places = [(one.dossier_id, one.stream_seq) for one in told]
        read = store.read_events(places)
        assert [read[place]["hash"] for place in places] == [one.structured["hash"] for one in told]
        assert set(store.read_events(places[1:2])) == {places[1]}

    def test_more_than_a_query_takes_is_asked_in_parts(self, store: Store) -> None:
        told = [life(name(), STEPS[:1])[0] for _ in range(1_003)]
        keys = [name() for _ in told]
        store.append(told, [receipt(one, key) for one, key in zip(told, keys, strict=True)])
        assert len(store.load([one.dossier_id for one in told])) == 1_003
        assert len(store.find_receipts(keys)) == 1_003
        assert len(store.read_events([(one.dossier_id, 1) for one in told])) == 1_003

    def test_the_log_is_in_the_order_of_recording_and_can_be_followed(self, store: Store) -> None:
        before = store.last_id()
        told = life(name())
        store.append(told[:2], [])
        store.append(told[2:], [])
        entries = store.read_after(before, 1_000)
        assert [one.structured["hash"] for one in entries] == [one.structured["hash"] for one in told]
        numbers = [one.notification_id for one in entries]
        assert numbers == sorted(set(numbers))
        assert store.last_id() == numbers[-1]
        assert [one.notification_id for one in store.read_after(numbers[1], 2)] == numbers[2:4]
        assert store.read_after(numbers[-1], 10) == []

    def test_receipts_and_answers_are_stored_with_the_events(self, store: Store) -> None:
        told, key = life(name()), name()
        kept = answer(key)
        store.append(told[:1], [receipt(told[0], key)], [kept])
        assert store.find_receipts([key, name()]) == {key: receipt(told[0], key)}
        assert store.find_answer("s", key, 0) == kept

    @pytest.mark.parametrize("conflict", ["event", "receipt", "answer", "answer only"])
    def test_a_conflict_stores_nothing_at_all_and_is_told_at_once(self, store: Store, conflict: str) -> None:
        told, other, key = life(name()), life(name()), name()
        store.append(told[:2], [receipt(told[0], key)], [answer(key)])
        last = store.last_id()
        fresh = name()
        appended: dict[str, tuple[list[Sealed], list[Receipt], list[RequestAnswer]]] = {
            "event": ([*other, *told[1:3]], [receipt(other[0], fresh)], [answer(fresh)]),
            "receipt": (other, [receipt(other[0], fresh), receipt(other[1], key)], [answer(fresh)]),
            "answer": (other, [receipt(other[0], fresh)], [answer(fresh), answer(key, b"other")]),
            "answer only": ([], [], [answer(key, b"other")]),
        }
        with pytest.raises(AppendConflictError):
            store.append(*appended[conflict])
        assert store.last_id() == last
        assert store.load([other[0].dossier_id]) == {}
        assert store.find_receipts([fresh]) == {}
        assert store.find_answer("s", fresh, 0) is None
        assert store.find_answer("s", key, 0) == answer(key)
        store.append(other, [receipt(other[0], fresh)], [answer(fresh)])
        assert store.last_id() > last

    def test_a_key_belongs_to_its_sender(self, store: Store) -> None:
        key = name()
        store.append([], [], [answer(key, b"1")])
        store.append([], [], [answer(key, b"2", sender="other")])
        assert store.find_answer("s", key, 0) == answer(key, b"1")
        assert store.find_answer("other", key, 0) == answer(key, b"2", sender="other")
        assert store.find_answer("nobody", key, 0) is None

    def test_an_answer_is_kept_for_a_while_and_then_the_key_is_free_again(self, store: Store) -> None:
        key, other = name(), name()
        store.append([], [], [answer(key, b"1"), answer(other)])
        assert store.find_answer("s", key, NOW_SECONDS) == answer(key, b"1")
        assert store.find_answer("s", key, NOW_SECONDS + 1) is None
        last = answer(name(), kept_at=NOW_SECONDS + KEPT_SECONDS)
        store.append([], [], [last])
        assert store.find_answer("s", key, 0) is not None
        again = answer(key, b"2", kept_at=NOW_SECONDS + KEPT_SECONDS + 1)
        store.append([], [], [again])
        assert store.find_answer("s", key, 0) == again
        assert store.find_answer("s", other, 0) is None

    def test_who_acted_is_stored_with_the_events_and_in_two_dossiers_at_most(self, store: Store, second: Store) -> None:
        officer, other, nobody = name(), name(), name()
        first, again = life(name(), STEPS[:2], officer), life(name(), STEPS[:1], f" {officer.upper()}\u200b")
        store.append(first, [])
        assert store.find_acted([officer, nobody]) == {officer: Acted(first_dossier_id=first[0].dossier_id)}
        second.append([*again, *life(name(), STEPS[:1], officer), *life(name(), STEPS[:1], other)], [])
        found = store.find_acted([officer, other])
        assert found[officer] == Acted(first_dossier_id=first[0].dossier_id, has_others=True)
        assert not found[other].has_others
        store.append(life(name(), STEPS[:1], other), [])
        assert second.find_acted([other])[other].has_others

    def test_a_code_is_linked_with_the_events_that_link_it(self, store: Store, second: Store) -> None:
        told, code_id = life(name()), uuid4()
        store.append(told[:1], [], links=[(code_id, told[0].dossier_id)])
        assert second.find_links([code_id, uuid4(), told[0].dossier_id]) == {code_id: told[0].dossier_id}
        assert store.find_links([]) == {}
        second.append(told[1:], [])

    @pytest.mark.parametrize("conflict", ["linked twice", "begun before it is linked", "begun after it was linked"])
    def test_a_code_means_one_dossier_for_ever(self, store: Store, second: Store, conflict: str) -> None:
        told, code, key = life(name()), name(), name()
        (begun,) = life(code, STEPS[:1])
        link, last = (begun.dossier_id, told[0].dossier_id), store.last_id()
        if conflict == "begun before it is linked":
            store.append([begun], [])
            other: list[Sealed] = []
        else:
            store.append(told[:1], [], links=[link])
            other = [begun] if conflict == "begun after it was linked" else []
        with pytest.raises(AppendConflictError):
            second.append(other or told[1:2], [receipt(told[1], key)], links=[] if other else [link])
        assert store.last_id() == last + 1
        assert store.find_receipts([key]) == {}
        assert store.find_links([link[0]]) == ({} if conflict == "begun before it is linked" else dict([link]))

    def test_two_writers_that_link_and_begin_under_one_code_do_one_of_both(self, store: Store, second: Store) -> None:
        for _ in range(10):
            first, code = name(), name()
            store.append(life(first, STEPS[:1]), [])
            linking = action("dossier-accepted.v1", 1, subject=code, data={"previous_code": first})
            beginning = action("dossier-accepted.v1", 2, subject=code)
            ledgers = [
                ActionRecorder(store=one, judge=judge(), known_states=KnownStates(50)) for one in (store, second)
            ]
            answers: list[Answer] = []

            def tell(ledger: ActionRecorder, said: Action, answers: list[Answer] = answers) -> None:
                answers.extend(ledger.record([said], NOW))

            pairs = zip(ledgers, (linking, beginning), strict=True)
            writers = [threading.Thread(target=tell, args=pair) for pair in pairs]
            for one in writers:
                one.start()
            for one in writers:
                one.join()
            refused = [one.refusal.code for one in answers if one.refusal]
            assert refused in (["code-in-use"], ["already-accepted"])

    def test_what_was_not_stored_was_no_act(self, store: Store) -> None:
        officer, key = name(), name()
        told = life(name(), STEPS[:1], officer)
        taken = life(name(), STEPS[:1])
        store.append(taken, [receipt(taken[0], key)])
        with pytest.raises(AppendConflictError):
            store.append(told, [receipt(told[0], key)])
        assert store.find_acted([officer]) == {}
        store.append(told, [])
        assert list(store.find_acted([officer])) == [officer]

    def test_units_are_what_was_recorded_of_them_for_every_connection(self, store: Store, second: Store) -> None:
        before, number = len(store.register().units), 1_000 + store.register().version
        ledger = ActionRecorder(store=store, judge=judge(), known_states=KnownStates(50))
        created = unit("created", number, "2025-01-01", name="Phường Ủy 😀", level="commune", id=name())
        renamed = unit("renamed", number, "2026-01-01", name="Phường B", id=name())
        answers = ledger.record([created, renamed], NOW, is_whole=True)
        assert all(one.is_recorded for one in answers), answers
        for one in (store, second):
            history = one.register().units.history(number)
            assert history is not None
            assert [period.name for period in history.periods] == ["Phường Ủy 😀", "Phường B"]
            assert len(one.register().units) == before + 1
        last = second.register_after(store.register().version - 1, 10)
        assert [one["type"] for one in last] == ["unit-renamed.v1"]
        assert second.register_after(store.register().version - 2, 1)[0]["type"] == "unit-created.v1"
        assert store.find_acted(["cb-1"]).get("cb-1") == second.find_acted(["cb-1"]).get("cb-1")

    def test_of_two_who_go_on_from_one_register_the_second_is_told(self, store: Store, second: Store) -> None:
        mine, theirs = store.register().copy(), second.register().copy()
        numbers = 5_000 + store.register().version, 6_000 + store.register().version
        said = [unit("created", one, "2025-01-01", name="A", level="commune", id=name()) for one in numbers]
        store.append([sealed_in(mine, said[0], NOW, NOW.date())], [])
        with pytest.raises(AppendConflictError):
            second.append([sealed_in(theirs, said[1], NOW, NOW.date())], [])
        assert second.register().units.history(numbers[0]) is not None
        assert second.register().units.history(numbers[1]) is None

    def test_what_it_holds_of_dossiers_is_counted_by_the_letters_of_their_ids(self, store: Store) -> None:
        first, second = life(name()), life(name())
        said = unit("created", 9_000_000 + store.last_id(), "2025-01-01", name="A", level="province")
        units = sealed_in(store.units().copy(), said, NOW, START.date())
        start = store.last_id()
        store.append(first, [])
        between = store.last_id()
        store.append([units, *second], [])
        (part, of_first), (other, of_second) = [(one[0].dossier_id.hex[:4], len(one)) for one in (first, second)]
        assert store.count_by_prefix(part[:2], start, between) == {part: of_first}
        assert store.count_by_prefix("", start, between) == {part[:2]: of_first}
        both = Counter({part[:2]: of_first}) + Counter({other[:2]: of_second})
        assert store.count_by_prefix("", start, store.last_id()) == both
        from_the_beginning = store.count_by_prefix("", 0, store.last_id())
        assert sum(from_the_beginning.values()) == sum(store.count_by_prefix("", 0, start).values()) + sum(
            both.values()
        )
        assert store.count_by_prefix(other[:2], 0, store.last_id())[other] >= of_second
        assert [one["streamseq"] for one in store.events_by_prefix(first[0].dossier_id.hex)] == [1, 2, 3, 4, 5]

    def test_letters_of_every_kind_survive(self, store: Store) -> None:
        key = f"{name()} Hồ sơ 'số' \\ \" 😀 %s ? ;--"
        one = action("dossier-accepted.v1", subject=key[:60], data={"own": "\u0000 Ủy ban 😀", "procedure_name": key})
        (sealed,) = seal(None, one, (), NOW, START.date())
        store.append([sealed], [receipt(sealed, key)], [answer(name(), bytes(range(256)))])
        assert store.find_receipts([key])[key].dossier_id == sealed.dossier_id
        data = store.read_events([(sealed.dossier_id, 1)])[sealed.dossier_id, 1]["data"]
        assert (data["own"], data["procedure_name"]) == ("\u0000 Ủy ban 😀", key)
        assert isinstance(one.data, DossierAccepted)

    def test_two_writers_record_every_action_once_and_a_reader_misses_none(self, store: Store, second: Store) -> None:
        subjects = [name() for _ in range(30)]
        rounds = [[action(step, number, subject=one) for one in subjects] for number, step in enumerate(STEPS)]
        theirs = unit("created", rounds[0][0].unit_id, "2020-01-01", name="Phường 5", level="commune")
        ActionRecorder(store=store, judge=judge(), known_states=KnownStates(50)).record([theirs], NOW)
        before = store.last_id()
        failed: list[BaseException] = []

        def record(ledger: ActionRecorder) -> None:
            try:
                for batch in rounds:
                    for start in range(0, len(batch), 10):
                        answers = ledger.record(batch[start : start + 10], NOW)
                        assert all(one.is_recorded for one in answers), answers
            except BaseException as error:  # noqa: BLE001  # told to the test
                failed.append(error)

        ledgers = [ActionRecorder(store=one, judge=judge(), known_states=KnownStates(50)) for one in (store, second)]
        writers = [threading.Thread(target=record, args=(one,)) for one in ledgers]
        for one in writers:
            one.start()
        followed: list[int] = []
        while any(one.is_alive() for one in writers) or store.read_after(followed[-1] if followed else before, 1):
            followed += [one.notification_id for one in store.read_after(followed[-1] if followed else before, 7)]
        assert [repr(one) for one in failed] == []
        assert followed == [one.notification_id for one in store.read_after(before, 10_000)]
        assert len(followed) == len(subjects) * len(STEPS)
