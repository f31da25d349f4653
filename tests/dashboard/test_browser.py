"""The dashboard as a person meets it: served by its own command, in a headless Chromium.

`PLUMBRULE_SCREENSHOTS=docs` keeps the pictures there; the README shows docs/dashboard.png.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from plumbrule.report.dashboard import command
from plumbrule.report.history import open_history

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE = 90_000  # milliseconds; a busy machine draws slowly


@dataclass
class Browser:
    page: Page
    base: str
    faults: list[str] = field(default_factory=list)  # errors in the console, exceptions, dialogs
    strangers: list[str] = field(default_factory=list)  # requests to anywhere else

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.drawn()

    def drawn(self) -> None:
        """Waits until the page is whole: its foot comes last."""
        self.page.wait_for_selector(".st-key-foot", timeout=PATIENCE)
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=PATIENCE)

    def at(self, part: str) -> None:
        self.page.wait_for_url(lambda url: part in url, timeout=PATIENCE)
        self.drawn()

    def says(self, words: str) -> None:
        """Waits until the page shows these words: Streamlit fetches each kind of element when it first draws one."""
        expect(self.page.locator('[data-testid="stMain"]')).to_contain_text(words, timeout=PATIENCE)


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "no browser: apt-get install chromium"
    return found


@pytest.fixture
def address(store: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = store.parent / "streamlit.log"
    with log.open("wb") as out, subprocess.Popen(command(store, port, "ada"), stdout=out, stderr=out) as serving:
        try:
            for _ in range(600):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert serving.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            serving.terminate()


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = started.new_page(viewport={"width": 1440, "height": 1000}, device_scale_factor=1.5, color_scheme="light")
        seen = Browser(page, address)

        def told(message: object) -> None:
            # On a deep link Streamlit itself looks for its server below the page's path first, and finds a 404.
            if message.type == "error" and "/_stcore/" not in message.location["url"]:
                seen.faults.append(message.text)

        def asked(request: object) -> None:
            if urlsplit(request.url).scheme in ("http", "https", "ws", "wss") and "127.0.0.1" not in request.url:
                seen.strangers.append(request.url)

        def opened(dialog: object) -> None:
            seen.faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("console", told)
        page.on("pageerror", lambda error: seen.faults.append(str(error)))
        page.on("request", asked)
        page.on("dialog", opened)
        yield seen
        started.close()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], Path]:
    folder = Path(os.environ.get("PLUMBRULE_SCREENSHOTS") or tmp_path)

    def take(page: Page, name: str) -> Path:
        page.mouse.move(0, 0)
        page.wait_for_timeout(800)  # charts fade in
        file = folder / f"{name}.png"
        page.screenshot(path=file)
        return file

    return take


def test_every_page_is_drawn_without_an_error_and_without_a_request_to_anyone_else(
    browser: Browser, store: Path, hostile: SimpleNamespace, picture: Callable[[Page, str], Path]
) -> None:
    page = browser.page
    with open_history(store) as history:
        findings = {one.finding.subject: one.finding.id for one in history.findings("shop")}
    asked = findings[f"{hostile.path} -> shared/m1.py"]

    browser.open("/?repo=shop")
    page.wait_for_selector('[data-testid="stMetricValue"]')
    page.wait_for_selector(".stVegaLiteChart path[aria-roledescription=point]", timeout=PATIENCE)
    assert picture(page, "dashboard").stat().st_size > 50_000

    page.locator(".stVegaLiteChart path[aria-roledescription=point]").first.click(force=True)
    browser.at("/batch?repo=shop&batch=")
    browser.says("Findings it moved")

    browser.open(f"/batch?batch={quote(hostile.batch)}&repo={quote(hostile.repo)}")
    browser.says(r"<b>bad</b> `repo`\n*x*")
    picture(page, "batch")

    browser.open(f"/findings?repo=shop&finding={asked}")
    browser.says("<script>alert(1)</script>")
    labels = page.locator('.st-key-filters [data-testid="stWidgetLabel"]')
    expect(labels).to_have_count(7, timeout=PATIENCE)
    assert len({round(label.bounding_box()["y"]) for label in labels.all()}) == 1
    page.get_by_role("button", name="True").click()
    page.get_by_text("ada").first.wait_for(timeout=PATIENCE)
    browser.drawn()
    picture(page, "findings")

    browser.open("/components?repo=shop")
    node = page.locator(".plumb-map .node[aria-label^=catalog]")
    node.wait_for(timeout=PATIENCE)
    browser.says("those of one colour depend mostly on each other")
    node.click()
    browser.at("of=catalog")
    page.get_by_text("Depends on").first.wait_for(timeout=PATIENCE)  # the address moves before the page is drawn
    browser.says("Depends on")
    page.locator(".plumb-map .node.picked[aria-label^=catalog]").wait_for(timeout=PATIENCE)
    picture(page, "components")

    browser.open("/about")
    browser.says("What these pages rest on")
    picture(page, "about")

    page.emulate_media(color_scheme="dark")
    browser.open("/?repo=shop")
    page.wait_for_selector(".stVegaLiteChart path[aria-roledescription=point]", timeout=PATIENCE)
    picture(page, "dark")
    colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert colour == "rgb(17, 23, 29)"

    assert browser.faults == []
    assert browser.strangers == []
    assert page.locator("img[onerror]").count() == 0
