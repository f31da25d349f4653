"""Scans projects of which people agree what they are, and says whether each gets the verdict that it must get.

    python tests/evaluation/exemplars.py --clones FOLDER [--only NAME] [--json FILE]

exemplars.toml lists projects by name and commit with what is expected of them; each is looked for as a clone
OWNER+NAME, OWNER+NAME/repo or NAME below FOLDER, and nothing is fetched.
Expectations: `silent`, no finding of these rules in the file, or anywhere; `found`, at least so many of a rule;
`rank`, least percent of files with less depth, in the corpus of the language or in the repository; `figure`, a column
of the repository's row in the view `decomposition`. One that is not at hand is told, and stays as it was in the JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from depth_corpus import clone_of

HERE = Path(__file__).parent
KEPT = HERE.parent / "golden" / "evaluation" / "exemplars.json"
Store = Path
Told = dict[str, Any]  # one line of the JSON


def plumbrule(*arguments: str | Path) -> str:
    done = subprocess.run([sys.executable, "-m", "plumbrule", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"plumbrule {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def asked(store: Store, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(plumbrule("query", "--store", store, "--format", "json", sql))
    return rows


def scanned(clone: Path, commit: str, folder: Path) -> Store:
    """A store that holds one snapshot of the project."""
    work = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", clone, work], check=True)
    # The line that is scanned is to end at this commit, whatever the clone was cloned from says.
    subprocess.run(["git", "-C", work, "checkout", "--quiet", "-B", "main", commit], check=True)
    subprocess.run(["git", "-C", work, "remote", "remove", "origin"], check=True)
    store = folder / "store"
    plumbrule("scan", work, "--history", "1", "--store", store, "--quiet")
    return store


def judged(store: Store, name: str, expected: Mapping[str, Any]) -> Told:
    """What was expected of a project, what came, and whether that is the same."""
    path = expected.get("path", "")
    where = f" WHERE path = '{path}'" if path else ""
    told: Told = {"project": name, "path": path}
    if "silent" in expected:
        rules: Sequence[str] = expected["silent"]
        rows = asked(store, f"SELECT rule, path FROM finding{where}")
        loud = sorted({row["rule"] for row in rows if row["rule"] in rules})
        return {**told, "expected": f"silent: {', '.join(rules)}", "came": ", ".join(loud) or "silent", "as": not loud}
    if "found" in expected:
        rows = asked(store, f"SELECT rule FROM finding{where}")
        count = sum(row["rule"] == expected["found"] for row in rows)
        least = expected.get("least", 1)
        return {**told, "expected": f"{expected['found']}: {least} or more", "came": str(count), "as": count >= least}
    if "rank" in expected:
        column = {
            "language": "language_rank",
            "repository": "round(100 * percent_rank() OVER (ORDER BY depth))::INTEGER",
        }[expected["among"]]
        sql = f"SELECT path, depth, {column} AS rank FROM module_depth WHERE kind = 'code' AND functions > 0"
        rows = [row for row in asked(store, sql) if row["path"] == path]
        came = f"{rows[0]['rank']} %, depth {rows[0]['depth']}" if rows else "no such module"
        return {
            **told,
            "expected": f"deeper than {expected['rank']} % of its {expected['among']} or more",
            "came": came,
            "as": bool(rows) and rows[0]["rank"] is not None and rows[0]["rank"] >= expected["rank"],
        }
    rows = asked(store, f"SELECT {expected['figure']} AS figure FROM decomposition WHERE level = 'repository'")
    value = rows[0]["figure"]
    fits = expected.get("at_least", value) <= value <= expected.get("at_most", value)
    bounds = [f"{way.replace('_', ' ')} {expected[way]}" for way in ("at_least", "at_most") if way in expected]
    return {**told, "expected": f"{expected['figure']} {' and '.join(bounds)}", "came": str(value), "as": fits}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clones", type=Path, required=True, metavar="FOLDER", help="where the clones lie")
    parser.add_argument("--manifest", type=Path, default=HERE / "exemplars.toml", metavar="FILE")
    parser.add_argument("--only", default="", metavar="NAME", help="this project alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write, or bring up to date, what came")
    options = parser.parse_args()
    kept: list[Told] = json.loads(options.json.read_text("utf-8")) if options.json and options.json.is_file() else []
    for exemplar in tomllib.loads(options.manifest.read_text("utf-8"))["exemplar"]:
        name = exemplar["name"]
        if options.only not in ("", name):
            continue
        clone = clone_of(options.clones, name)
        if clone is None:
            print(f"{name}: no clone below {options.clones}; clone it there", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            store = scanned(clone, exemplar["commit"], Path(folder))
            came = [judged(store, name, expected) for expected in exemplar["expect"]]
        for one in came:
            print(f"{'ok  ' if one['as'] else 'MISS'} {one['project']} {one['path']}: {one['expected']}; {one['came']}")
        kept = sorted(
            [one for one in kept if one["project"] != name] + came,
            key=lambda one: (one["project"], one["path"], one["expected"]),
        )
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
