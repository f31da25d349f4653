"""Pages: how the generated ones are made and checked (`make docs`), and that no link leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def generate(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)


def test_a_stale_page_is_shown_with_what_it_should_say_and_is_left_alone(pages: Path):
    assert generate(pages).returncode == 0
    page = pages.parent / "languages.md"
    stale = page.read_text("utf-8").replace("`.pyi`", "`.pyx`")
    page.write_text(stale, "utf-8")
    done = generate(pages, "--check")
    assert done.returncode == 1
    assert "+| python | python-stub | `.pyi`" in done.stderr
    assert "make docs" in done.stderr
    assert page.read_text("utf-8") == stale


def test_pages_that_were_just_made_are_up_to_date(pages: Path):
    for page in pages.parent.glob("*.md"):
        page.unlink()
    assert generate(pages).returncode == 0
    done = generate(pages, "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert {page.stem for page in pages.parent.glob("*.md")} >= {"commands", "policy", "report", "rules", "views"}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_no_link_to_a_file_of_this_repository_leads_nowhere(tracked: tuple[str, ...], root: Path):
    dead = []
    for name in tracked:
        if not name.endswith(".md") or name.startswith(("rules/", "tests/")):
            continue
        text = re.sub(r"^```.*?^```$", "", (root / name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            file, _, anchor = target.partition("#")
            place = (root / name).parent / file if file else root / name
            if "://" not in target and (not place.exists() or (anchor and anchor not in anchors(place))):
                dead.append((name, target))
    assert dead == []
