"""Makes the percentiles of depth that ship as data: how deep files of each language usually are.

    python tests/evaluation/depth_corpus.py --clones FOLDER [--only python,go]

depth_corpus.toml lists projects by name and commit; each is looked for as a clone OWNER+NAME, OWNER+NAME/repo or NAME
below FOLDER, and nothing is fetched. Of each project at most 300 files count, those whose paths hash lowest, so that no
large one speaks for its language. Counted are all that show something; tests, generated and vendored files are not.
It writes `measures/depth_corpus/*.json`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections import Counter
from hashlib import sha256
from pathlib import Path

from plumbrule.languages import is_test, language_of
from plumbrule.measures import module_depth
from plumbrule.snapshot import FilesWalk

HERE = Path(__file__).parent
DATA = Path(module_depth.__file__).parent / "depth_corpus"
_MOST = 300  # files of one project
_LARGEST = 400_000  # bytes; a larger file is hardly written by hand
_POINTS = 101


def clone_of(folder: Path, name: str) -> Path | None:
    """Where a project lies below a folder, if it does."""
    for place in (name.replace("/", "+"), name.rpartition("/")[2]):
        for inner in (folder / place / "repo", folder / place):
            if (
                inner.is_dir()
                and not subprocess.run(
                    ["git", "-C", inner, "rev-parse", "--git-dir"], capture_output=True, check=False
                ).returncode
            ):
                return inner
    return None


def files_at(clone: Path, commit: str, language: str) -> dict[str, bytes]:
    """The chosen files of one language."""
    listed = subprocess.run(
        ["git", "-C", clone, "ls-tree", "-r", "-z", "--long", commit], capture_output=True, check=True
    ).stdout
    found: dict[str, str] = {}
    for line in filter(None, listed.split(b"\0")):
        about, _, raw = line.partition(b"\t")
        mode, kind, blob, size = about.decode().split()
        path = raw.decode("utf-8", "backslashreplace")
        known = language_of(path)
        if (
            kind == "blob"
            and mode != "120000"
            and size.isdigit()  # one that is not at hand has none
            and int(size) <= _LARGEST
            and known is not None
            and known.name == language
            and not is_test(path)
        ):
            found[path] = blob
    chosen = sorted(found, key=lambda path: sha256(path.encode()).digest())[:_MOST]
    return {
        path: subprocess.run(
            ["git", "-C", clone, "cat-file", "blob", found[path]], capture_output=True, check=True
        ).stdout
        for path in chosen
    }


def depths(files: dict[str, bytes]) -> list[float]:
    """The depth of every file that counts."""
    return [row[9] for row in FilesWalk().to(files).derived["module_depth"] if row[6]]


def quantiles(values: list[float]) -> list[float]:
    """The values at 0, 1, … 100 percent, by nearest rank."""
    ordered = sorted(values)
    return [round(ordered[round(at * (len(ordered) - 1) / (_POINTS - 1))], 2) for at in range(_POINTS)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clones", type=Path, required=True, metavar="FOLDER", help="where the clones lie")
    parser.add_argument("--only", default="", metavar="LANGUAGES", help="these alone, joined by commas")
    options = parser.parse_args()
    projects = tomllib.loads((HERE / "depth_corpus.toml").read_text("utf-8"))["project"]
    wanted = set(options.only.split(",")) - {""}
    missing = 0
    for language in sorted({one["language"] for one in projects}):
        if wanted and language not in wanted:
            continue
        values: list[float] = []
        counts: Counter[str] = Counter()
        listed = [one for one in projects if one["language"] == language]
        for project in listed:
            clone = clone_of(options.clones, project["name"])
            if clone is None:
                print(f"{project['name']}: no clone below {options.clones}; clone it there", file=sys.stderr)
                missing += 1
                continue
            found = depths(files_at(clone, project["commit"], language))
            counts[project["name"]] = len(found)
            values += found
            print(f"{language}: {project['name']}: {len(found)} files", file=sys.stderr)
        if values and len(counts) == len(listed):
            DATA.mkdir(exist_ok=True)
            told = {
                "language": language,
                "files": len(values),
                "projects": [
                    {"name": one["name"], "commit": one["commit"], "files": counts[one["name"]]} for one in listed
                ],
                "depth": quantiles(values),
            }
            (DATA / f"{language}.json").write_text(compact(told), "utf-8")
            print(f"{language}: {len(values)} files of {len(counts)} projects, median {told['depth'][50]}")
    return 2 if missing else 0


def compact(told: dict[str, object]) -> str:
    """JSON with one project a line, and all percentiles on one."""
    projects = ",\n  ".join(json.dumps(one) for one in told["projects"])
    depth = json.dumps(told["depth"])
    head = f'{{\n "language": {json.dumps(told["language"])},\n "files": {told["files"]},\n'
    return f'{head} "projects": [\n  {projects}\n ],\n "depth": {depth}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
