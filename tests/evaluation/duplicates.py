"""Plants copies of real functions, with every name changed and some statements edited, and says how many are found.

    python tests/evaluation/duplicates.py --corpus DIR [--only NAME,NAME] [--functions 150] [--seed 1] [--keep FILE]

Of each project of duplicates.toml functions are drawn that the rules may tell (50 tokens, six statements or a decision,
more than declarations, no constructor), and for each share of edited statements one copy is planted in a file of its
own: an edit takes a statement away, puts one of another function in its place, or adds one. Two ways to change names:
`all` changes every identifier, so that nothing is left but the structure; `own` leaves what others are asked by (called
names, members), as whoever writes a helper again in the same system asks the same things. A copy is found if the
measures hold it and its original as a pair, and told if the rule's thresholds let it through. Copies that no longer
parse are drawn again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import tree_sitter

from plumbrule.details.wording import KIND
from plumbrule.git import Repository
from plumbrule.graph import MemoryGraph
from plumbrule.languages import language_of, languages
from plumbrule.measures import Intent, Situation
from plumbrule.measures._runs import runs_of
from plumbrule.measures.near_duplicates import Index, Unit, decides, units_of
from plumbrule.snapshot import FilesWalk

HERE = Path(__file__).parent
DOSES = (0.0, 0.1, 0.2, 0.3)
WAYS = ("all", "own")
_TRIES = 6
_LARGE = 1_000_000  # bytes; larger files are no code that people write
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_KEPT = frozenset(
    [
        "true",
        "false",
        "null",
        "None",
        "True",
        "False",
        "nil",
        "self",
        "this",
        "super",
        "undefined",
        "NULL",
        "Self",
        "cls",
    ]
)
_OPENERS = re.compile(
    r"\s*(if|else|elif|for|while|try|except|finally|with|switch|case|default|match|do|catch|return|def|fn)\b"
)


class Planted(NamedTuple):
    original: Unit
    dose: float
    way: str
    path: str


def files_of(repository: Repository, commit: str) -> dict[str, bytes]:
    found = {}
    for path, entry in repository.tree(commit).items():
        if entry.is_file and language_of(path) is not None:
            data = repository.read_blob(entry.blob, _LARGE)
            if isinstance(data, bytes):
                found[path] = data
    return found


def keywords(dialect: str) -> frozenset[str]:
    grammar = tree_sitter.Language(languages()[dialect].grammar())
    kinds = (
        grammar.node_kind_for_id(at) for at in range(grammar.node_kind_count) if not grammar.node_kind_is_named(at)
    )
    return _KEPT | {kind for kind in kinds if kind and kind.isidentifier()}


def masked(text: str) -> str:
    """The text with what stands in strings and comments hidden, by a plain reading that all these languages share."""
    hide = re.compile(
        r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|//[^\n]*|/\*[\s\S]*?\*/|(?m:^\s*#[^\n\[]*$)|"(?:\\.|[^"\\\n])*"'
        r"|'(?:\\.|[^'\\\n]){1,}'|`[^`]*`"
    )
    return hide.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def renamed(text: str, kept: frozenset[str], way: str, seed: str) -> str:
    names: dict[str, str] = {}
    plain, pieces, at = masked(text), [], 0
    for found in _WORD.finditer(plain):
        word = found[0]
        before, after = plain[: found.start()].rstrip()[-1:], plain[found.end() :].lstrip()[:1]
        asked = before in (".", ">", ":") or after == "("
        if word in kept or word.isdigit() or (way == "own" and asked):
            continue
        pieces += (
            text[at : found.start()],
            names.setdefault(word, f"{'$' if word[0] == '$' else ''}w{seed}{len(names)}q"),
        )
        at = found.end()
    return "".join([*pieces, text[at:]])


def statements(lines: Sequence[str]) -> list[int]:
    """Lines that are one simple statement each, as far as a line alone tells."""
    plain = masked("\n".join(lines)).split("\n")
    found = []
    for at in range(1, len(lines) - 1):
        line, above = plain[at].strip(), next((plain[n].strip() for n in range(at - 1, -1, -1) if plain[n].strip()), "")
        balanced = all(line.count(a) == line.count(b) for a, b in ("()", "[]", "{}"))
        whole = bool(line) and line[-1] not in ",:{([+-*/=&|<>.?\\" and line[0] not in ".)}]&|+?:@#"
        starts = above == "" or above[-1] in ";{}:" or (not line.endswith(";") and above[-1] not in ",([=+-*/&|.<>?\\")
        if balanced and whole and starts and not _OPENERS.match(line):
            found.append(at)
    return found


def edited(lines: list[str], count: int, others: Sequence[str], draw: random.Random) -> list[str] | None:
    """With so many statements edited; None if it has too few that can be."""
    simple = statements(lines)
    if len(simple) < count or not others:
        return None
    made: dict[int, list[str]] = {}
    for at in draw.sample(simple, count):
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        other = indent + draw.choice(others).strip()
        made[at] = draw.choice([[], [other], [lines[at], other]])
        if not made[at] and len(simple) < 3:
            made[at] = [other]
    return [new for at, line in enumerate(lines) for new in made.get(at, [line])]


def as_file(text: str, language: str, is_method: bool) -> str:
    """The text of a function as a file of its own."""
    if language == "go":
        return f"package planted\n\n{text}\n"
    if language in ("java", "csharp") or (is_method and language in ("typescript", "javascript", "php")):
        text = f"class Planted {{\n{text}\n}}"
    return f"<?php\n{text}\n" if language == "php" else f"{text}\n"


def dedented(lines: list[str]) -> list[str]:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] for line in lines]


def plant(
    unit: Unit, files: Mapping[str, bytes], dose: float, way: str, others: Sequence[str], seed: str
) -> tuple[str, bytes] | None:
    """The path and the text of an edited copy; None if none could be made that parses."""
    language = language_of(unit.path)
    assert language is not None
    lines = files[unit.path].decode("utf-8", "replace").split("\n")[unit.function.line - 1 : unit.end_line]
    parser = tree_sitter.Parser(tree_sitter.Language(language.grammar()))
    is_method = "." in unit.function.symbol
    for attempt in range(_TRIES):
        draw = random.Random(f"{seed} {attempt}")
        count = round(dose * unit.function.statements) or (dose > 0)
        copy = edited(dedented(lines), count, others, draw) if count else dedented(lines)
        if copy is None:
            return None
        text = renamed("\n".join(copy), keywords(language.dialect), way, str(draw.randrange(100, 999)))
        data = as_file(text, language.name, is_method).encode()
        if not parser.parse(language.code_in(data)).root_node.has_error:
            ending = unit.path.rpartition(".")[2]
            return f"planted/{way}{round(100 * dose)}/p{seed.replace(' ', '_')}.{ending}", data
    return None


def situation(walk: FilesWalk, files: Mapping[str, bytes]) -> Situation:
    graph = walk.to(files).whole
    return Situation(graph, MemoryGraph(graph.repo), sorted(graph.paths()), walk.book, Intent(), {}, {}, {})


def may_be_told(unit: Unit) -> bool:
    runs = runs_of(unit.text)
    says = unit.function.statements >= 6 or unit.function.cognitive >= 3
    return says and decides(runs, runs) and not unit.is_constructor


def tried(name: str, files: dict[str, bytes], how_many: int, seed: int) -> dict[str, object]:
    walk = FilesWalk()
    now = situation(walk, files)
    units = units_of(now.now.repo, now.now, now.facts, now.now.paths())
    began = time.process_time()
    index = Index(units)
    indexing = time.process_time() - began
    telling = [one for one in units if may_be_told(one)]
    draw = random.Random(seed)
    chosen = draw.sample(telling, min(how_many, len(telling)))
    bodies = [
        files[one.path].decode("utf-8", "replace").split("\n")[one.function.line : one.end_line] for one in chosen
    ]
    pool = [body[at] for body in bodies for at in statements(body)]
    planted: list[Planted] = []
    copies: dict[str, bytes] = {}
    dropped: dict[str, int] = defaultdict(int)
    for number, unit in enumerate(chosen):
        for way in WAYS:
            for dose in DOSES:
                made = plant(unit, files, dose, way, pool, f"{number} {way} {dose}")
                if made is None:
                    dropped[f"{dose:g}"] += 1
                    continue
                copies[made[0]] = made[1]
                planted.append(Planted(unit, dose, way, made[0]))
    after = situation(walk, files | copies)
    fresh: dict[str, Unit] = {}
    for one in units_of(after.now.repo, after.now, after.facts, copies):
        if one.path not in fresh or one.function.line < fresh[one.path].function.line:  # not what lies inside it
            fresh[one.path] = one
    began = time.process_time()
    index.renew(list(copies), list(fresh.values()))
    renewing = time.process_time() - began
    met = index.pairs()
    found: dict[tuple[str, float, bool], list[tuple[bool, bool]]] = defaultdict(list)
    for one in planted:
        copy = fresh.get(one.path)
        same = copy is not None and copy.function.shape_hash == one.original.function.shape_hash
        how = met.get(frozenset((copy, one.original))) if copy is not None else None
        # As the rule has it by default.
        is_told = how is not None and (how.runs >= 0.6 or (how.runs >= 0.55 and how.asked >= 0.8))
        is_small = len(one.original.text) <= 80
        found[one.way, one.dose, is_small].append((same or how is not None, same or is_told))
    lines = sum(data.count(b"\n") for data in files.values())
    return {
        "functions": len(units),
        "drawn": len(chosen),
        "dropped": dict(sorted(dropped.items())),
        "lines": lines,
        "seconds": {"index": round(indexing, 2), "renew": round(renewing, 2)},
        "planted": len(planted),
        "recall": told(found),
    }


def told(found: Mapping[tuple[str, float, bool], Sequence[tuple[bool, bool]]]) -> dict[str, dict[str, list[int]]]:
    """By way and dose: found, told by the rule, and planted, of functions over 80 tokens and of smaller ones."""
    table: dict[str, dict[str, list[int]]] = {way: {} for way in WAYS}
    for way in WAYS:
        for dose in DOSES:
            large, small = found.get((way, dose, False), ()), found.get((way, dose, True), ())
            table[way][f"{dose:g}"] = [
                sum(one for one, _ in rows)
                if of == "found"
                else sum(one for _, one in rows)
                if of == "told"
                else len(rows)
                for rows in (large, small)
                for of in ("found", "told", "planted")
            ]
    return table


def summed(projects: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, str, list[int]]]:
    for way in WAYS:
        for dose in DOSES:
            rows = [one["recall"][way][f"{dose:g}"] for one in projects.values()]  # type: ignore[index]
            yield way, f"{dose:g}", [sum(column) for column in zip(*rows, strict=True)]


def main() -> int:
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--corpus", type=Path, required=True)
    asks.add_argument("--only", default="")
    asks.add_argument("--functions", type=int, default=150)
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--keep", type=Path)
    given = asks.parse_args()
    manifest = tomllib.loads((HERE / "duplicates.toml").read_text("utf-8"))["project"]
    only = set(filter(None, given.only.split(",")))
    projects: dict[str, Mapping[str, object]] = {}
    for project in manifest:
        name = project["name"]
        if only and name not in only:
            continue
        files = files_of(Repository.find(given.corpus / name), project["commit"])
        projects[name] = {"language": project["language"], **tried(name, files, given.functions, given.seed)}
        sys.stdout.write(f"{name}: {json.dumps(projects[name])}\n")
        sys.stdout.flush()
    table = {way: {} for way in WAYS}  # type: dict[str, dict[str, dict[str, object]]]
    for way, dose, (large, large_told, of_large, small, small_told, of_small) in summed(projects):
        of = max(1, of_large + of_small)
        table[way][dose] = {
            "found": round((large + small) / of, 3), "told": round((large_told + small_told) / of, 3),
            "planted": of_large + of_small, "found_over_80_tokens": round(large / max(1, of_large), 3),
            "found_smaller": round(small / max(1, of_small), 3),
        }  # fmt: skip
        sys.stdout.write(f"{way:4} {dose:>4}  {json.dumps(table[way][dose])}\n")
    if given.keep:
        kept = {"seed": given.seed, "kind": KIND.name, "recall": table, "projects": projects}
        given.keep.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
