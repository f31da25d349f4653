"""A ceiling of memory: what does not fit is done in parts, and nothing else is different."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.extract import Limits
from plumbrule.extract.ceiling import LEAST, Ceiling

VIEWS = ("file", "symbol", "dependency", "unresolved", "cycle", "cycle_edge", "finding")
LAYERS = 12


def _many() -> dict[str, str]:
    """Files in rings through packages that pass names on, so that what one part reads another one needs."""
    files = {}
    for layer in range(LAYERS):
        names = [f"m{number:02}" for number in range(30)]
        files[f"shop/l{layer:02}/__init__.py"] = "".join(f"from .{name} import use_{name}\n" for name in names)
        for name in names:
            around = (layer + 1) % LAYERS
            files[f"shop/l{layer:02}/{name}.py"] = (
                f"from shop.l{around:02} import use_{name}\n\n\ndef use_{name}(n):\n    return use_{name}(n)\n"
            )
    return {"shop/__init__.py": "", **files}


def test_a_tree_that_is_read_in_parts_has_the_same_rows(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
) -> None:
    repo = make_repo(_many())
    scanned(repo)
    low = tmp_path / "low"
    scanned(repo, "--memory", "200MB", "--store", str(low))
    for view in VIEWS:
        sql = f"SELECT * FROM {view} ORDER BY ALL"
        assert rows(repo.path, sql) == rows(repo.path, sql, low), view


def test_binding_in_parts_binds_alike(make_repo: Callable, scanned: Callable, rows: Callable, monkeypatch) -> None:
    """Parts so small that no file has its neighbours at hand."""
    repo = make_repo(_many())
    scanned(repo)
    sql = "SELECT * FROM dependency ORDER BY ALL"
    whole = rows(repo.path, sql)
    monkeypatch.setattr(Ceiling, "limits", lambda self, usual: Limits(at_once=3, processes=1))
    low = repo.path.parent / "low"
    scanned(repo, "--memory", "300MB", "--store", str(low))
    assert rows(repo.path, sql, low) == whole


@pytest.mark.parametrize(
    ("text", "size"), [("500MB", 500 << 20), ("2 GiB", 2 << 30), ("1.5g", 3 << 29), (str(LEAST), LEAST)]
)
def test_a_size_is_read_as_it_is_written(text: str, size: int) -> None:
    assert Ceiling.read(text).bytes == size


@pytest.mark.parametrize("wrong", ["much", "-1", "1MB", "", "0", "1e9", "5 parsecs", "9" * 40])
def test_what_is_no_size_is_refused(wrong: str, make_repo: Callable, plumbrule: Callable) -> None:
    with pytest.raises(ValueError, match="MB"):
        Ceiling.read(wrong)
    answer = plumbrule(make_repo({"a.py": ""}).path, "scan", f"--memory={wrong or ' '}")
    assert answer.code == 2
    assert "--memory" in answer.err


def test_a_lower_ceiling_leaves_less_to_each_part() -> None:
    low, high = Ceiling.read("200MB"), Ceiling.read("8GB")
    assert low.database < high.database
    assert low.limits(Limits()).at_once < high.limits(Limits()).at_once
    assert low.limits(Limits()).processes == 1
    assert low.limits(Limits()).memory_bytes < high.limits(Limits()).memory_bytes
    assert Ceiling().limits(Limits()) == Limits()
