"""The recipe of the weekly mail, run as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from plumbrule.report.mail.settings import read_settings

PAGE = Path(__file__).parents[2] / "docs" / "recipes" / "weekly-mail.md"
INSTALL = "pip install 'plumbrule[mail]'"
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate():\n    return total and 0.2\n"}


def block(file: str) -> str:
    """The text that the page says to put there."""
    found = re.findall(
        rf"^`{re.escape(file)}`:\n\n```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(found) == 1, f"{len(found)} blocks for {file}"
    return str(found[0])


@pytest.fixture
def checkout(shop):
    """The shop, with its policy in the repository and its store where the command looks for it."""
    drift = shop()
    (drift.repo.path / "server.pem").write_bytes((drift.policy.parent / "server.pem").read_bytes())
    drift.repo.write({".git/info/exclude": "server.pem\n"})
    drift.repo.commit({"plumbrule.toml": drift.policy.read_text("utf-8")})
    return drift


def shell(script: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # The code under test, however it is installed: what this process imports, the command imports.
    package = str(Path(sys.modules["plumbrule"].__file__ or "").parents[1])
    home = {"PATH": path, "HOME": str(cwd.parent), "LANG": "C.UTF-8", "PYTHONPATH": package}
    return subprocess.run(["bash", "-e", "-c", script], cwd=cwd, capture_output=True, text=True, env=home | environ)


def test_the_settings_of_the_recipe_are_read():
    policy = tomllib.loads(block("plumbrule.toml"))
    assert [one.address for one in read_settings(policy["mail"], "", None).to] == [
        "ada@example.org",
        "architects@example.org",
    ]


def test_the_recipe_for_a_look_writes_the_page(checkout):
    done = shell(block("a look"), checkout.repo.path)
    assert done.returncode == 0, done.stderr
    assert "</html>" in (checkout.repo.path / "weekly.html").read_text("utf-8")
    assert checkout.inbox.mails == []


def test_the_recipe_for_github_sends_and_keeps_what_it_sent(checkout):
    job = yaml.safe_load(block(".github/workflows/plumbrule-weekly.yml"))["jobs"]["mail"]
    install, *steps = [step for step in job["steps"] if "run" in step]
    assert install["run"] == INSTALL
    for commit in ({}, CYCLE, {}):
        checkout.repo.commit(commit)
        for step in steps:
            secret = dict.fromkeys(step.get("env", {}), "correct horse")
            done = shell(step["run"], checkout.repo.path, **secret)
            assert done.returncode == 0, done.stderr
    assert [mail["Subject"] for mail in checkout.inbox.to("ada@example.org")] == [
        "[Plumbrule] shop: where it stands",
        "[Plumbrule] shop: 2 new errors",
    ]
    restored, saved = [step for step in job["steps"] if "cache" in step.get("uses", "")]
    assert (saved["if"], saved["with"]["path"]) == ("always()", restored["with"]["path"])
    assert (checkout.repo.path / saved["with"]["path"] / "mailed.jsonl").exists()


def test_the_recipe_for_cron_takes_its_password_from_a_file_and_prints_only_what_was_sent(checkout, tmp_path: Path):
    (line,) = [line for line in block("crontab -e").splitlines() if not re.match(r"[A-Z]+=", line)]
    command = re.fullmatch(r"(?:\S+ ){5}(.*)", line)
    assert command
    secrets = tmp_path / "secrets"
    secrets.write_text("PLUMBRULE_SMTP_PASSWORD='correct horse'\n", "utf-8")
    script = (
        command[1].replace("/srv/architecture", str(checkout.repo.path)).replace("/srv/plumbrule/secrets", str(secrets))
    )
    done = shell(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "sent to ada@example.org: '[Plumbrule] shop: where it stands'\n"
