"""The notebook, run from its first cell to its last against a real store; and what it may know and hold."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from tests.conftest import Answer, Builder

NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "explore-a-system.ipynb"
CODEX = "Codex <codex@openai.com>"
TOTAL = "def total():\n    return sum(rows())\n"


def test_it_reads_the_public_views_and_the_reports_and_nothing_behind_them() -> None:
    imported = set()
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    ours = {name for name in imported if name.startswith("plumbrule")}
    assert ours
    assert {name for name in ours if not name.startswith("plumbrule.report")} == set()
    assert not imported & {"duckdb", "sqlite3"}, "generations are the store's own affair"


def test_it_is_kept_without_what_it_said_here() -> None:
    for cell in nbformat.read(NOTEBOOK, 4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.fixture(autouse=True)
def _nothing_in_the_home_of_whoever_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))


def said(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """What was printed or shown as text under each heading."""
    found: dict[str, str] = {}
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            first = cell.source.splitlines()[0]
            heading = first.lstrip("# ") if first.startswith("#") else heading
        for output in cell.get("outputs", ()):
            shown = output.get("data", {})
            found[heading] = found.get(heading, "") + output.get("text", shown.get("text/plain", "")) + "\n"
    return found


def run() -> nbformat.NotebookNode:
    notebook = nbformat.read(NOTEBOOK, 4)
    NotebookClient(notebook, kernel_name="python3", timeout=300).execute()
    return notebook


def test_it_answers_for_a_system_with_a_history(
    make_repo: Callable[..., Builder],
    plumbrule: Callable[..., Answer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo = make_repo(
        {
            "shop/__init__.py": "",
            "shop/web/__init__.py": "",
            "shop/web/page.py": "from shop.domain.cart import total\n\ndef page():\n    return total()\n",
            "shop/domain/__init__.py": "",
            "shop/domain/cart.py": "from shop.store.rows import rows\n\ndef total():\n    return sum(rows())\n",
            "shop/store/__init__.py": "",
            "shop/store/rows.py": "def rows():\n    return [1]\n",
            "shop/store/<script>.py": "x = 1\n",
        },
        name="shop",
    )
    tied = "from shop.domain.cart import total\n\ndef rows():\n    return [1]\n\ndef check():\n    return total()\n"
    repo.commit({"shop/store/rows.py": tied}, "check rows", author=CODEX)
    for number in range(3):
        repo.commit({"shop/domain/cart.py": f"from shop.store.rows import rows\n\nVAT = {number}\n\n" + TOTAL})
    store = tmp_path / "kept"
    assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
    monkeypatch.setenv("PLUMBRULE_STORE", str(store))
    monkeypatch.chdir(tmp_path)
    notebook = run()
    told = said(notebook)
    assert "shop" in told["What there is to look at"]
    assert {"web", "domain", "store"} <= set(told["Size and components"].split())
    assert "files_in_cycles: 0 -> 2, counted at 5 snapshots" in told["How it moved"]
    assert "shop/domain/cart.py, shop/store/rows.py" in told["Cycles"]
    assert "5 of 5 snapshots were compared." in told["Hot files"]
    hottest = next(line for line in told["Hot files"].splitlines() if line.startswith("0 "))
    assert hottest.split()[1:] == ["shop/domain/cart.py", "domain", "4", "2", "3", "6"]
    assert "at least codex (by its own name on a commit)" in told["Findings by batch and agent"]
    answer = told["One question from end to end"]
    assert "Undo the cycle of 2 files around shop/domain/cart.py: 1 other files hang on it." in answer
    assert "since 2024-01-02" in answer
    assert "agent at least codex." in answer
    assert "  shop/domain/cart.py:1 imports rows from shop/store/rows.py" in answer
    pictures = [o for cell in notebook.cells for o in cell.get("outputs", ()) if "image/png" in o.get("data", {})]
    assert len(pictures) == 3


def test_it_has_something_to_say_of_a_system_without_a_single_import(
    make_repo: Callable[..., Builder],
    plumbrule: Callable[..., Answer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo = make_repo({"test_only.py": "x = 1\n"}, name="it's")
    store = tmp_path / "kept"
    assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
    monkeypatch.setenv("PLUMBRULE_STORE", str(store))
    told = said(run())
    assert "Everything below is about it's." in told["What there is to look at"]
    assert "there is no knot to undo" in told["One question from end to end"]
