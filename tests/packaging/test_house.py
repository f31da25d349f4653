"""The shape of the house: names, who may import what, what no file may hold. Import order is import-linter's."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbrule.languages import languages

if TYPE_CHECKING:
    from tests.conftest import Builder

# Which room may use which library. The name of the room, not of the file: where in it is the room's own affair.
LIBRARIES: Mapping[str, set[str]] = {
    "_duckdb": {"store"},
    "duckdb": {"store"},
    "hatchling": {"extract"},  # builds the wheel with what is compiled there; nothing that runs imports it
    "tree_sitter": {"details", "extract", "languages"},
    "networkx": {"measures", "questions", "report"},
    "numpy": {"measures"},
    "radon": {"measures"},
    "sklearn": {"measures"},
    "altair": {"report"},
    "css_inline": {"report"},
    "jinja2": {"report"},
    "rich": {"report"},
    "streamlit": {"report"},
    "vl_convert": {"report"},
    "yaml": {"pipelines", "policy"},
}
GRAMMARS = {"tree_sitter_": {"languages"}}  # one a language
HEAVY = {
    "altair",
    "duckdb",
    "jinja2",
    "networkx",
    "numpy",
    "pandas",
    "radon",
    "rich",
    "sklearn",
    "streamlit",
    "vl_convert",
    "yaml",
}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_each_library_is_used_only_in_its_room(modules: Mapping[str, ast.Module]):
    strangers = {
        (path, name.partition(".")[0])
        for path, tree in modules.items()
        for name in imported(tree)
        if (library := name.partition(".")[0]) not in sys.stdlib_module_names
        and library not in {"plumbrule", "orjson"}  # JSON is no room's secret
        and path.partition("/")[0].removesuffix(".py") not in LIBRARIES.get(library, GRAMMARS.get(library[:12], set()))
    }
    assert strangers == set()


def test_the_dashboards_pages_know_the_report_and_nothing_behind_it(root: Path):
    strangers = [
        (page.name, name)
        for page in sorted((root / "reports").rglob("*.py"))
        for name in imported(ast.parse(page.read_text("utf-8")))
        if not re.match(r"plumbrule\.(report|errors)\b|streamlit\b", name)
        and name.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert strangers == []


@pytest.mark.parametrize("module", ["plumbrule.cli", "plumbrule.gate", "plumbrule.report"])
def test_the_way_to_a_verdict_imports_nothing_heavy(module: str):
    code = f"import sys, {module}; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert HEAVY & set(loaded) == set()


def test_a_gate_that_judges_loads_nothing_heavy_but_what_cuts_a_cycle(make_repo: Callable[..., Builder]):
    repo = make_repo({"a.py": "x = 1\n", "b.py": "from a import x\n"})
    repo.branch("topic")
    repo.commit({"a.py": "import b\n"})
    arguments = ["gate", "--repo", str(repo.path), "--base", "main", "--quiet", "--output", str(repo.path / "out")]
    code = f"import sys; from plumbrule.cli import main; main({arguments!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "dependency-cycle" in (repo.path / "out").read_text("utf-8")
    assert HEAVY & set(loaded) <= {"networkx"}


def test_no_name_says_nothing(modules: Mapping[str, ast.Module]):
    """`Handler` alone is a noun of ours (an `except` clause); `RequestHandler` says nothing."""
    empty = re.compile(r"\w+(Manager|Handler|Processor|Service|Helper|Util)s?$|(utils?|helpers?|common|misc)$")
    named = [
        (path, node.name)
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [name for name in named if empty.match(name[1])] == []
    assert [path for path in modules if any(empty.match(part.removesuffix(".py")) for part in path.split("/"))] == []


def test_every_module_says_what_it_hides(modules: Mapping[str, ast.Module]):
    assert [path for path, tree in modules.items() if tree.body and not ast.get_docstring(tree)] == []


def _is_command(path: str) -> bool:
    return path in ("cli.py", "options.py") or path.startswith("commands/")


def test_only_the_command_and_the_reports_print(modules: Mapping[str, ast.Module]):
    speaking = [
        path
        for path, tree in modules.items()
        if not path.startswith("report/") and not _is_command(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert speaking == []


def test_the_clock_and_chance_enter_through_the_command(modules: Mapping[str, ast.Module]):
    asked = [
        (path, ast.unparse(node))
        for path, tree in modules.items()
        if not _is_command(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node)
        in {"datetime.now", "datetime.utcnow", "date.today", "time.time", "random.random", "uuid.uuid4"}
    ]
    assert asked == []


def test_what_crashes_the_parser_is_not_used(modules: Mapping[str, ast.Module], root: Path):
    """Each of these ends the process, not the call: measured with the locked versions."""
    for path, tree in modules.items():
        if not path.startswith(("extract/", "languages/")):
            continue
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Attribute) and node.attr.endswith("HIGHLIGHTS_QUERY")), path
            if isinstance(node, ast.Call):
                assert not any(keyword.arg == "progress_callback" for keyword in node.keywords), path
                if isinstance(node.func, ast.Name) and node.func.id in {"str", "repr"}:
                    assert not re.search(r"\bnode\b", ast.unparse(node.args[0]) if node.args else ""), path
    for query in (root / "analyzer").rglob("*.scm"):
        code = re.sub(r";.*", "", query.read_text("utf-8"))
        assert not re.search(r"#is(-not)?\?", code), query


def test_a_silenced_type_check_says_why(root: Path):
    bare = re.compile(r"#\s*(type:\s*ignore(\[[^\]]*\])?|noqa)\s*$")
    silenced = [
        f"{file}:{number}"
        for file in sorted((root / "analyzer").rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert silenced == []


def test_no_file_names_a_package_index_or_this_machine(tracked: tuple[str, ...], root: Path):
    """Put together here so that this file does not find itself."""
    hosts = [
        "pypi." + "org/simple",
        "files." + "pythonhosted",
        "registry." + "npmjs",
        "index" + "-url",
        "--find" + "-links",
    ]
    places = [str(root), str(Path.home()) + "/"] if len(root.parts) > 2 else []
    found = []
    for name in tracked:
        text = (root / name).read_bytes()
        found += [(name, word) for word in (*hosts, *places) if word.encode() in text]
    assert found == []


def test_no_tracked_file_is_somebody_elses_or_huge(tracked: tuple[str, ...], root: Path):
    """Third-party source is installed, never copied; a picture is the only big thing."""
    big = [name for name in tracked if (root / name).stat().st_size > 300_000 and not name.endswith(".png")]
    assert big == []
    copied = [name for name in tracked if re.search(r"(^|/)(node_modules|vendor|third_party)/", name)]
    assert [name for name in copied if not re.match(r"analyzer/plumbrule/languages/\w+/fixtures/", name)] == []


def test_every_grammar_that_is_installed_is_one_that_a_language_reads_with(root: Path):
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    grammars = {re.split(r"[<>=~ ]", one)[0] for one in declared if one.startswith("tree-sitter-")}
    assert grammars == {language.distribution for language in languages().values()}


def test_the_front_page_names_every_language_that_is_read(root: Path):
    page = (root / "README.md").read_text("utf-8")
    said = re.search(r"does \*\*not\*\* understand every language. It reads (.*?)\(\[what of each", page, re.DOTALL)
    assert said is not None
    words = re.split(r",|\band\b|\bthe scripts of\b", said[1])
    named = {word.strip().lower() for word in words} - {""}
    spelled = {"csharp": "c#", "cpp": "c++"}
    assert named == {spelled.get(language.name, language.name) for language in languages().values()}
