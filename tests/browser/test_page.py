"""A chair reads the page in a real browser: down to one dossier, by week, in two languages, on a phone."""

import itertools
import json
import re
import urllib.request

import pytest

from deploy.embedded.kafka.launch import free_port
from services.stats.questions import PAGE, TREND, Rate, rate_text
from tests.browser.conftest import Visit, ended, serve
from tests.browser.town import CITY, NEW_WARDS, SCRIPT_CODE, SCRIPT_ID

pytestmark = [pytest.mark.integration, pytest.mark.browser]

OLD_WEEK = "/?period=week&from=2025-06-16"
NEW_WEEK = "/?period=week&from=2025-07-21"
VIEWS = [OLD_WEEK, "/?period=range&from=2025-06-10&to=2025-07-20&lang=en", "/overdue?period=all", "/dossiers/d1-00007"]


def test_the_page_opens_with_the_latest_week_that_has_data(visit: Visit):
    visit.open("/")
    assert visit.heading() == "Thành phố Huế"
    assert visit.text("#period-text") == "Tuần 28/07/2025 – 03/08/2025"
    assert re.fullmatch(r"\d{1,3},\d\d %", visit.text("#on-time-rate"))
    assert visit.text("#fresh").startswith("Số liệu đến ")
    assert visit.page.title() == "Thành phố Huế · Tuần 28/07/2025 – 03/08/2025 – Một cửa"


def test_a_click_leads_from_the_province_through_district_and_commune_to_a_dossier(visit: Visit):
    visit.open(OLD_WEEK).click("#children-table >> text=Quận Thuận Hóa")
    assert (visit.heading(), visit.text(".kicker")) == ("Quận Thuận Hóa", "Cấp huyện")
    visit.click("#children-table >> text=Phường Phú Hội")
    assert (visit.heading(), visit.text(".kicker")) == ("Phường Phú Hội", "Cấp xã")
    assert [place.strip() for place in visit.page.locator(".crumbs li").all_inner_texts()] == [
        "Thành phố Huế", "Quận Thuận Hóa", "Phường Phú Hội"]  # fmt: skip
    assert visit.page.locator("#children").count() == 0
    visit.click(".card.received .figure")
    code = visit.text("#dossiers-table tbody th")
    visit.click("#dossiers-table tbody th a")
    assert code in visit.heading()
    assert visit.page.locator(".event").first.get_attribute("data-type") == "dossier-accepted.v1"
    assert visit.text("#due-original")
    assert visit.text("#why p")
    visit.page.go_back()
    visit.until(lambda: visit.page.locator("#dossiers-table").count() == 1)
    assert visit.text("#dossiers-table tbody th") == code


def test_without_districts_the_communes_follow_the_province_directly(visit: Visit):
    visit.open(OLD_WEEK)
    assert visit.text("#children h2") == "Các quận, huyện"
    visit.open(NEW_WEEK)
    rows = {row[0]: row[1:] for row in visit.page.eval_on_selector_all(
        "#children-table tbody tr", "all => all.map((tr) => [...tr.cells].map((cell) => cell.textContent))")}  # fmt: skip
    assert {"Phường Thuận Hóa", "Phường Phú Xuân", "Bộ phận Một cửa của Thành phố Huế"} <= set(rows)
    # A district of old stands there only as long as it still has open dossiers; it receives none.
    assert all(row[0] != "0" and row[1] == "0" for name, row in rows.items() if name.startswith("Quận"))
    visit.click("#children-table >> text=Phường Phú Xuân")
    assert [place.strip() for place in visit.page.locator(".crumbs li").all_inner_texts()] == [
        "Thành phố Huế",
        "Phường Phú Xuân",
    ]


def test_the_list_has_as_many_rows_as_the_figure_that_was_clicked(visit: Visit):
    for figure in ("late", "open_overdue"):
        link = visit.open(f"{OLD_WEEK}&unit={CITY}").page.locator(f".headline a[data-figure={figure}]").first
        shown = link.inner_text()
        link.click()
        visit.until(lambda: visit.page.locator("#dossiers-table").count() == 1)
        assert (visit.text("#total"), visit.page.locator("#dossiers-table tbody tr").count()) == (
            shown,
            min(int(shown), 50),
        ), figure


def test_a_long_list_is_paged_without_gap_or_repeat(visit: Visit):
    visit.open("/dossiers?figure=received&period=all")
    total, codes = int(visit.text("#total")), visit.page.locator("#dossiers-table tbody th").all_inner_texts()
    while visit.page.locator(".turns a[aria-label='Trang sau']").count():
        visit.click(".turns a[aria-label='Trang sau']")
        codes += visit.page.locator("#dossiers-table tbody th").all_inner_texts()
    assert len(codes) == len(set(codes)) == total == 271


def test_the_week_can_be_changed_and_back_returns(visit: Visit):
    visit.open(OLD_WEEK)
    before = visit.text(".card.received .big")
    visit.click("a[aria-label='Kỳ sau']")
    assert visit.text("#period-text") == "Tuần 23/06/2025 – 29/06/2025"
    assert "from=2025-06-23" in visit.page.url
    visit.click(".segments >> text=Tháng")
    assert visit.text("#period-text") == "Tháng 06/2025"
    visit.page.go_back()
    visit.page.go_back()
    visit.until(lambda: "16/06/2025" in visit.text("#period-text"))
    assert visit.text(".card.received .big") == before


def test_free_days_can_be_chosen_and_stand_in_the_address(visit: Visit):
    visit.open("/").click(".segments >> text=Tự chọn")
    visit.page.fill("input[name=from]", "2025-06-10")
    visit.page.fill("input[name=to]", "2025-06-12")
    visit.click(".range button")
    assert "from=2025-06-10&to=2025-06-13" in visit.page.url
    assert visit.page.title().startswith("Thành phố Huế · Từ 10/06/2025 đến 12/06/2025")


def test_the_language_changes_everything_and_is_remembered(visit: Visit):
    visit.open("/overdue?period=week&from=2025-06-16").click(".languages >> text=English")
    assert visit.page.locator("html").get_attribute("lang") == "en"
    assert visit.heading().startswith("Open overdue dossiers")
    assert "lang=en" in visit.page.url
    visit.open("/")
    assert visit.text(".card.received h2") == "Received"
    assert re.fullmatch(r"\d{1,3}\.\d\d %", visit.text("#on-time-rate"))
    visit.open("/overdue?lang=vi").click(".languages >> text=Tiếng Việt").open("/overdue")
    assert visit.heading().startswith("Hồ sơ đang quá hạn")


def test_overdue_dossiers_start_with_the_longest_and_can_be_sorted(visit: Visit):
    visit.open("/overdue?period=all")
    days = [int(text.replace(".", "")) for text in visit.page.locator("#dossiers-table td.numeric").all_inner_texts()]
    assert len(days) == min(int(visit.text("#total")), 50) > 5
    assert days == sorted(days, reverse=True)
    visit.click("#dossiers-table thead >> text=Hạn theo luật")
    assert visit.page.locator("th[aria-sort=ascending]").inner_text().strip() == "Hạn theo luật"
    visit.click("#dossiers-table thead >> text=Hạn theo luật")
    assert visit.page.locator("th[aria-sort=descending]").count() == 1


def test_data_that_looks_like_markup_is_only_text(visit: Visit):
    visit.open("/dossiers?figure=open&period=week&from=2025-07-28")
    assert visit.page.locator(f"text={SCRIPT_CODE}").count() == 1
    visit.click(f"a:has-text('{SCRIPT_CODE[:11]}')")
    assert SCRIPT_CODE in visit.heading()
    assert visit.text(".kicker") == "<img src=x onerror=alert(2)>"
    assert visit.text("#facts code") == SCRIPT_ID
    assert visit.page.locator("main img, main script").count() == 0


def test_a_bar_of_the_chart_leads_to_its_week_and_the_table_says_the_same(visit: Visit):
    visit.open(f"{NEW_WEEK}&unit={CITY}")
    visit.click("#trend summary")
    weeks = visit.page.locator("#trend-table tbody th").all_inner_texts()
    assert weeks[0] == "26/05/2025"
    assert weeks[-1] == "21/07/2025"
    assert "01/07/2025" in visit.text("#trend .note.warn")
    canvas = visit.page.locator("#trend canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    visit.until(lambda: "21/07/2025" not in visit.text("#period-text"))
    assert visit.heading() == "Thành phố Huế"


@pytest.mark.parametrize("address", VIEWS)
def test_every_view_is_labelled_readable_in_light_and_dark_and_fits_a_phone(visit: Visit, address: str):
    visit.open(address)
    assert visit.page.evaluate(UNLABELLED) == []
    assert visit.page.locator("h1").count() == 1
    levels = visit.page.eval_on_selector_all("h1, h2, h3", "all => all.map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert visit.page.evaluate(WEAK_CONTRAST) == []
    visit.page.emulate_media(color_scheme="dark")
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.settled()
    assert visit.page.evaluate(WEAK_CONTRAST) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360


def test_an_address_that_is_not_there_says_so_as_a_page(visit: Visit):
    visit.open("/nowhere")
    assert visit.heading() == "Không tìm thấy"
    assert [error for error in visit.errors if "404" not in error] == []
    visit.errors.clear()


def test_the_keyboard_reaches_the_content_and_the_focus_follows(visit: Visit):
    visit.open(OLD_WEEK)
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.id") == "skip"
    visit.page.locator("#children-table tbody th a").first.focus()
    visit.page.keyboard.press("Enter")
    visit.until(lambda: visit.page.evaluate("document.activeElement.tagName") == "H1")
    assert visit.heading() == "Quận Thuận Hóa"


def test_the_definition_opens_beside_its_figure(visit: Visit):
    visit.open(OLD_WEEK)
    assert not visit.page.locator("#definition-headline").is_visible()
    visit.page.locator(".rate .chip").click()
    assert "chia cho số hồ sơ đã có kết quả" in visit.text("#definition-headline")


@pytest.mark.parametrize(("language", "mark"), [("vi", ","), ("en", ".")])
def test_a_rate_reads_on_the_page_as_everywhere_else(visit: Visit, language: str, mark: str):
    # Ends that rounding would reach, halves that round up, and everything between.
    rates = [None, 0, 1, 1e-12, 1 - 1e-12, 0.99995, 0.00004, 1 / 32, 3 / 32, *(part / 997 for part in range(998))]
    visit.open(f"/?lang={language}")
    shown = visit.page.evaluate(
        "async (rates) => { const { rateText } = await import('/static/js/i18n.js'); return rates.map(rateText); }",
        rates,
    )
    assert shown == [rate_text(rate, mark) for rate in rates]


def test_the_table_of_units_has_the_columns_and_rates_of_the_figures(visit: Visit):
    visit.open(OLD_WEEK)
    heads = visit.page.locator("#children-table thead tr:last-child th").all_inner_texts()
    assert [head.strip() for head in heads[1:]] == [figure.vi for figure in PAGE]
    cells = [
        cell.strip()
        for cell in visit.page.locator("#children-table tfoot td, #children-table tfoot th").all_inner_texts()
    ]
    with urllib.request.urlopen(f"{visit.site}/api/figures.json?from=2025-06-16&to=2025-06-23") as answer:
        values = json.load(answer)["figures"]
    assert cells[1:] == [rate_text(values[one.id]) if isinstance(one, Rate) else str(values[one.id]) for one in PAGE]
    visit.click("#trend summary")
    trend = visit.page.locator("#trend-table thead th").all_inner_texts()
    assert [head.strip() for head in trend[1:]] == [figure.vi for figure in TREND]


def test_an_empty_unit_shows_a_dash_and_never_a_hundred_percent(visit: Visit):
    visit.open(f"/?period=week&from=2025-05-26&unit={NEW_WARDS[1]}")
    assert (visit.text("#on-time-rate"), visit.text(".card.received .big")) == ("—", "0")


def test_the_page_says_that_clickhouse_is_away(visit: Visit):
    port = free_port()
    process = serve("http://supervisor@127.0.0.1:9/motcua", port)
    visit.page.goto(f"http://127.0.0.1:{port}/")
    assert "Chưa lấy được số liệu" in visit.settled().heading()
    assert "ClickHouse" in visit.text(".notice p")
    assert visit.page.locator(".notice button").inner_text() == "Thử lại ngay"
    assert visit.page.locator("#fresh .dot").get_attribute("class") == "dot away"
    assert visit.text("#fresh") == "Không liên lạc được với kho số liệu"
    ended(process)
    assert [error for error in visit.errors if "503" not in error] == []
    visit.errors.clear()


UNLABELLED = """() => [
    ...[...document.querySelectorAll("canvas, [role=img], [role=region], nav, table")].filter((e) =>
        !e.getAttribute("aria-label") && !e.querySelector("caption") && !e.querySelector("title")),
    ...[...document.querySelectorAll("img")].filter((e) => !e.hasAttribute("alt")),
    ...[...document.querySelectorAll("th")].filter((e) => !e.getAttribute("scope")),
    ...[...document.querySelectorAll("a, button")].filter((e) => !e.textContent.trim() && !e.getAttribute("aria-label")),
    ...[...document.querySelectorAll("input")].filter((e) => !e.labels.length),
    ...[...document.querySelectorAll("[id]")].filter((e) => document.querySelectorAll("#" + CSS.escape(e.id)).length > 1),
].map((e) => e.outerHTML.slice(0, 120))"""
"""What has no name for those who do not see it."""

WEAK_CONTRAST = """() => {
    const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const shade = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length && (colour[3] ?? 1) > 0.5) return colour;
        }
        return [255, 255, 255];
    };
    const hidden = ".only-read, [aria-hidden=true]";
    const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const texts = [...document.querySelectorAll("body *")].filter((e) => e.offsetParent && !e.closest(hidden) && hasText(e));
    return texts.map((e) => {
        const [light, dark] = [shade(parse(getComputedStyle(e).color)), shade(ground(e))].sort((a, b) => b - a);
        return [e.className + ": " + e.textContent.trim().slice(0, 30), (light + 0.05) / (dark + 0.05)];
    }).filter(([, ratio]) => ratio < 4.5).map(([text, ratio]) => text + " " + ratio.toFixed(2));
}"""
"""Texts that stand out from their ground by less than 4.5:1 (WCAG AA)."""


def test_the_reference_of_the_api_is_drawn_from_the_document_without_a_network(visit: Visit):
    visit.page.goto(f"{visit.site}/docs")
    visit.page.wait_for_selector("text=The figures of a unit, and of each unit directly below it")
    assert "Motcua page" in visit.text("#reference h1")
    kept_away = [
        one for one in visit.errors if "cdn.redoc.ly" in one
    ]  # the renderer's mark: our policy lets nothing in
    assert visit.errors == kept_away
    visit.errors.clear()
