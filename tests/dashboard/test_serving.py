"""The command that serves the dashboard, as whoever started it ends it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def reached(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_ending_the_command_ends_what_it_serves_with(store: Path, tmp_path: Path, told: signal.Signals) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    order = [sys.executable, "-m", "plumbrule", "dashboard", "--store", str(store), "--port", str(port)]
    log = tmp_path / "log"
    # Whoever runs the tests in the background of a shell has them ignore SIGINT, and what they start would, too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("wb") as out, subprocess.Popen(order, stdout=out, stderr=out) as serving:
        signal.signal(signal.SIGINT, before)
        try:
            for _ in range(600):
                if reached(port):
                    break
                assert serving.poll() is None, log.read_text()
                time.sleep(0.1)
            serving.send_signal(told)
            assert serving.wait(30) == 0, log.read_text()
        finally:
            serving.kill()
    assert not reached(port)
