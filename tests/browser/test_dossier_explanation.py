"""An inspector redoes due dates: in a real browser, in the terminal and from the list of flags, over a real engine of its own."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from deploy.embedded.kafka.launch import free_port
from events.dossier import IntegrityFlagRaised
from events.envelope import Event
from motcua.cli import group
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.domain.rows import data_text, row_for
from tests.browser.conftest import Visit, ended, serve
from tests.browser.test_page import UNLABELLED, WEAK_CONTRAST
from tests.embedded.engine import ClickHouseProcess
from tests.sql.engines import engine_of_its_own
from tests.sql.loading import call_whole, load_rows
from tests.unit.deadlines.life import CHAINED, Life, fold, term
from tests.unit.motcua.explained_lives import place_of, three_policies

pytestmark = [pytest.mark.integration, pytest.mark.browser]

GOOD, WRONG, LONG, FLAGGED, ENDED_TWICE = (f"{letter * 8}-1111-5111-8111-111111111111" for letter in "abcde")
GOLDEN = Path(__file__).parents[1] / "unit" / "motcua" / "explain_three_policies.vi.txt"
RULE = "domain 4.3: already-ended"


def renamed(life: Life, dossier_id: str, code: str) -> Life:
    """The same life under another id and code."""
    life.dossier_id = dossier_id
    life.events = [
        replace(
            one, envelope=replace(one.envelope, dossier_id=dossier_id, dossier_code=code, event_id=f"{code}-{number}")
        )
        for number, one in enumerate(life.events)
    ]
    return life


def long_life() -> Life:
    """Tết, a chain of agencies, a consultation, a supplement."""
    life = Life(procedure_code=CHAINED).submitted("2026-02-02T08:00").accepted("2026-02-02T14:00")
    life.moved_to("2026-02-03T09:00", 31).consulted("2026-02-12T09:00", reply_term=term(3))
    return life.asked("2026-02-13T09:00").supplemented("2026-02-24T09:00").ready("2026-03-20T10:00")


def ended_twice() -> Life:
    """Recorded late and not approved, reopened, and withdrawn after its new due date."""
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-06T09:00", delay=timedelta(days=7))
    return life.reopened("2026-03-18T09:00").withdrawn("2026-03-30T09:00").apologised("2026-04-02T09:00")


def flag(life: Life, target: Event) -> Event:
    """What intake says when it decides on an event that contradicts."""
    data = IntegrityFlagRaised(kind="order", rule=RULE, detail="intake", target_event_id=target.envelope.event_id)
    return life.then(target.envelope.occurred_at, data).events[-1]


def stored() -> list[tuple[list[Event], list[Event]]]:
    """(events, what the clocks said) of five dossiers; of the second one date was recorded otherwise."""
    good, wrong = renamed(three_policies(), GOOD, "H1-GOOD"), renamed(three_policies(), WRONG, "H1-WRONG")
    long = renamed(long_life(), LONG, "H1-LONG")
    flagged = Life(FLAGGED).accepted("2026-03-02T09:00", term(5)).ready("2026-03-04T09:00").ready("2026-03-05T09:00")
    flag(flagged, flagged.events[-1])
    twice = renamed(ended_twice(), ENDED_TWICE, "H1-TWICE")
    lives = (good, wrong, long, flagged, twice)
    said = {life.dossier_id: fold(life.events)[1] for life in lives}
    said[WRONG] = [
        replace(one, data=replace(one.data, lawful_due_at=one.data.lawful_due_at + timedelta(days=1)))
        if one.envelope.event_type == "deadline-moved.v1"
        else one
        for one in said[WRONG]
    ]
    return [(life.events, said[life.dossier_id]) for life in lives]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    """An engine of its own: the town's figures must not see these dossiers."""
    with engine_of_its_own(tmp_path_factory.mktemp("explained") / "data") as (running, client):
        store = ClickHouseFacts(client)
        for events, said in stored():
            told = [("dossier-events", one) for one in events] + [("deadline-events", one) for one in said]
            rows = [
                row_for(one, data_text(one), place_of(one, topic, number)) for number, (topic, one) in enumerate(told)
            ]
            asyncio.run(load_rows(store, rows))
        asyncio.run(call_whole(client))
        yield running


@pytest.fixture(scope="module")
def site(engine: ClickHouseProcess) -> Iterator[str]:
    port = free_port()
    process = serve(f"http://supervisor@{engine.host}:{engine.port}/motcua", port)
    yield f"http://127.0.0.1:{port}"
    ended(process)


@pytest.fixture
def terminal(engine: ClickHouseProcess, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal beside the running engine."""
    reader = f"http://supervisor@{engine.host}:{engine.port}/motcua"
    monkeypatch.setenv("MOTCUA_CLICKHOUSE_READER_URL", reader)
    return CliRunner()


def cells(visit: Visit, caption: str) -> list[list[str]]:
    """The rows of a table of the explanation, by its caption."""
    table = visit.page.locator("#explanation table", has=visit.page.locator(f"caption:text-is('{caption}')")).first
    rows = table.locator("tbody tr").all()
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def test_the_three_policies_stand_beside_each_other(visit: Visit) -> None:
    visit.open(f"/dossiers/{GOOD}")
    assert visit.text("#explanation h2") == "Vì sao hạn này"
    assert visit.text("#explanation .agrees") == "Khớp với mọi hạn đã ghi."
    policies = cells(visit, "Ba cách tính sau khi dừng (DR-23)")
    assert [(row[1][-16:], row[2]) for row in policies] == [
        ("26/03/2025 17:00", "Sớm hẹn"),
        ("21/03/2025 17:00", "Trễ hẹn"),
        ("21/03/2025 17:00", "Trễ hẹn"),
    ]
    assert "cách tính theo luật" in policies[0][0]


def test_the_days_are_folded_away_and_count_to_the_term(visit: Visit) -> None:
    visit.open(f"/dossiers/{LONG}")
    title = visit.page.locator("#explanation details.sum summary").first
    assert title.inner_text() == "Đếm từng ngày cho hạn ban đầu: 17 ngày được tính (DR-01, DR-02)"
    assert not visit.page.locator("#explanation details.sum table").first.is_visible()
    title.click()
    days = cells(visit, title.inner_text())
    assert [row[1] for row in days if row[1]] == [str(number) for number in range(1, 18)]
    tet = next(row for row in days if row[0] == "Thứ Ba 17/02/2026")
    assert tet[2].startswith("nghỉ: Tết Nguyên đán (Bộ luật Lao động")


def test_what_was_recorded_otherwise_is_marked_in_words(visit: Visit) -> None:
    visit.open(f"/dossiers/{WRONG}")
    assert visit.text("#explanation p.differs").startswith("LỆCH VỚI SỰ KIỆN ĐÃ GHI")
    lawful = cells(visit, "Ba mốc hạn")[1]
    assert lawful[1].endswith("26/03/2025 17:00")
    assert "27/03/2025 17:00" in lawful[2]
    assert lawful[2].endswith("lệch")


def test_class_endings_breaches_letters_and_late_records_stand_as_in_the_terminal(
    visit: Visit, terminal: CliRunner
) -> None:
    visit.open(f"/dossiers/{ENDED_TWICE}")
    assert visit.text("#explanation p.outcome") == "Phân loại: Dừng, rút, trả lại (theo hạn: Trễ hẹn)"
    told = " ".join(terminal.invoke(group, ["explain", "H1-TWICE"]).stdout.split())
    titles = visit.page.locator("#explanation h3").all_inner_texts()
    assert [title.split(" (")[0] for title in titles][:4] == [
        "Các lần kết thúc",
        "Các lần quá hạn",
        "Nghĩa vụ xin lỗi cho từng lần quá hạn",
        "Các sự kiện ghi nhận muộn",
    ]
    assert all(title in told for title in titles[:4])
    lines = visit.page.locator("#explanation ul.notes > li").all_inner_texts()
    assert [line.partition(" 06/03/2026")[0] for line in lines if "đang chờ người thứ hai duyệt" in line] != []
    assert any("mở lại 18/03/2026 09:00" in line for line in lines)
    assert "Thời gian từ khi kết thúc đến khi mở lại" in visit.text("#explanation")
    assert "chờ người dân" not in visit.text("#explanation")


def test_the_other_clocks_open_on_request(visit: Visit) -> None:
    visit.open(f"/dossiers/{LONG}")
    parts = visit.page.locator("#explanation details[data-clock] > summary").all_inner_texts()
    assert [text.split(" – ")[0] for text in parts] == [
        "Kiểm tra hồ sơ nộp trực tuyến, lần 1",
        "Chuyển hồ sơ đến cơ quan giải quyết",
        "Cơ quan phối hợp 31",
        "Lấy ý kiến 12/CV",
    ]


def test_it_speaks_english(visit: Visit) -> None:
    visit.open(f"/dossiers/{LONG}?lang=en")
    assert visit.text("#explanation h2") == "Why this due date"
    visit.page.locator("#explanation details.sum summary").first.click()
    assert "Lunar New Year" in visit.text("#explanation details.sum table")
    assert "explain." not in visit.text("main")


@pytest.mark.parametrize("dossier_id", [WRONG, LONG, ENDED_TWICE])
def test_it_is_readable_and_fits_a_phone(visit: Visit, dossier_id: str) -> None:
    visit.open(f"/dossiers/{dossier_id}")
    for title in visit.page.locator("#explanation details > summary").all():
        title.click()
    assert visit.page.evaluate(UNLABELLED) == []
    assert visit.page.evaluate(WEAK_CONTRAST) == []
    visit.page.emulate_media(color_scheme="dark")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.settled()
    assert visit.page.evaluate(WEAK_CONTRAST) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_terminal_says_the_same_by_code_and_by_id(terminal: CliRunner) -> None:
    text = terminal.invoke(group, ["explain", "H1-GOOD"])
    assert text.exit_code == 0, text.output
    assert text.stdout == GOLDEN.read_text(encoding="utf-8").replace("H29.123", "H1-GOOD")
    plain = json.loads(terminal.invoke(group, ["explain", WRONG, "--json"]).stdout)
    assert plain["differs"]


def test_a_difference_ends_the_command_with_findings(terminal: CliRunner) -> None:
    assert terminal.invoke(group, ["explain", "H1-WRONG"]).exit_code == 1
    assert terminal.invoke(group, ["explain", "H1-NONE"]).exception is not None


def test_a_flag_that_intake_and_the_clocks_raised_is_one_line(terminal: CliRunner) -> None:
    answer = terminal.invoke(group, ["integrity", "--json"])
    assert answer.exit_code == 0, answer.stderr
    raised = json.loads(answer.stdout)
    (found,) = (one for one in raised if one["dossier_id"] == FLAGGED)
    assert (found["kind"], found["rule"]) == ("order", RULE)
    assert found["sources"] == ["deadlines", "intake"]
    shown = terminal.invoke(group, ["integrity"], env={"COLUMNS": "200"}).stdout
    assert "deadlines, intake" in " ".join(shown.split())
