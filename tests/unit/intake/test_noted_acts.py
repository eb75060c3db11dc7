"""What of a batch is still to be noted of who acted: each officer twice in his life, and what failed again."""

from services.intake.adapters.acting_persons import NotedActs
from services.intake.domain.sealing import Sealed
from tests.unit.intake.counter import action
from tests.unit.intake.test_decide import sealed_by


def accepted(subject: str, actor_id: str | None = "cb-1") -> Sealed:
    return sealed_by(None, action("dossier-accepted.v1", subject=subject, actorid=actor_id))[0]


def test_a_person_is_noted_in_two_dossiers_and_never_again_however_he_is_written() -> None:
    noted = NotedActs()
    first, second, third = accepted("A"), accepted("B", " CB-1"), accepted("C")
    assert noted.of([first, first, second, third]) == [("cb-1", first.dossier_id), ("cb-1", second.dossier_id)]
    noted.noted(noted.of([first, first, second, third]))
    assert noted.of([third]) == noted.of([accepted("D", "Cb-1\u200b")]) == noted.of([third]) == []
    other = accepted("E", "cb-2")
    assert noted.of([third, other]) == [("cb-2", other.dossier_id)]


def test_what_was_not_committed_is_noted_with_the_next_batch() -> None:
    noted = NotedActs()
    first, second = accepted("A"), accepted("B")
    assert noted.of([first]) == noted.of([first]) == [("cb-1", first.dossier_id)]
    noted.noted(noted.of([first]))
    assert noted.of([first]) == []
    assert noted.of([second]) == noted.of([second]) == [("cb-1", second.dossier_id)]


def test_what_nobody_did_is_noted_of_nobody_and_all_writers_note_in_one_order() -> None:
    noted = NotedActs()
    assert noted.of([accepted("A", None), accepted("B", "\u2060")]) == []
    told = [accepted("A", "cb-3"), accepted("B", "cb-1"), accepted("C", "cb-2")]
    assert [person for person, _ in noted.of(told)] == ["cb-1", "cb-2", "cb-3"]
