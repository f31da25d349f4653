"""Starts the dashboard and tells its pages what they look at. Hides Streamlit's command line.

Streamlit itself is not imported here, so that the command can say what to install when it is missing.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from plumbrule.data import data_folder
from plumbrule.errors import SettingsError
from plumbrule.report.theme import MODES, theme

STORE = "PLUMBRULE_STORE"
ADDRESS = "127.0.0.1"  # the reviews file trusts its reader's name, so nobody else's machine may reach the pages

_GRACE = 10  # seconds to end in, before it is killed


@dataclass(frozen=True, slots=True)
class Settings:
    """What the pages are told from outside."""

    store: Path
    who: str  # whose remarks are made and whose muted findings are hidden, until the person says otherwise
    today: date


def settings(arguments: Sequence[str], environ: Mapping[str, str], today: date) -> Settings:
    """From the arguments after Streamlit's `--`, else from the environment, else the folder `.plumbrule` here."""
    parser = argparse.ArgumentParser(prog="dashboard", add_help=False, allow_abbrev=False)
    parser.add_argument("--store", default=environ.get(STORE) or ".plumbrule")
    parser.add_argument("--who", default=environ.get("USER") or environ.get("LOGNAME") or "")
    parser.add_argument("--today", type=date.fromisoformat, default=today)
    given, _ = parser.parse_known_args(arguments)
    return Settings(Path(given.store), given.who, given.today)


def command(store: Path, port: int, who: str = "") -> list[str]:
    """The command line that serves the dashboard of this store on this machine only, without usage statistics.

    SettingsError if what it needs is not installed.
    """
    missing = [name for name in ("streamlit", "altair") if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"the dashboard needs {' and '.join(missing)}, which the small installation leaves out\n"
            "pip install 'plumbrule[dashboard]'"
        )
    options = {
        "server.headless": "true",
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        **_look(),
    }
    app = data_folder("reports") / "dashboard" / "app.py"
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    told = [f"--store={store}", *([f"--who={who}"] if who else [])]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags, "--", *told]


def run(store: Path, port: int, who: str = "") -> int:
    """Serve until interrupted or told to end (SIGTERM), and leave nothing behind; Streamlit's exit code."""
    order = command(store, port, who)
    # Or a service manager that ends us would leave Streamlit running, with the port in its hand.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with subprocess.Popen(order) as serving:
            try:
                return serving.wait()
            except KeyboardInterrupt:
                serving.terminate()
                return _ended(serving)
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(serving: subprocess.Popen[bytes]) -> int:
    try:
        code = serving.wait(_GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        serving.kill()
        return serving.wait()
    # It listens before it has learnt to end by itself; either way it did as it was told.
    return 0 if code == -signal.SIGTERM else code


def _look() -> dict[str, str]:
    """The theme of the charts, as Streamlit spells it, for light and for dark surroundings."""
    flags = {"theme.baseRadius": "small", "theme.baseFontSize": "15", "theme.headingFontWeights": "[650, 650, 600]"}
    for mode in MODES:
        look = theme(mode)
        colours = {
            "primaryColor": look.accent,
            "backgroundColor": look.background,
            "secondaryBackgroundColor": look.surface,
            "textColor": look.text,
            "linkColor": look.accent,
            "borderColor": look.line,
            "redColor": look.error,
            "orangeColor": look.warning,
            "blueColor": look.info,
            "greenColor": look.fixed,
            "grayColor": look.muted,
            "codeTextColor": look.text,
            "codeBackgroundColor": look.surface,
        }
        flags |= {f"theme.{mode}.{name}": value for name, value in colours.items()}
    return flags
