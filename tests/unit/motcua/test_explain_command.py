"""`motcua explain`: its text in both languages to the letter, its JSON, its exit codes."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from events.envelope import Event
from motcua.commands import explain_command
from motcua.day_lines import WIDTH
from motcua.explaining import Writer
from motcua.output import CommandError
from services.page.adapters.dictionaries import load_dictionaries
from tests.unit.deadlines.life import CHAINED, Life, at, fold, term
from tests.unit.motcua.explained_lives import explained_json, rows_of, three_policies

HERE = Path(__file__).parent
TEXTS = load_dictionaries()


class Stored:
    """A stand-in for ClickHouse that knows the rows of some lives."""

    def __init__(self, *lives: tuple[Life, Sequence[Event]]) -> None:
        self.codes: dict[str, str] = {}
        self.rows = [row for life, said in lives for row in (*rows_of(life.events), *rows_of(said, "deadline-events"))]

    def query(self, _: str, parameters: dict[str, str]) -> Any:
        found = [row for row in self.rows if row["dossier_id"] == parameters.get("dossier_id")]
        if "letters" in parameters:
            named = [{"dossier_id": one, "dossier_code": code} for code, one in self.codes.items()]
            found = [*self.rows, *named]
        return SimpleNamespace(named_results=lambda: iter(found))


def run(monkeypatch: pytest.MonkeyPatch, stored: Stored, *arguments: str) -> Result:
    monkeypatch.setattr(explain_command, "whole_statistics", lambda _: nullcontext(stored))
    return CliRunner().invoke(explain_command.command, arguments)


def told(life: Life) -> tuple[Life, Sequence[Event]]:
    return life, fold(life.events)[1]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_text_is_the_golden_one(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    done = run(monkeypatch, Stored(told(three_policies())), "H29.123", "--lang", language)
    assert done.exit_code == 0
    assert done.stdout == (HERE / f"explain_three_policies.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("written", [" h29.123", "Ｈ29.123", "H29.123\u200b"])
def test_the_code_may_be_written_otherwise(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    assert run(monkeypatch, Stored(told(three_policies())), written).exit_code == 0


def test_json_is_what_the_page_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    life = three_policies()
    done = run(monkeypatch, Stored(told(life)), life.dossier_id, "--json")
    assert json.loads(done.stdout) == explained_json(life)


def test_a_code_under_which_nothing_came_yet_names_its_dossier(monkeypatch: pytest.MonkeyPatch) -> None:
    life = three_policies()
    stored = Stored(told(life))
    stored.codes = {"G22.1": life.dossier_id}
    assert json.loads(run(monkeypatch, stored, "G22.1", "--json").stdout) == explained_json(life)


def test_an_unknown_dossier_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, Stored(), "H1")
    assert isinstance(done.exception, CommandError)
    assert (str(done.exception), done.exception.exit_code) == ("no dossier has the id or the code H1", 1)


def test_a_code_of_several_dossiers_names_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    lives = [Life(f"{n}1111111-1111-5111-8111-111111111111").accepted("2026-03-02T09:00", term(5)) for n in (1, 2)]
    done = run(monkeypatch, Stored(*map(told, lives)), "H29.123")
    assert isinstance(done.exception, CommandError)
    assert done.exception.exit_code == 2
    assert all(life.dossier_id in str(done.exception) for life in lives)


def test_a_difference_is_loud_and_ends_with_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    life, said = told(three_policies())
    wrong = [
        replace(one, data=replace(one.data, lawful_due_at=one.data.lawful_due_at + timedelta(days=1)))
        if one.envelope.event_type == "deadline-moved.v1"
        else one
        for one in said
    ]
    done = run(monkeypatch, Stored((life, wrong)), "H29.123")
    assert done.exit_code == 1
    assert "!!! LỆCH VỚI SỰ KIỆN ĐÃ GHI" in done.stdout
    assert "Hạn theo luật             Thứ Tư 26/03/2025 17:00   Thứ Năm 27/03/2025 17:00 <<< LỆCH" in done.stdout


def text_of(life: Life, language: str = "vi", *, every_day: bool = False) -> str:
    return "\n".join(Writer(TEXTS[language], language, every_day=every_day).lines(explained_json(life)))


def long_life() -> Life:
    life = Life(procedure_code=CHAINED).submitted("2026-02-02T08:00").accepted("2026-02-10T14:00")
    life.moved_to("2026-02-11T09:00", 31).consulted("2026-02-12T09:00", reply_term=term(3)).asked("2026-02-13T09:00")
    return life.supplemented("2026-02-24T09:00").asked("2026-03-03T09:00").ready("2026-03-20T10:00")


def test_a_long_sum_is_drawn_together_unless_every_day_is_asked_for() -> None:
    short, whole = text_of(long_life()), text_of(long_life(), every_day=True)
    assert "    Thứ Hai  16/02/2026 – Thứ Sáu  20/02/2026         nghỉ: Tết Nguyên đán" in short
    assert "Thứ Tư   18/02/2026" not in short
    assert "    Thứ Tư   18/02/2026         nghỉ: Tết Nguyên đán" in whole


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("every_day", [False, True])
def test_every_line_fits_a_terminal_and_every_word_is_known(language: str, *, every_day: bool) -> None:
    text = text_of(long_life(), language, every_day=every_day)
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert "explain." not in text
    assert "{" not in text


def test_the_other_clocks_are_told_in_short() -> None:
    text = text_of(long_life(), "en")
    assert "Check of the online submission, round 1 – Late" in text
    assert "Working hours to the original due date: 8 hours" in text
    assert "Agency in the chain 31 – Not known" in text  # it ended while it waited, and no clock said a class
    assert "Ended while waiting for the citizen; judged by" in text
    assert "two requests or more: overdue" in text


def test_what_moved_nothing_and_what_was_stated_are_told() -> None:
    life = Life().accepted("2026-03-02T09:00", term(15), appointment_at=at("2026-03-20T16:00"))
    text = text_of(life.asked("2026-03-25T09:00").apologised("2026-03-26T09:00", at("2026-03-15T09:00")), "en")
    assert "The source system stated the appointment, so no days are counted." in text
    assert "The rules alone would give Mon 23/03/2026 17:00: 15 days counted" in text
    assert "2. Supplement requested: came after the due date, changes nothing (DR-24)" in text
    assert "3. Apology sent: against the rules: AR-05" in text


def test_a_dossier_without_clocks_says_so() -> None:
    assert "Không có đồng hồ nào để giải thích." in text_of(Life().accepted("2026-03-02T09:00"))
