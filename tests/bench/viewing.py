"""Pages of Streamlit, served and looked at: how long it takes a Chromium until they are painted."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import Took, environment  # beside this file
from row import NotMeasured

if TYPE_CHECKING:
    from playwright.async_api import Browser

ROOT = Path(__file__).parent.parent.parent
# An empty page that ends as the pages of the dashboard do, so that both are waited for in the same way.
EMPTY = 'import streamlit as st\n\nwith st.container(key="foot"):\n    st.caption("empty")\n'
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
_PATIENCE = 120_000  # milliseconds
_STARTING = 60.0  # seconds
# What the page's own program writes first, whatever it is; the frame that Streamlit draws before it is no part of it.
_FIRST = '[data-testid="stMain"] [data-testid="stElementContainer"]'
_LAST = ".st-key-foot"
_ENDED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def chromium() -> str:
    """The browser that the tests use; NotMeasured if there is none."""
    done = subprocess.run([str(ROOT / ".ci/find-browser")], capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(done.stderr.strip())
    return done.stdout.strip()


@contextmanager
def served(command: Sequence[str], port: int, log: Path) -> Iterator[str]:
    """The address of what this command serves at the port, once it is reached."""
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=environment()) as serving:
        try:
            end = time.monotonic() + _STARTING
            while not _is_reached(port):
                if serving.poll() is not None or time.monotonic() > end:
                    raise NotMeasured(f"nothing is served: {log.read_text(errors='replace')[-300:]}")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            serving.terminate()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _is_reached(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


class Viewing:
    """A browser, and what it saw: seconds until the first thing stood there, and until the page was whole."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def look(self, address: str) -> tuple[float, float]:
        """One viewer, who has never been there."""
        context = await self._browser.new_context(viewport={"width": 1440, "height": 1000})
        page = await context.new_page()
        try:
            begin = time.perf_counter()
            await page.goto(address, wait_until="commit")
            await page.wait_for_selector(_FIRST, timeout=_PATIENCE)
            first = time.perf_counter() - begin
            await page.wait_for_selector(_LAST, timeout=_PATIENCE)
            await page.wait_for_selector(_ENDED, timeout=_PATIENCE)
            return first, time.perf_counter() - begin
        finally:
            await context.close()

    async def look_at_once(self, address: str, viewers: int) -> tuple[float, float]:
        """So many viewers at once; when the last of them saw something, and the whole."""
        seen = await asyncio.gather(*(self.look(address) for _ in range(viewers)))
        return max(first for first, _ in seen), max(whole for _, whole in seen)


def looks(one: str, other: str, pairs: int, viewers: int) -> tuple[list[tuple[Took, Took]], list[tuple[Took, Took]]]:
    """Pairs of looks at two addresses in turn, after a warm-up of each: until something stands there, and the whole.

    NotMeasured if there is no browser or nothing to drive it with.
    """
    path = chromium()
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise NotMeasured(str(error)) from error

    async def all_of_them() -> list[tuple[tuple[float, float], tuple[float, float]]]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
            viewing = Viewing(browser)
            try:
                return [
                    (await viewing.look_at_once(one, viewers), await viewing.look_at_once(other, viewers))
                    for _ in range(pairs + 1)
                ][1:]
            finally:
                await browser.close()

    try:
        seen = asyncio.run(all_of_them())
    except Error as error:
        raise NotMeasured(str(error)) from error
    firsts = [(Took(a[0], 0), Took(b[0], 0)) for a, b in seen]
    wholes = [(Took(a[1], 0), Took(b[1], 0)) for a, b in seen]
    return firsts, wholes
