"""The page as a process over a real engine with a town's dossiers, and a real Chromium that looks at it.

Chromium comes from the Debian package: it is taken if it is there, installed with apt where that is possible (as root), and
otherwise the browser tests are skipped with the reason. The browser lives for one module only: its driver keeps an event loop.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from deploy.embedded.kafka.launch import free_port
from services.stats.adapters.unit_register import load_units
from tests.browser.town import town, units
from tests.embedded.engine import ClickHouseProcess
from tests.sql.engines import migrated
from tests.sql.loading import call_whole, load
from tests.unit.stats.dossiers import events_of
from tests.waiting import until

PROJECT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def serve(clickhouse_url: str, port: int) -> subprocess.Popen[bytes]:
    """The page's process, ready to answer."""
    environment = {**os.environ, "CLICKHOUSE_URL": clickhouse_url, "PYTHONPATH": str(PROJECT)}
    line = [sys.executable, "-m", "services.page.app", "--port", str(port)]
    process = subprocess.Popen(line, env=environment, stderr=subprocess.DEVNULL)

    def is_ready() -> bool:
        assert process.poll() is None, "the page's process ended"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            with error:
                return error.code == 503  # it serves, and says that its ClickHouse is away
        except OSError:
            return False

    try:
        until(is_ready, 20, "the page is ready")
    except AssertionError:
        process.kill()
        raise
    return process


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(10) == 0


@pytest.fixture(scope="package")
def engine(clickhouse: ClickHouseProcess) -> ClickHouseProcess:
    """The run's engine with the town's dossiers in the database that readers may read, loaded by the loader's own steps."""
    with migrated(f"{clickhouse.url}/motcua") as client:
        load_units(client, units())
        asyncio.run(load(client, events_of(town())))
        asyncio.run(call_whole(client))
    return clickhouse


@pytest.fixture(scope="package")
def site(engine: ClickHouseProcess) -> Iterator[str]:
    """The page's address; it reads as the supervisor, who can write nothing."""
    port = free_port()
    process = serve(f"http://supervisor@{engine.host}:{engine.port}/motcua", port)
    yield f"http://127.0.0.1:{port}"
    ended(process)


@pytest.fixture(scope="package")
def chromium() -> str:
    """The path of a Chromium, installed if need be and possible."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("there is no chromium, and it can only be installed by root with apt-get: apt-get install chromium")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 170}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", "update"], check=True, env=environment, **quiet)
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=True, env=environment, **quiet)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"chromium could not be installed: {error}")
    return shutil.which("chromium") or pytest.skip("apt-get installed no chromium")


@pytest.fixture(scope="module")
def browser(site: str, chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Visit:
    """One reader's tab. Every error that the browser reports is collected and fails the test at its end."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> "Visit":
        self.page.goto(self.site + address)
        return self.settled()

    def settled(self) -> "Visit":
        self.page.wait_for_selector("main[aria-busy=false] h1")
        return self

    def click(self, selector: str) -> "Visit":
        self.page.locator(selector).first.click()
        return self.settled()

    def until(self, claim: Callable[[], bool]) -> "Visit":
        """Wait until something is so. The page's policy forbids evaluated texts, so the question is asked from here."""
        deadline = time.monotonic() + 20
        while not claim():
            assert time.monotonic() < deadline, "it did not become so"
            self.page.wait_for_timeout(20)
        return self.settled()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text().strip()

    def heading(self) -> str:
        return self.text("main h1")

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One reader's browser: what it has loaded once it keeps, as a chair's browser does."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN", reduced_motion="reduce")
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture
def visit(context: BrowserContext, site: str) -> Iterator[Visit]:
    page = context.new_page()
    visit = Visit(page, site)
    page.on("console", visit.heard)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("dialog", lambda dialog: visit.errors.append(f"a dialog opened: {dialog.message}"))
    yield visit
    page.evaluate("localStorage.clear()")
    page.close()
    assert visit.errors == []
