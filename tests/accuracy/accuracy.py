"""Compares the graph with the languages' own tools on real projects; see README.md beside this file.

    make accuracy [ONLY=go,java] [TREE=path]    or: python tests/accuracy/accuracy.py [--only go] [--tree path]

Prints a Markdown table. Exit 1 if a language misses its floor. Columns `recall` and `precision` count every
difference; `judged` leaves out those of which reading showed that the tool is wrong, and is what floors are held to.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from comparing import Comparison, Explanations, Graph, Tool, ToolFailed, compare, together  # noqa: E402 - beside this file
from fetching import NotFetched, projects  # noqa: E402

GOLDEN = HERE.parent / "golden" / "accuracy"
COLUMNS = (
    "language, project, compared with, series, true, missing, extra, unexplained, recall, precision, judged, floors"
)
HEAD = f"| {COLUMNS.replace(', ', ' | ')} |\n|---|---|---|---|{'---:|' * 6}---|---|"


def graph_of(tree: Path, scratch: Path) -> Graph:
    """Our graph of a tree; ToolFailed with what was said if it cannot be scanned."""
    store = scratch / "store"
    plumbrule = [sys.executable, "-m", "plumbrule"]
    scan = [*plumbrule, "scan", str(tree), "--history", "1", "--store", str(store), "--quiet"]
    done = subprocess.run(scan, capture_output=True, text=True)
    if done.returncode:
        raise ToolFailed(f"{tree}: {done.stdout}{done.stderr}")

    def query(sql: str) -> Sequence[Mapping[str, object]]:
        asked = [*plumbrule, "query", "--store", str(store), "--format", "json", sql]
        answer: Sequence[Mapping[str, object]] = json.loads(
            subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        )
        return answer

    return Graph(query)


def compared(tool: Tool, tree: Path, explain: Explanations) -> dict[str, Comparison]:
    """By series, what differs on one tree."""
    with tempfile.TemporaryDirectory() as scratch:
        ours = tool.ours(tree, graph_of(tree, Path(scratch)))
        held = tool.held(tree)
    return {series: compare(held[series], ours[series], explain) for series in sorted(held)}


def differences(project: str, tool: Tool, found: Mapping[str, Comparison]) -> str:
    """The page of one project: every difference, those of one explanation together."""
    lines = [f"# {project}, compared with {tool.name}", ""]
    for series, one in found.items():
        lines += [f"## {series}", "", f"{one.true} of {one.sure} edges that they hold; {one.ours} are ours.", ""]
        for verdict, why in sorted({(d.verdict, d.why) for d in one.differences}):
            lines += [f"{verdict or 'Unexplained'}{': ' if why else ''}{why}", ""]
            lines += [f"- {d.side} {d.src} -> {d.dst}" for d in one.differences if (d.verdict, d.why) == (verdict, why)]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def row(language: str, project: str, tool: Tool, series: str, one: Comparison) -> str:
    counts = [sum(1 for d in one.differences if d.side == side) for side in ("missing", "extra")]
    unexplained = sum(1 for d in one.differences if not d.verdict)
    figures = f"{one.true} | {counts[0]} | {counts[1]} | {unexplained} | {one.recall():.2%} | {one.precision():.2%}"
    judged = f"{one.recall(judged=True):.2%}, {one.precision(judged=True):.2%}"
    return (
        f"| {language} | {project} | {tool.name} {tool.version()} | {series} | {figures} | {judged} |"
        f" {tool.recall:.1%}, {tool.precision:.1%} |"
    )


def told(error: Exception) -> str:
    """What went wrong, in one line; of a program the end of what it said."""
    said = getattr(error, "stderr", "") or ""
    said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(f"{str(error)[:200]} {said.strip()[-200:]}".replace("|", "/").split())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="languages, separated by commas")
    options.add_argument("--tree", default="", help="compare this tree and no pinned project")
    chosen = options.parse_args()
    known = sorted(file.stem for file in (HERE / "tools").glob("[a-z]*.py"))
    languages = chosen.only.split(",") if chosen.only else known
    if unknown := set(languages).difference(known):
        options.error(f"no comparison for {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    unmet = False
    print(HEAD)
    for language in languages:
        tool: Tool = importlib.import_module(f"tools.{language}").TOOL
        if tool.version() is None:
            print(f"| {language} | | {tool.name} cannot run here | | | | | | | | | |", flush=True)
            continue
        whole: list[Comparison] = []
        for project in projects(language, chosen.tree):
            if isinstance(project.tree, NotFetched):
                where = f"| {language} | {project.title} | not to be had here: {project.tree} | | | | | | | | | |"
                print(where.replace("\n", " "))
                continue
            explained = Explanations(HERE / "explained" / f"{language}.toml", project.name)
            try:
                found = compared(tool, project.tree, explained)
            except (OSError, ValueError, subprocess.SubprocessError, ToolFailed) as error:
                print(
                    f"| {language} | {project.title} | {tool.name} failed: {told(error)} | | | | | | | | | |",
                    flush=True,
                )
                unmet = True
                continue
            if not any(one.sure for one in found.values()):
                print(f"| {language} | {project.title} | {tool.name} holds no edge of it here | | | | | | | | | |")
                unmet = True
                continue
            for series, one in found.items():
                print(row(language, project.title, tool, series, one), flush=True)
                whole.append(one)
            page = differences(project.title, tool, found)
            if chosen.tree:
                print(page, file=sys.stderr)
            else:
                GOLDEN.mkdir(parents=True, exist_ok=True)
                (GOLDEN / f"{language}-{project.name.replace('/', '-')}.md").write_text(page)
        if whole:
            # The floors are the language's; a project alone may be too small for them.
            pooled = together(whole)
            print(row(language, "all of them", tool, "all", pooled), flush=True)
            unmet |= pooled.recall(judged=True) < tool.recall
            unmet |= pooled.precision(judged=True) < tool.precision
    sys.exit(1 if unmet else 0)


if __name__ == "__main__":
    main()
