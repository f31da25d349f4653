"""Tries every way of loosening a policy in the very change that breaks it, on us and on other gates, and keeps what
happened.

    python tests/evaluation/loosenings.py [--only WAY,...] [--tools NAME,...]

A way is a file in loosenings/, a gate a file in tools/ with the small project that it guards. For each pair a
repository is made whose base passes; a change that only breaks the policy must be stopped, else the pair says
nothing. Then two more changes are judged: one that loosens and breaks at once (`both`), run as the change's own CI
file runs the gate; and one that only loosens (`alone`), run from outside, as a required check is. Exit codes and
words are kept in tests/golden/loosenings.json, of which docs/comparison.md is made. Other gates are installed in their
pinned versions, each into an environment of its own, where this machine keeps such things.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden" / "loosenings.json"
sys.path.append(str(HERE.parent / "bench"))

from peers import Peer, alone  # noqa: E402 - tests/bench

SCHEMA = "plumbrule/loosenings/1"
CI = ".github/workflows/check.yml"
TODAY = "2026-11-20"  # of waivers in the ways: the same words on every day

_PEERS = {
    "import-linter": Peer("pypi", ("import-linter==2.16", "grimp==3.19")),
    "tach": Peer("pypi", ("tach==0.35.3",)),
    "dependency-cruiser": Peer("npm", ("dependency-cruiser@17.4.3", "typescript@5.8.3")),
}
_WITHOUT_TYPESCRIPT = Peer("npm", ("dependency-cruiser@17.4.3",))  # what a project gets that does not ask for it
_OF = {"NAME": "evaluation", "EMAIL": "evaluation@example.org", "DATE": "2026-11-01T12:00:00Z"}
_MOST_WORDS = 300  # characters kept of what a gate said


class Unfit(Exception):
    """A way says nothing of a gate: the base did not pass, or the violation alone was not stopped."""


@dataclass(frozen=True)
class Said:
    """What a gate answered."""

    exit: int
    words: str


@dataclass(frozen=True)
class Tried:
    """One way on one gate."""

    way: str
    tool: str
    none: str = ""  # why the gate has no such thing
    unfit: str = ""  # why the attempt proves nothing
    base: Said | None = None
    violation: Said | None = None
    both: Said | None = None
    alone: Said | None = None


Edits = Mapping[str, Any]  # a gate's table in a way's file


def described(folder: str, only: str = "") -> dict[str, dict[str, Any]]:
    """The files of a folder by their names, `only` some of them; SystemExit for a name that is no file."""
    found = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted((HERE / folder).glob("*.toml"))}
    wanted = [name for name in only.split(",") if name] or list(found)
    for name in wanted:
        if name not in found:
            sys.exit(f"there is no {name} in {folder}/; there are: {', '.join(found)}")
    return {name: found[name] for name in wanted}


class Project:
    """A repository that a gate guards, in a folder of its own: branch `main` is the base, others are changes."""

    def __init__(self, folder: Path, name: str, tool: Mapping[str, Any], edits: Edits) -> None:
        self._folder, self._name, self._check = folder / "shop", name, str(edits.get("check", tool["check"]))
        self._home = folder / "home"
        self._violation: Mapping[str, str] = edits.get("violation", tool["violation"])
        self._edits = edits
        self._folder.mkdir(parents=True)
        self._git("init", "-q", "-b", "main")
        ci = f"on: pull_request\njobs:\n  check:\n    steps:\n      - run: {self._check}\n"
        self._write({CI: ci, **tool["base"], **edits.get("base", {})})
        self._commit("base")
        for line in edits.get("base_run", ()):
            self._program(line)
        self._commit("base, set up")

    def base(self) -> Said:
        return self._asked("main")

    def violation(self) -> Said:
        self._git("switch", "-q", "-c", "violation", "main")
        self._write(self._violation)
        self._commit("violation")
        return self._asked("violation")

    def both(self) -> Said:
        """As the change's own CI file has it: what it does not run says nothing, what it does not mind is green."""
        self._git("switch", "-q", "-c", "both", "main")
        self._write(self._violation)
        self._commit("violation")
        self._loosen()
        self._commit("both")
        return self._by_ci("both")

    def alone(self) -> Said:
        self._git("switch", "-q", "-c", "alone", "main")
        self._loosen()
        self._commit("alone")
        return self._asked("alone")

    def _loosen(self) -> None:
        for one in self._edits.get("replace", ()):
            file = self._folder / one["file"]
            text = file.read_text("utf-8")
            if one["this"] not in text:
                raise Unfit(f"{one['file']} does not hold {one['this']!r}")
            file.write_text(text.replace(one["this"], one["by"]), "utf-8")
        for path, text in self._edits.get("append", {}).items():
            with (self._folder / path).open("a", encoding="utf-8") as file:
                file.write(text)
        for path, text in self._edits.get("prepend", {}).items():
            before = (self._folder / path).read_text("utf-8")
            (self._folder / path).write_text(text + before, "utf-8")
        self._write(self._edits.get("write", {}))
        for path in self._edits.get("delete", ()):
            (self._folder / path).unlink()
        for old, new in self._edits.get("rename", {}).items():
            (self._folder / new).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / old).rename(self._folder / new)
        for line in self._edits.get("run", ()):
            self._program(line)

    def _by_ci(self, branch: str) -> Said:
        file = self._folder / CI
        text = file.read_text("utf-8") if file.is_file() else ""
        step = re.search(r"^ *(?:- )?run: (?P<line>.*)$(?P<rest>(?:\n {8}.*)*)", text, re.M)
        if step is None:
            return Said(0, "nothing ran")
        line = step["line"].removesuffix("|| true").strip()
        said = self._asked(branch, line)
        forgiven = step["line"].endswith("|| true") or "continue-on-error: true" in step["rest"]
        return Said(0, f"exit {said.exit} was not minded: {said.words}") if forgiven and said.exit else said

    def _asked(self, branch: str, line: str = "") -> Said:
        if self._name == "plumbrule":
            return self._ours(branch, (line or self._check).split()[2:])
        done = self._run(line or self._check)
        told = [one.strip() for one in (done.stdout + done.stderr).splitlines() if re.search(r"\w\w", one)]
        return Said(done.returncode, self._plain(_last(told)))

    def _ours(self, branch: str, more: Sequence[str]) -> Said:
        command = [sys.executable, "-m", "plumbrule", "gate", "--repo", str(self._folder), "--base", "main"]
        command += ["--head", branch, "--format", "json", "--today", TODAY, "--quiet", *more]
        environment = {**os.environ, "PLUMBRULE_STORE": str(self._home / "store")}
        done = subprocess.run(command, cwd=self._folder, env=environment, capture_output=True, text=True)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            return Said(done.returncode, self._plain(done.stderr.strip()[-_MOST_WORDS:]))
        stops = [one for one in report["findings"] if one["state"] == "new" and one["severity"] == "error"]
        stops.sort(
            key=lambda one: not one["rule"].startswith("policy-loosen")
        )  # what was loosened is what this asks for
        told = [f"{one['rule']}: {one['message']}" for one in stops]
        reasons = [] if told else report["reasons"]
        return Said(done.returncode, self._plain("; ".join([report["verdict"], *told, *reasons])))

    def _program(self, line: str) -> None:
        done = self._run(line)
        if done.returncode:
            raise Unfit(f"{line} left with {done.returncode}: {self._plain(done.stdout + done.stderr)}")

    def _run(self, line: str) -> subprocess.CompletedProcess[str]:
        name, *arguments = shlex.split(line)
        environment = alone(self._home)
        if self._name == "plumbrule":
            command = [sys.executable, "-m", "plumbrule"]
            environment = {**os.environ, "PLUMBRULE_STORE": str(self._home / "store")}
        else:
            peer = _PEERS[self._name]
            package = self._folder / "package.json"
            if package.is_file() and "typescript" not in package.read_text("utf-8"):
                peer = _WITHOUT_TYPESCRIPT
            command = [str(peer.program(name))]
        return subprocess.run([*command, *arguments], cwd=self._folder, env=environment, capture_output=True, text=True)

    def _write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            file = self._folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.removeprefix("\n"), "utf-8")

    def _commit(self, words: str) -> None:
        self._git("add", "-A", "-f")
        self._git("commit", "-q", "--no-verify", "--allow-empty", "-m", words)

    def _git(self, *arguments: str) -> None:
        # Always the same commits: what a gate says of them may name one.
        of = {f"GIT_{who}_{what}": _OF[what] for who in ("AUTHOR", "COMMITTER") for what in _OF}
        subprocess.run(["git", *arguments], cwd=self._folder, env={**os.environ, **of}, check=True, capture_output=True)

    def _plain(self, text: str) -> str:
        """In one line; where this machine keeps its files is nobody's business."""
        for place, name in ((self._folder, "."), (self._home, "~"), (Path.home(), "~"), (Path(sys.prefix), "python")):
            text = text.replace(f"{place}/", f"{name}/").replace(str(place), name)
        line = " ".join(text.split())
        return line if len(line) <= _MOST_WORDS else f"{line[:_MOST_WORDS].rsplit(' ', 1)[0]} ..."


def _last(lines: Sequence[str]) -> str:
    """A gate ends with its sum; what it names stands right before."""
    return " / ".join(lines[-3:])


def tried(way: str, edits: Edits, tool: str, about: Mapping[str, Any], scratch: Path) -> Tried:
    """One way on one gate, in an empty folder."""
    if "none" in edits:
        return Tried(way, tool, none=edits["none"])
    try:
        project = Project(scratch, tool, about, edits)
        base, violation = project.base(), project.violation()
        if base.exit:
            raise Unfit(f"the base does not pass: exit {base.exit}, {base.words}")
        if not violation.exit:
            raise Unfit(f"the violation alone is not stopped: {violation.words}")
        return Tried(way, tool, base=base, violation=violation, both=project.both(), alone=project.alone())
    except Unfit as error:
        return Tried(way, tool, unfit=str(error))


def keep(results: Sequence[Tried], file: Path = GOLDEN) -> None:
    """Puts these in place of their older ones."""
    kept = json.loads(file.read_text("utf-8"))["tried"] if file.is_file() else []
    of_pairs = {(one["way"], one["tool"]): one for one in kept}
    for one in results:
        of_pairs[one.way, one.tool] = {name: value for name, value in asdict(one).items() if value}
    ways, tools = described("loosenings"), described("tools")
    ordered = [of_pairs[pair] for pair in sorted(of_pairs) if pair[0] in ways and pair[1] in tools]
    text = json.dumps({"schema": SCHEMA, "tried": ordered}, indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", "utf-8")


def outcome(one: Mapping[str, Any]) -> str:
    """In a word, from what was kept."""
    if one.get("none"):
        return "no such thing"
    if one.get("unfit"):
        return "not tried"
    return "stopped" if one["both"]["exit"] else "let through"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="these ways")
    parser.add_argument("--tools", default="", help="these gates")
    asked = parser.parse_args()
    ways, tools = described("loosenings", asked.only), described("tools", asked.tools)
    for way, about in ways.items():
        for tool, of_tool in tools.items():
            if tool not in about:
                sys.exit(f"loosenings/{way}.toml says nothing of {tool}; `none` and the reason is an answer, too")
            scratch = Path(tempfile.mkdtemp(prefix="loosening-"))
            try:
                found = tried(way, about[tool], tool, of_tool, scratch)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            keep([found])  # each at once: a run that is ended has not been for nothing
            one = asdict(found)
            both, alone_ = one["both"] or {}, one["alone"] or {}
            print(f"{way} | {tool} | {outcome(one)} {one['none'] or one['unfit']}", flush=True)
            if both:
                print(f"    both: {both['exit']} {both['words']}\n    alone: {alone_['exit']} {alone_['words']}")


if __name__ == "__main__":
    main()
