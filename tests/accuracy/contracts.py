"""Contracts of import-linter beside ours, on pinned packages: is the verdict the same, and which imports break it?

    python tests/accuracy/contracts.py [--only NAME,...]

A case is a file in contracts/: a pinned project, a contract as import-linter has it, and as plumbrule.toml has it.
Compared are the direct imports that break it, as files. An import inside a function counts for import-linter and, as
long as nothing asks for it, not for us: which ones are so is told by Python's own `ast`, and they stand apart.
Imports below `if TYPE_CHECKING` are left out on both sides. Prints a Markdown table and keeps it, with every import, in
tests/golden/accuracy/contracts.json; exit 1 if an import differs, or a verdict whose case does not say why.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from comparing import Edge, ToolFailed  # noqa: E402 - beside this file
from fetching import NotFetched, fetched, pinned  # noqa: E402

GOLDEN = HERE.parent / "golden" / "accuracy" / "contracts.json"

# In a process of its own: the project's tree must be on the path, where grimp looks for its packages.
_LINTER = """
import dataclasses, json, sys
from importlinter import api
from importlinter.application import use_cases

def routes(found):
    if dataclasses.is_dataclass(found):
        found = dataclasses.asdict(found)
    if isinstance(found, dict):
        if "chain" in found:  # of one link: a direct import; with `extra`, others from or to the same module
            if len(found["chain"]) == 1:
                for one in (*found["chain"], *found["extra_firsts"], *found["extra_lasts"]):
                    yield one["importer"], one["imported"], list(one["line_numbers"])
        elif {"importer", "imported", "line_numbers"} <= found.keys():
            yield found["importer"], found["imported"], list(found["line_numbers"])
        else:
            for inner in found.values():
                yield from routes(inner)
    elif isinstance(found, (list, tuple, set, frozenset)):
        for inner in found:
            yield from routes(inner)

use_cases._register_contract_types(use_cases.read_user_options(sys.argv[1]))
report = use_cases.create_report(use_cases.read_user_options(sys.argv[1]), cache_dir=None)
if report.could_not_run:
    sys.exit(str({contract.name: error.errors for contract, error in report.invalid_contract_options.items()}))
told = [(check.kept, sorted(routes(check.metadata))) for _, check in report.get_contracts_and_checks()]
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Case:
    """One contract in both spellings."""

    name: str
    kind: str  # as import-linter calls it
    project: str  # of projects.toml
    rule: str  # that judges it here
    linter: str
    policy: str
    differs: str = ""  # why verdicts may not be the same; the direct imports must be


@dataclass(frozen=True)
class Verdict:
    """Whether a contract is kept, and which direct imports break it, as files."""

    kept: bool
    imports: frozenset[Edge]


@dataclass(frozen=True)
class Compared:
    """Both verdicts of one case."""

    case: Case
    ours: Verdict
    theirs: Verdict
    lazy: frozenset[Edge]  # of theirs, those that are inside functions alone

    @property
    def missing(self) -> frozenset[Edge]:
        return self.theirs.imports - self.lazy - self.ours.imports

    @property
    def extra(self) -> frozenset[Edge]:
        return self.ours.imports - self.theirs.imports

    @property
    def agree(self) -> bool:
        same = self.ours.kept == self.theirs.kept or bool(self.case.differs)
        return same and not self.missing and not self.extra


def cases(only: str = "") -> Iterator[Case]:
    """The files of contracts/, in order; SystemExit for a name that is none."""
    files = {file.stem: file for file in sorted((HERE / "contracts").glob("*.toml"))}
    wanted = [name for name in only.split(",") if name] or list(files)
    for name in wanted:
        if name not in files:
            sys.exit(f"there is no contracts/{name}.toml; there are: {', '.join(files)}")
        yield Case(name, **tomllib.loads(files[name].read_text("utf-8")))


def compared(case: Case, tree: Path) -> Compared:
    """Judges a tree by both."""
    with tempfile.TemporaryDirectory() as scratch:
        theirs, lazy = _linter(case, tree, Path(scratch))
        return Compared(case, _ours(case, tree, Path(scratch)), theirs, lazy)


def _linter(case: Case, tree: Path, scratch: Path) -> tuple[Verdict, frozenset[Edge]]:
    settings = scratch / "linter.ini"
    settings.write_text(case.linter, "utf-8")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tree)!r})\n{_LINTER}", str(settings)]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
    if done.returncode:
        raise ToolFailed(f"import-linter on {case.name}: {(done.stderr or done.stdout)[-600:]}")
    ((kept, told),) = json.loads(done.stdout.splitlines()[-1])
    eager: set[Edge] = set()
    every: set[Edge] = set()
    for importer, imported, lines in told:
        edge = _file(tree, importer), _file(tree, imported)
        every.add(edge)
        if set(lines) - _inside_functions(tree / edge[0]):
            eager.add(edge)
    return Verdict(kept, frozenset(every)), frozenset(every - eager)


def _file(tree: Path, module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (tree / path / "__init__.py").is_file() else f"{path}.py"


def _inside_functions(file: Path) -> set[int]:
    """Lines of imports that run only when a function does."""
    found: set[int] = set()
    for outer in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found.update(one.lineno for one in ast.walk(outer) if isinstance(one, ast.Import | ast.ImportFrom))
    return found


def _ours(case: Case, tree: Path, scratch: Path) -> Verdict:
    repository = scratch / "tree"
    shutil.copytree(tree, repository, symlinks=True)
    (repository / "plumbrule.toml").write_text(case.policy, "utf-8")
    git = ["git", "-c", "user.name=accuracy", "-c", "user.email=accuracy@example.org"]
    for command in (["add", "-f", "plumbrule.toml"], ["commit", "-q", "--no-verify", "-m", "policy"]):
        subprocess.run([*git, *command], cwd=repository, check=True, capture_output=True)
    plumbrule, store = [sys.executable, "-m", "plumbrule"], ["--store", str(scratch / "store")]
    scan = [*plumbrule, "scan", str(repository), "--history", "1", *store, "--quiet"]
    done = subprocess.run(scan, capture_output=True, text=True)
    if done.returncode:
        raise ToolFailed(f"plumbrule on {case.name}: {done.stdout}{done.stderr}")
    sql = f"SELECT subject FROM finding WHERE rule = '{case.rule}' AND state <> 'fixed' ORDER BY subject"
    asked = [*plumbrule, "query", *store, "--format", "json", sql]
    rows = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    edges = frozenset(tuple(row["subject"].split(" -> ", 1)) for row in rows)
    return Verdict(not edges, edges)


def kept(one: Compared) -> Mapping[str, object]:
    """What is kept of a comparison."""
    return {
        "case": one.case.name, "kind": one.case.kind, "project": one.case.project, "rule": one.case.rule,
        "differs": one.case.differs,
        "kept": {"theirs": one.theirs.kept, "ours": one.ours.kept}, "agree": one.agree,
        "imports": {
            "both": [" -> ".join(edge) for edge in sorted(one.theirs.imports & one.ours.imports)],
            "missing": [" -> ".join(edge) for edge in sorted(one.missing)],
            "extra": [" -> ".join(edge) for edge in sorted(one.extra)],
            "lazy": [" -> ".join(edge) for edge in sorted(one.lazy)],
        },
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases, separated by commas")
    asked = parser.parse_args()
    projects = {one["name"]: one for one in pinned()}
    results: list[Mapping[str, object]] = []
    differ = False
    linter = f"import-linter {metadata.version('import-linter')}"
    print(f"| contract | kind | project | {linter} | ours | both | missing | extra | in functions |")
    print("|---|---|---|---|---|--:|--:|--:|--:|")
    for case in cases(asked.only):
        try:
            one = compared(case, fetched(projects[case.project]))
        except (NotFetched, ToolFailed) as error:
            print(f"| {case.name} | {case.kind} | {case.project} | {' '.join(str(error).split())} | | | | | |")
            differ = True
            continue
        said = ["kept" if verdict.kept else "broken" for verdict in (one.theirs, one.ours)]
        both = len(one.theirs.imports & one.ours.imports)
        print(f"| {case.name} | {case.kind} | {case.project} | {said[0]} | {said[1]} | {both} | {len(one.missing)}"
              f" | {len(one.extra)} | {len(one.lazy)} |", flush=True)  # fmt: skip
        results.append(kept(one))
        differ |= not one.agree
    before = json.loads(GOLDEN.read_text("utf-8")) if asked.only and GOLDEN.is_file() else []
    of_case = {str(one["case"]): one for one in (*before, *results)}
    ordered = [of_case[case.name] for case in cases() if case.name in of_case]
    GOLDEN.write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
