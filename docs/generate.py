"""Writes the pages of docs/ that are made from what runs: commands, comparison, evaluation, rules, views, policy,
languages, performance, report.

`python docs/generate.py` writes them, `--check` only says which differ (exit 1). Run by `make docs` and `make test`.
A page is made from the running program, never from its text, so a page that is wrong means a program that is wrong.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_NOTE = "<!-- Made by `make docs` from what runs; changes by hand are lost. -->\n\n"


def pages() -> Mapping[str, Callable[[], Iterable[str]]]:
    """Every generated page with what yields its lines."""
    return {
        "commands.md": commands,
        "comparison.md": comparison,
        "evaluation.md": evaluation,
        "languages.md": languages,
        "performance.md": performance,
        "policy.md": policy,
        "report.md": report,
        "rules.md": rules,
        "views.md": views,
    }


_PEERS = ("grimp", "typescript", "code-review-graph", "gate", "gate-cruiser")  # rows of the bench beside other programs


def readme() -> str:
    """The README, whose table of other programs is made here."""
    begin, end = "<!-- peers: made by `make docs` -->\n", "<!-- end of peers -->"
    written = (FOLDER.parent / "README.md").read_text("utf-8")
    before, _, rest = written.partition(begin)
    return "".join((before, begin, *(f"{line}\n" for line in _peers()), end, rest.partition(end)[2]))


def main() -> int:
    arguments = argparse.ArgumentParser(description="Write the generated pages of docs/.")
    arguments.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is not as it would be")
    check: bool = arguments.parse_args().check
    stale = 0
    texts = {f"docs/{name}": _NOTE + "\n".join(lines()).rstrip("\n") + "\n" for name, lines in pages().items()}
    for name, made in {**texts, "README.md": readme()}.items():
        file = FOLDER.parent / name
        there = file.read_text("utf-8") if file.is_file() else ""
        if made != there and check:
            difference = difflib.unified_diff(there.splitlines(), made.splitlines(), name, "made", "", "", 1, "")
            sys.stderr.write("\n".join(difference) + "\n")
            stale += 1
        elif made != there:
            file.write_text(made, "utf-8")
    if stale:
        sys.stderr.write(f"{stale} generated pages are stale; run `make docs` and commit what it writes\n")
    return min(stale, 1)


# -- commands ------------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Not argparse's own help: its layout differs between versions of Python."""
    from plumbrule.cli import parser

    top = parser()
    yield "# Commands\n"
    yield f"{top.description}\n"
    yield f"{top.epilog}\n"
    yield "Progress and complaints go to standard error; standard output holds the answer only.\n"
    yield from _command(top, ())


def _command(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> Iterator[str]:
    # argparse keeps no public list of what was added to a parser.
    actions = [action for action in parser._actions if action.help is not argparse.SUPPRESS]
    below = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    if path and not below:
        yield f"## plumbrule {' '.join(path)}\n"
        yield f"{_sentence(parser.description or '')}\n" if parser.description else ""
        options = [action for action in actions if "--help" not in action.option_strings]
        yield from _table(
            ("argument", "meaning"), [(f"`{_cell(_spelled(action))}`", _cell(_meaning(action))) for action in options]
        )
    for action in below:
        summaries = {choice.dest: choice.help for choice in action._choices_actions}
        for name, sub in action.choices.items():
            sub.description = sub.description or summaries.get(name)
            yield from _command(sub, (*path, name))


def _spelled(action: argparse.Action) -> str:
    value = ""
    if action.nargs != 0:
        shown = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
        value = str(shown)
    if not action.option_strings:
        return {"?": f"[{value}]", "*": f"[{value} ...]"}.get(str(action.nargs), value)
    return f"{action.option_strings[-1]} {value}".strip()


def _meaning(action: argparse.Action) -> str:
    text = action.help or ""
    if action.choices and action.metavar:
        text += f" ({', '.join(map(str, action.choices))})"
    return text


# -- comparison ----------------------------------------------------------------------------------------------------


def comparison() -> Iterator[str]:
    """What `tests/evaluation/loosenings.py` and `tests/accuracy/contracts.py` kept, and the rows of comparison.toml."""
    golden = FOLDER.parent / "tests" / "golden"
    yield "# Comparison\n"
    yield "Three things, none of them typed in: what four gates do about a change that loosens its own policy,"
    yield "whether import-linter and Plumbrule find the same imports, and where Plumbrule has what the tools of this"
    yield "field have.\n"
    if (kept := golden / "loosenings.json").is_file():
        yield from _loosenings(json.loads(kept.read_text("utf-8"))["tried"])
    if (kept := golden / "accuracy" / "contracts.json").is_file():
        yield from _contracts_compared(json.loads(kept.read_text("utf-8")))
    yield from _features(tomllib.loads((FOLDER / "comparison.toml").read_text("utf-8"))["row"])


def _loosenings(tried: list[dict[str, Any]]) -> Iterator[str]:
    evaluation = FOLDER.parent / "tests" / "evaluation"
    tools = {
        file.stem: tomllib.loads(file.read_text("utf-8"))["title"] for file in (evaluation / "tools").glob("*.toml")
    }
    names = ["plumbrule", *sorted(tools.keys() - {"plumbrule"})]
    of_pairs = {(one["way"], one["tool"]): one for one in tried}
    ways = sorted({one["way"] for one in tried})
    titles = {
        way: tomllib.loads((evaluation / "loosenings" / f"{way}.toml").read_text("utf-8"))["title"] for way in ways
    }
    yield "## A change that loosens its own policy\n"
    yield "Each way was tried in one change that also breaks the policy, judged as the change's own CI file runs the"
    yield "gate; the base passes, and the violation alone is stopped. *Let through* is exit 0. *Alone*: the"
    yield "loosening without a violation, judged from outside, as a required check does. `python"
    yield "tests/evaluation/loosenings.py` tries them all again. A step that a change removes from its own CI is"
    yield "caught by a required check alone, whatever the gate.\n"
    rows = []
    for way in ways:
        rows.append((_cell(titles[way]), *(_outcome(of_pairs[way, tool]) for tool in names)))
    yield from _table(("way", *(tools[tool] for tool in names)), rows)
    counts = []
    for tool in names:
        fit = [one for way in ways if (one := of_pairs[way, tool]).get("both")]
        through = sum(one["both"]["exit"] == 0 for one in fit)
        silent = sum(one["alone"]["exit"] == 0 for one in fit)
        counts.append((tools[tool], str(len(fit)), str(through), str(silent)))
    yield from _table(("gate", "ways that it has", "let through", "passes the loosening alone"), counts)
    yield "### What they said\n"
    for way in ways:
        yield f"**{titles[way][0].upper()}{titles[way][1:]}**\n"
        for tool in names:
            one = of_pairs[way, tool]
            if said := one.get("none") or one.get("unfit"):
                yield f"- {tools[tool]}: {_cell(said)}"
            else:
                words = [f"exit {one[what]['exit']}, {_spoken(one[what]['words'])}" for what in ("both", "alone")]
                yield f"- {tools[tool]}: {words[0]}. Alone: {words[1]}"
        yield ""


def _outcome(one: Mapping[str, Any]) -> str:
    if one.get("none"):
        return "has no such thing"
    if one.get("unfit"):
        return "not tried"
    alone = "told" if one["alone"]["exit"] else "passes"
    return f"{'stopped' if one['both']['exit'] else '**let through**'}; alone: {alone}"


def _spoken(words: str) -> str:
    return "`" + words.replace("`", "'") + "`"


def _contracts_compared(kept: list[dict[str, Any]]) -> Iterator[str]:
    yield "## import-linter's contracts on real packages\n"
    yield "The same contract in both spellings, on packages of the versions that `tests/accuracy/projects.toml`"
    yield "pins: the verdict, and the direct imports that break it, as files. An import inside a function counts for"
    yield "import-linter and not for Plumbrule, whose graph marks it as `lazy`, unless the contract says `lazy = true`;"
    yield "here none does, and such ones stand in a column of their"
    yield "own, told by Python's `ast`. `python tests/accuracy/contracts.py` compares them again and keeps every"
    yield "import.\n"
    rows = []
    for one in kept:
        verdicts = ["kept" if one["kept"][who] else "broken" for who in ("theirs", "ours")]
        counts = [str(len(one["imports"][what])) for what in ("both", "missing", "extra", "lazy")]
        rows.append((f"`{one['case']}`", one["kind"], f"`{one['rule']}`", *verdicts, *counts, _cell(one["differs"])))
    head = ("contract", "kind", "rule", "import-linter", "Plumbrule", "both", "missing", "extra", "in functions")
    yield from _table((*head, "why verdicts differ"), rows)


def _features(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "## What tools of this field have\n"
    yield "Rules, gate, governance and outputs; the numbers are those of the matrix of the field that this project"
    yield "began with. A test holds that everything named here exists, and that what is missing is not there after"
    yield "all.\n"
    yield from _table(
        ("#", "feature", "where", "what is to be said"),
        [
            (str(one["number"]), _cell(one["feature"]), ", ".join(map(_named, one["where"])), _cell(one["says"]))
            for one in rows
        ],
    )


def _named(reference: str) -> str:
    kind, _, name = reference.partition(":")
    name = next((one for one in name.split("|") if is_there(f"{kind}:{one}")), name)
    if kind == "rule":
        return f"[{name}](rules.md#{name})"
    if kind == "contract":
        return f"`[[{name}]]`"
    if kind == "file":
        return f"[{Path(name).name}](../{name})"
    if kind in ("command", "option"):
        return f"`plumbrule {name}`"
    return f"`{name}`" if kind != "format" else f"`--format {name}`"


def is_there(reference: str) -> bool:
    """Whether what a row of comparison.toml names exists; ValueError for a kind that is none."""
    import plumbrule
    from plumbrule.cli import parser
    from plumbrule.data import data_folder
    from plumbrule.judge.rulefile import load_rules

    package = Path(plumbrule.__file__).parent
    kind, _, names = reference.partition(":")
    for name in names.split("|"):
        if kind == "rule":
            found = any(rule.id == name for rule in load_rules(data_folder("rules")))
        elif kind in ("contract", "setting"):
            example = (FOLDER / "plumbrule.toml").read_text("utf-8")
            shape = rf"^\[+{re.escape(name)}\]" if kind == "contract" else rf"^(?:# )?{re.escape(name)} = "
            found = re.search(shape, example, re.M) is not None
        elif kind in ("command", "option"):
            words = name.split()
            below = _below(parser(), words[:-1] if kind == "option" else words)
            found = below is not None and (kind == "command" or words[-1] in below._option_string_actions)
        elif kind == "format":
            found = (package / "report" / "formats" / f"{name}.py").is_file()
        elif kind == "view":
            text = (package / "store" / "views.sql").read_text("utf-8")
            found = re.search(rf"\b{re.escape(name)}\b", text) is not None
        elif kind == "file":
            found = (FOLDER.parent / name).exists()
        else:
            raise ValueError(f"{reference}: {kind} is no kind of thing that a row can name")
        if found:
            return True
    return False


def _below(parser: argparse.ArgumentParser, words: list[str]) -> argparse.ArgumentParser | None:
    for word in words:
        choices = [one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        parser = next((found[word] for found in choices if word in found), None)  # type: ignore[assignment]
        if parser is None:
            return None
    return parser


# -- rules ---------------------------------------------------------------------------------------------------------


def rules() -> Iterator[str]:
    from plumbrule.data import data_folder
    from plumbrule.judge.rulefile import load_rules

    shipped = load_rules(data_folder("rules"))
    yield "# Rules\n"
    yield "Each is one file, which the machine runs, you read, and an agent works by: `plumbrule rules show ID`."
    yield "Severities and parameters are set in the [policy](policy.md): `[rules.ID]`.\n"
    yield from _table(
        ("rule", "severity", "finds"),
        [(f"[{rule.id}](#{rule.id})", rule.severity, _cell(rule.title)) for rule in shipped],
    )
    for rule in shipped:
        yield f"## {rule.id}\n"
        yield f"**{rule.title}** ({rule.severity}, about {rule.subject})\n"
        yield f"{rule.reason}\n"
        yield f"*What to do instead.* {rule.remedy}\n"
        if rule.parameters:
            yield from _table(
                ("parameter", "default", "meaning"),
                [(f"`{p.name}`", f"`{_toml(p.default)}`", _cell(p.doc)) for p in rule.parameters],
            )
        if rule.formerly:
            yield f"Formerly {', '.join(f'`{name}`' for name in rule.formerly)}.\n"


def _toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


# -- views ---------------------------------------------------------------------------------------------------------


def views() -> Iterator[str]:
    from plumbrule.store import engine, layout

    connection = engine.memory()
    layout.create(connection, "docs")
    layout.create_views(connection)
    yield "# Public views\n"
    yield "What `plumbrule query`, notebooks and rules read. A view shows the newest snapshot of each repository's main"
    yield "line; `NAME_at(snapshot)` has the same columns for any snapshot; rules have `now.NAME` and `before.NAME`.\n"
    known = layout.views()
    # A column means the same in every view that has it, unless a view says otherwise.
    common = {column: doc for view in known.values() for column, doc in view.column_docs.items()}
    for name, view in sorted(known.items()):
        yield f"## {name}\n"
        yield f"{_sentence(view.doc)}\n"
        columns = connection.execute(f'DESCRIBE "{name}"').fetchall()
        docs = {**common, **view.column_docs}
        undocumented = [column for column, *_ in columns if not docs.get(column)]
        if undocumented:
            raise SystemExit(f"the view {name} does not say what these columns are: {', '.join(undocumented)}")
        yield from _table(
            ("column", "type", "meaning"),
            [(f"`{column}`", type_, _cell(docs[column])) for column, type_, *_ in columns],
        )


# -- policy --------------------------------------------------------------------------------------------------------

_POLICY_TABLES = ("layers", "forbid", "override", "waiver", "repository", "batches", "limits", "governance")


def policy() -> Iterator[str]:
    """The example beside this file, once the reader takes it and no key that the reader knows is missing in it."""
    from plumbrule.policy import read_policy
    from plumbrule.policy.contracts import COMMON, contract_tables

    example = (FOLDER / "plumbrule.toml").read_text("utf-8")
    read_policy(example, "docs/plumbrule.toml", "plumbrule.toml", _Nothing())
    shown = tomllib.loads(example)
    for table in ("", *_POLICY_TABLES, *contract_tables()):
        held = shown[table] if table else shown
        missing = set(_keys_of(table)) - (held[0] if isinstance(held, list) else held).keys()
        missing -= set() if table == "layers" else set(COMMON)  # those of every contract are shown with the first
        if missing:
            raise SystemExit(f"docs/plumbrule.toml does not show {', '.join(sorted(missing))} of [{table}]")
    yield "# The policy: plumbrule.toml\n"
    yield "What is intended, in one file at the root of the repository, or in a folder above it. An unknown key is"
    yield "refused, and the nearest known one named. `plumbrule init` writes a first policy from what it finds,"
    yield "`plumbrule baseline` accepts what is there, once. The policy that binds is the one at the tip of the base"
    yield "branch: a change cannot excuse itself. What loosens it needs the proof of an owner, see"
    yield "[approvals](recipes/approvals.md).\n"
    yield f"```toml\n{example}```\n"
    yield "What several files say together, and rules from another repository: [shared policies](shared-policies.md)."


class _Nothing:
    """Policies beside the example, which all say nothing."""

    def text(self, path: str) -> str:
        return ""

    def folder(self, path: str) -> Mapping[str, bytes]:
        return {}

    def preset(self, name: str) -> str:
        return ""


def _keys_of(table: str) -> list[str]:
    """The keys that the reader accepts there: it lists them when it is given one that is like none of them."""
    from plumbrule.errors import SettingsError
    from plumbrule.policy import read_policy

    for opening in (f"[{table}]\n", f"[[{table}]]\n") if table else ("",):
        try:
            read_policy(f"{opening}0000 = 1\n", "docs")
        except SettingsError as error:
            if listed := re.search(r"unknown key '0000'; known are (.*)$", str(error)):
                return listed[1].split(", ")
    raise SystemExit(f"the policy's reader does not say which keys [{table}] has")


# -- languages -----------------------------------------------------------------------------------------------------


def languages() -> Iterator[str]:
    from plumbrule.languages import languages as known

    yield "# Languages\n"
    yield "Files of any other kind are counted as *other* and not read."
    yield "A language is one folder in `analyzer/plumbrule/languages/`.\n"
    yield from _table(
        ("language", "dialect", "files", "read to bind imports", "grammar"),
        [
            (
                language.name,
                language.dialect,
                ", ".join(f"`{ending}`" for ending in (*language.suffixes, *language.names)),
                ", ".join(f"`{name}`" for name in sorted(language.manifests)),
                language.distribution,
            )
            for language in sorted(known().values(), key=lambda language: (language.name, language.dialect))
        ],
    )
    yield "\nOf each: imports, symbols with signature and visibility by the language's own rule, parameters, calls,"
    yield "inheritance, uses of types, cyclomatic and cognitive complexity, nesting, handlers of exceptions, literals,"
    yield "hashes of tokens, and what marks a file as generated or as a test. Where a file is broken, only what lies"
    yield "there is less sure, and the view `file` says how many lines that are. A language is read as far as its"
    yield "grammar knows it. Sources that are no UTF-8 are skipped, and a row says so; of C and C++ comments may be"
    yield "anything, of Python what the file declares.\n"
    yield "The figures are those of the last `make accuracy`; `tests/golden/accuracy/` holds what differs, and why, and"
    yield "[its README](../tests/accuracy/README.md) how the comparisons are made. *Theirs that are ours* counts the"
    yield "edges that the tools surely hold, *ours that are not theirs* those of ours that no tool holds even as"
    yield "possible, so that the second may be out of more than the first. *Names* are what the sources name, beside"
    yield "what was compiled. Complexities are compared where both tell a function of one name that ends on one line."
    yield "The projects are what the registries have: Scala 2.11, Kotlin 1.3, Go 1.19 and so on; what is newer stands"
    yield "in fixtures.\n"
    yield "Those of speed are of the last `make bench ONLY=all`: medians (and ranges) of runs in turn. A cold scan"
    yield "stands beside the bare parse of the same files, both on two processes, with a limit of 4.0; binding beside"
    yield "parsing, each in one process, with a limit of 0.5. [The field notes](field-notes.md#numbers) say why limits"
    yield "are missed.\n"
    for folder in sorted({language.folder for language in known().values()}):
        names = sorted({language.name for language in known().values() if language.folder == folder})
        yield f"## {' and '.join(names)}\n"
        yield (folder / "README.md").read_text("utf-8").replace("## ", "### ").strip() + "\n"
        rows = [row for name in names for row in _measured(name)]
        if rows:
            yield "### Measured\n"
            yield from _table(
                ("project", "compared with", "what", "theirs that are ours", "ours that are not theirs"), rows
            )
        speed = [row for name in names for row in _speed(name)]
        if speed:
            yield "\n### Speed\n"
            yield from _table(("project", "files", "cold scan / bare parse", "binding / parsing"), speed)
            yield ""
    yield from manifests()


def manifests() -> Iterator[str]:
    """The formats, each with what its module says of it."""
    from importlib import import_module

    from plumbrule.extract.manifests.formats import known_formats
    from plumbrule.extract.manifests.joins import known_joins

    yield "## Manifests and lock files\n"
    yield "What repositories make and what they ask for: views `package`, `declared_dependency` and `manifest`. They"
    yield "are read, and never run; what only running one would tell is in `manifest.reason`, with its line. Whose"
    yield "repository makes a package that is asked for is told by ecosystem and name, `dst_repo` and `dst`.\n"
    yield from _table(
        ("files", "ecosystem", "what is read"),
        [
            (
                ", ".join(f"`{name}`" for name in form.files),
                form.ecosystem,
                _cell(_first(import_module(form.read.__module__).__doc__)),
            )
            for _, form in sorted(known_formats().items(), key=lambda one: (one[1].ecosystem, one[0]))
        ],
    )
    yield "\nOf these some are read together:\n"
    for join in known_joins().values():
        yield f"- {_first(import_module(join.join.__module__).__doc__)}"


def _first(doc: str | None) -> str:
    return " ".join((doc or "").split("\n\n")[0].split())


def _measured(language: str) -> Iterator[tuple[str, ...]]:
    """What the pages of differences say of one language: edges, then complexities."""
    pages = sorted((FOLDER.parent / "tests" / "golden" / "accuracy").glob(f"{language}-*.md"))
    for page in pages:
        text = page.read_text("utf-8")
        if title := re.match(r"# (.*), compared with (.*)", text):
            for series, body in re.findall(r"^## (.*)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE):
                told = re.search(r"(\d+) of (\d+) edges that they hold; (\d+) are ours", body)
                assert told is not None  # every page that accuracy.py writes says so
                share = _share(told[1], told[2])
                extra = body.count("\n- extra ")
                yield title[1], title[2], f"edges, {series}", share, f"{extra} of {told[3]}"
    for page in pages:
        text = page.read_text("utf-8")
        title, told = (
            re.match(r"# (.*): (.*) beside (.*)'s", text),
            re.search(r"(\d+) of (\d+) functions are equal", text),
        )
        if title and told:
            yield title[1], title[3], f"{title[2]}, equal", _share(told[1], told[2]), ""


def _share(part: str, whole: str) -> str:
    return f"{part} of {whole} ({int(part) / int(whole):.2%})" if int(whole) else "none there"


def _speed(language: str) -> Iterator[tuple[str, ...]]:
    """What `make bench` measured of one language."""
    for kept in sorted((FOLDER.parent / "tests" / "golden" / "bench").glob(f"{language}-*.json")):
        figures = json.loads(kept.read_text("utf-8"))
        cold, binding = (
            f"{figures[what]['median']:.2f} ({figures[what]['low']:.2f} to {figures[what]['high']:.2f})"
            for what in ("cold", "binding")
        )
        yield figures["project"], str(figures["files"]), cold, binding


# -- performance ---------------------------------------------------------------------------------------------------


def _measured_rows() -> Mapping[str, Any]:
    """What `make bench` kept, by row."""
    file = FOLDER.parent / "tests" / "golden" / "bench.json"
    return json.loads(file.read_text("utf-8"))["rows"] if file.is_file() else {}


def _peers() -> Iterator[str]:
    """What we cost beside other programs, wins and losses alike."""
    known = _measured_rows()
    found = [figure for name in _PEERS if name in known for figure in known[name]["figures"]]
    yield from _table(
        ("ours / theirs", "on", "ratio of times, median (range)", ""),
        [
            (
                _cell(figure["what"]), _cell(figure["on"]),
                f"{figure['median']:.3g} ({figure['low']:.3g} to {figure['high']:.3g})",
                "quicker" if figure["median"] < 1 else "**slower**",
            )
            for figure in found
            if "median" in figure
        ],
    )  # fmt: skip


def evaluation() -> Iterator[str]:
    """What the programs of tests/evaluation kept, a section each: docs/evaluation/NAME.py words NAME.json."""
    yield "# Evaluation\n"
    yield "How often Plumbrule is right, as the last run of each program in `tests/evaluation/` found; misses are told"
    yield "like the rest. `make evaluate` runs them.\n"
    for section in sorted((FOLDER / "evaluation").glob("[a-z]*.py")):
        kept = FOLDER.parent / "tests" / "golden" / "evaluation" / f"{section.stem}.json"
        words = _module(section)
        yield f"## {words.TITLE}\n"
        if kept.is_file():
            yield from words.lines(json.loads(kept.read_text("utf-8")), _table)
        else:
            yield "No figures are kept.\n"


def _module(file: Path) -> Any:  # Any: a module; each has TITLE and lines
    spec = importlib.util.spec_from_file_location(f"docs_{file.parent.name}_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def performance() -> Iterator[str]:
    """What `make bench` kept, row by row; a row tells on which day and which machine it was measured."""
    rows = _measured_rows()
    yield "# Performance\n"
    yield "The figures are those of the last `make bench`, wins and losses alike: ratios of wall times, measured on one"
    yield "machine, A and B in turn; median, and lowest to highest. *CPU* is the same ratio of what all processes cost"
    yield "together. *Ship* and *aim* are the most that the median may be: what is demanded, and what is wanted."
    yield "Seconds are those of A and B on this machine, and prove nothing on another one. What each row does is said"
    yield "in its file in `tests/bench/rows/`.\n"
    if not rows:
        yield "No figures are kept."
        return
    circumstances = _circumstances(rows)
    for number, about in enumerate(circumstances, 1):
        versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
        yield f"{number}. {about['date']}, commit {about['commit']}: {about['machine']}; {versions}."
    yield ""
    lines, notes = [], []
    for name, row in rows.items():
        run = circumstances.index(_circumstance(row)) + 1
        for figure in row["figures"]:
            lines.append((f"`{name}`", _cell(figure["what"]), _cell(figure["on"]), *_figure(figure), str(run)))
            if "note" in figure:
                notes.append(f"- `{name}` on {figure['on']}: {figure['note']}.")
    yield from _table(
        ("row", "A / B", "on", "median (range)", "runs", "ship", "aim", "reached", "CPU", "A s", "B s", "measured"),
        lines,
    )
    if notes:
        yield "## Notes\n"
        yield from notes


def _circumstance(row: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
    return {name: row["about"][name] for name in ("date", "commit", "machine", "versions")}


def _circumstances(rows: Mapping[str, Mapping[str, Mapping[str, object]]]) -> list[dict[str, Any]]:
    """On which days and machines the rows were measured, in their order, each once."""
    found: list[dict[str, Any]] = []
    for row in rows.values():
        if (one := _circumstance(row)) not in found:
            found.append(one)
    return found


def _figure(figure: Mapping[str, Any]) -> tuple[str, ...]:
    """What the cells of one figure say, from its median on."""
    limits = tuple(f"{figure[name]:g}" if name in figure else "" for name in ("ship", "aim"))
    if "not_measured" in figure:
        return (f"not measured: {_cell(figure['not_measured'])}", "", *limits, "", "", "", "")
    unit = f" {figure['unit']}" if "unit" in figure else ""
    return (
        f"{figure['median']:.3g} ({figure['low']:.3g} to {figure['high']:.3g}){unit}", str(figure["runs"]), *limits,
        _reached(figure), *(f"{figure[name]:.3g}" if name in figure else "" for name in ("cpu", "a", "b")),
    )  # fmt: skip


def _reached(figure: Mapping[str, Any]) -> str:
    """The stricter of the limits that the median keeps."""
    if "ship" not in figure:
        return ""
    kept = [name for name in ("aim", "ship") if name in figure and figure["median"] <= figure[name]]
    return kept[0] if kept else "**missed**"


# -- report --------------------------------------------------------------------------------------------------------


def report() -> Iterator[str]:
    import plumbrule.report
    from plumbrule.report import format_names

    file = Path(inspect.getfile(plumbrule.report)).parent / "schema" / "report-1.json"
    schema = json.loads(file.read_text("utf-8"))
    yield "# The report\n"
    yield (
        "One judgement is one report, and every format shows that one: `plumbrule gate --format NAME`, to standard"
        " output or with `--output FILE`. The exit code is the verdict's, whatever the format: 0 passed, 1 failed, 2"
        " not judged. Names of files and symbols are escaped in all of them, each in its own way; what cannot be seen"
        " is spelled out.\n"
    )
    yield from _table(("format", "what it is for", "what it takes care of"), map(_format, format_names()))
    yield (
        "New findings come with the line of source that they are about, and those that its brackets reach over, in"
        " `text`, `json`, `sarif`, `junit`, `markdown` and `html`; of what was known nothing is read. Where nothing"
        " could be judged every format says so, also those of which an empty one means that all is well.\n"
    )
    yield "## Text\n"
    yield "A report of `--format text`, as the tests expect it (`tests/golden/report` holds one of every format):\n"
    yield f"```text\n{(FOLDER.parent / 'tests/golden/report/rich.txt').read_text('utf-8').rstrip()}\n```\n"
    yield "## JSON\n"
    yield f"{schema['description']} The schema is the file `plumbrule/report/schema/{file.name}` of the package.\n"
    yield from _members("", schema)


def _format(name: str) -> tuple[str, str, str]:
    """A format in the words of its module: what it is for, and what it hides from those who use it."""
    module = importlib.import_module(f"plumbrule.report.formats.{name}")
    purpose, _, care = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    care = care.removeprefix("Hides ")
    return f"`{name}`", _cell(purpose), _cell(care[:1].upper() + care[1:])


def _members(path: str, schema: Mapping[str, object]) -> Iterator[str]:
    properties = schema.get("properties")
    assert isinstance(properties, dict)
    if path:
        yield f"### {path}\n"
        yield f"{schema.get('description', '')}\n"
    yield from _table(
        ("member", "type", "meaning"),
        [(f"`{name}`", _type(about), _cell(_about(about))) for name, about in properties.items()],
    )
    for name, about in properties.items():
        inner = about.get("items", about)
        if "properties" in inner:
            yield from _members(f"{path}.{name}".strip(".") + ("[]" if inner is not about else ""), inner)


def _type(about: Mapping[str, object]) -> str:
    if "enum" in about or "const" in about:
        return "text"
    names = {
        "string": "text",
        "integer": "whole number",
        "boolean": "true or false",
        "array": "list",
        "object": "object",
    }
    return names[str(about["type"])]


def _about(about: Mapping[str, object]) -> str:
    values = about.get("enum", [about["const"]] if "const" in about else [])
    assert isinstance(values, list)
    return " ".join(part for part in (", ".join(f"`{v}`" for v in values), str(about.get("description", ""))) if part)


# -- Markdown ------------------------------------------------------------------------------------------------------


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    rows = list(rows)
    if rows:
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from (f"| {' | '.join(cells)} |".replace("  ", " ") for cells in rows)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _sentence(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
