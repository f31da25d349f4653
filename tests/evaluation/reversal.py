"""Time reversal: a commit that says it removed a cycle, a wrapper or a copy had one before it, and has it no more.

    python tests/evaluation/reversal.py --histories FOLDER [--only NAME,...] [--work FOLDER]

The cases are those of reversal.toml, chosen by what their messages say before anything was run. Each parent is read
whole and judged, then the commit: a case is *shown* if a finding of a rule for its kind stands at the parent and is
gone at the commit; *beside it* if such findings stand in files that the commit touched, and none of them is gone;
*silent* otherwise. What came out is kept in tests/golden/evaluation/reversal.json. A message may exaggerate, or speak
of what no rule is about, so not every case that is not shown is a miss.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from replay import Replay  # noqa: E402 - beside this file

from plumbrule.errors import PlumbruleError  # noqa: E402
from plumbrule.git import Repository  # noqa: E402

MANIFEST = HERE / "reversal.toml"
GOLDEN = HERE.parent / "golden" / "evaluation" / "reversal.json"
SCHEMA = "plumbrule/reversal/1"


def tried(folder: Path, facts: Path, case: Mapping[str, str], rules: Sequence[str]) -> dict[str, Any]:
    """What the rules say of one case."""
    with Repository.find(folder) as repository:
        commit = repository.resolve(case["commit"])
        (made,) = repository.first_parent_log(commit, 1).commits
        replay = Replay(repository, facts, case["history"])
        try:
            replay.begin(made.commit.parents[0])
            judged = replay.advance(made, judging=True)
            assert judged is not None
            gone = [row for row in judged.gone if row.rule in rules]
            touched = {change.path for change in made.changes}
            beside = [row for row in judged.standing if row.rule in rules and row.path in touched]
            outcome = "shown" if gone else "beside it" if beside else "silent"
            told = [f"{row.rule}: {row.subject}" for row in gone or beside][:3]
            return {**case, "commit": commit, "says": made.commit.subject[:120], "outcome": outcome, "told": told}
        finally:
            replay.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    parser.add_argument("--histories", type=Path, required=True, help="where the clones are, each owner+name")
    parser.add_argument("--only", default="", help="names of histories, separated by commas")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "plumbrule-reversal")
    parser.add_argument("--output", type=Path, default=GOLDEN)
    asked = parser.parse_args()
    said = tomllib.loads(asked.manifest.read_text("utf-8"))
    asked.work.mkdir(parents=True, exist_ok=True)
    place = asked.work / "reversal.jsonl"
    found = [json.loads(line) for line in place.read_text("utf-8").splitlines()] if place.is_file() else []
    only = set(filter(None, asked.only.split(",")))
    with place.open("a", encoding="utf-8") as lines:
        for number, case in enumerate(said["case"], 1):
            if only and case["history"] not in only:
                continue
            if any(one["history"] == case["history"] and one["commit"].startswith(case["commit"]) for one in found):
                continue
            folder = asked.histories / case["history"].replace("/", "+")
            try:
                one = tried(folder, asked.work / "facts", case, said["rules"][case["kind"]])
            except PlumbruleError as error:
                print(f"{case['history']} {case['commit']}: {error}", file=sys.stderr)
                continue
            print(f"{number}/{len(said['case'])} {case['history']} {case['commit']}: {one['outcome']}", file=sys.stderr)
            found.append(one)
            lines.write(json.dumps(one) + "\n")
            lines.flush()
    kept = sorted(found, key=lambda one: (one["kind"], one["history"], one["commit"]))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    listed = len(said["case"])
    text = json.dumps({"schema": SCHEMA, "listed": listed, "cases": kept}, indent=1, sort_keys=True)
    asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
