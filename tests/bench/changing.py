"""Clones that are changed: a policy with waivers at the base, and a change beside it that is new at every run.

What was measured once is known to every cache; so the same files get other words before each run.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from corpus import Place, git  # beside this file
from measuring import PLUMBRULE, Took, run

from plumbrule.languages import language_of

_WAIVERS = 20
_BUILT = frozenset({"dist", "node_modules"})
# A function that stands in no file yet, by language; `{n}` makes it another one at each run.
_PROBES = {
    "python": """

def bench_probe_{n}(value: int) -> int:
    import {package}

    return value + {n} if value > {n} else {n}
""",
    "typescript": """
export function benchProbe{n}(value: number): number {{
  return value > {n} ? value : {n};
}}
""",
    "javascript": """
export function benchProbe{n}(value) {{
  return value > {n} ? value : {n};
}}
""",
    "go": """
func benchProbe{n}(value int) int {{
\tif value > {n} {{
\t\treturn value
\t}}
\treturn {n}
}}
""",
    "rust": """
pub fn bench_probe_{n}(value: i64) -> i64 {{
    if value > {n} {{ value }} else {{ {n} }}
}}
""",
    "c": """
int bench_probe_{n}(int value) {{
    return value > {n} ? value : {n};
}}
""",
    "java": """
    static int benchProbe{n}(int value) {{
        return value > {n} ? value : {n};
    }}
""",
}
_CLOSED = {"java"}  # a function stands in the class that the last brace closes


class NothingToChange(Exception):
    """A repository has too few files in a language that can be changed here."""


def clone(place: Place, folder: Path) -> Path:
    """A clone with a work tree on branch `main`, which knows no remote; objects are shared."""
    shutil.rmtree(folder, ignore_errors=True)
    git(place.tree, "clone", "-q", "--shared", "--no-checkout", ".", str(folder))
    git(folder, "checkout", "-q", "-B", "main", "HEAD")
    git(folder, "remote", "remove", "origin")  # its main line would be the remote's
    return folder


def only(place: Place, language: str, folder: Path) -> Place:
    """A repository of one commit with the files of this language, and those that are no code.

    Without what was built: other programs leave out such folders by themselves, and repositories seldom hold them.
    """
    kept = clone(place, folder)
    strangers = [
        path
        for path in git(kept, "ls-files", "-z").split("\0")
        if path and (language_named(path) not in ("", language) or _BUILT.intersection(path.split("/")))
    ]
    for path in strangers:
        (kept / path).unlink(missing_ok=True)
    shutil.rmtree(kept / ".git")
    git(kept, "init", "-q", "-b", "main")
    git(kept, "add", "-A", "-f")
    git(kept, "commit", "-q", "--no-verify", "-m", "one language")
    return Place(place.title, kept, language)


@dataclass(frozen=True)
class Package:
    """A top-level Python package of a repository."""

    root: str  # the folder that it is imported from: "" or "src"
    name: str
    modules: int

    def path(self) -> str:
        return f"{self.root}/{self.name}" if self.root else self.name


def package_of(tree: Path) -> Package:
    """The top-level Python package with most modules; NothingToChange if there is none."""
    roots = Counter(
        (parts[0], parts[1]) if parts[0] == "src" and len(parts) > 2 else ("", parts[0])
        for parts in (name.split("/") for name in git(tree, "ls-files", "*.py").splitlines())
        if len(parts) > 1
    )
    packages = (Package(*where, modules) for where, modules in roots.most_common())
    found = next((one for one in packages if (tree / one.path() / "__init__.py").is_file()), None)
    if found is None:
        raise NothingToChange("it has no top-level Python package")
    return found


@dataclass
class Change:
    """A clone whose branch `base` has a policy with waivers, and whose branch `topic` changes files beside it."""

    repository: Path
    store: Path  # a scan of the base is in it
    paths: Sequence[str]  # what is changed
    _texts: dict[str, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1000))

    def __post_init__(self) -> None:
        self._texts = {path: (self.repository / path).read_text("utf-8") for path in self.paths}
        git(self.repository, "checkout", "-q", "-b", "topic")
        git(self.repository, "commit", "-q", "--allow-empty", "--no-verify", "-m", "a change")

    def renew(self, *, commit: bool = True) -> None:
        """Other words in the same files, committed in place of the change before."""
        number = next(self._numbers)
        for path, text in self._texts.items():
            language = language_named(path)
            probe = _PROBES[language].format(n=number, package=path.removeprefix("src/").split("/")[0])
            if language in _CLOSED:
                head, _, tail = text.rpartition("}")
                changed = f"{head}{probe}}}{tail}"
            else:
                changed = text + probe
            (self.repository / path).write_text(changed, "utf-8")
        if commit:
            git(self.repository, "commit", "-q", "--amend", "--no-verify", "-a", "-m", f"change {number}")
            git(self.repository, "update-index", "-q", "--refresh")

    def gate(self, *more: str | Path, store: Path | None = None) -> Took:
        """Judges the change as a person would have it judged, in words."""
        judge: list[str | Path] = [
            *PLUMBRULE,
            "gate",
            "--repo",
            self.repository,
            "--base",
            "base",
            "--store",
            store or self.store,
        ]
        return run([*judge, "--quiet", *more], codes=(0, 1))


def change(place: Place, scratch: Path, files: int = 1, package: str = "") -> Change:
    """A change of so many files of a repository, below a package if one is given; NothingToChange if it has not so
    many."""
    repository, store = clone(place, scratch / "repository"), scratch / "store"
    scan(repository, store)
    _govern(repository, store)
    scan(repository, store)
    git(repository, "branch", "-q", "base")
    return Change(repository, store, _changeable(repository, place.language, files, package))


def scan(repository: Path, store: Path, *more: str) -> Took:
    """One scan of a repository into a store; of the head only, if nothing else is said."""
    history = () if "--history" in more else ("--history", "1")
    return run([*PLUMBRULE, "scan", repository, *history, "--store", store, "--quiet", *more])


def cold(repository: Path, store: Path, *more: str) -> Took:
    """A scan into a store that does not exist yet."""
    shutil.rmtree(store, ignore_errors=True)
    return scan(repository, store, *more)


def _govern(repository: Path, store: Path) -> None:
    """A first policy as `init` writes it, with waivers for some of what stands."""
    run([*PLUMBRULE, "init", "--repo", repository, "--store", store, "--force"])
    sql = "SELECT DISTINCT rule, subject FROM finding WHERE severity = 'error' AND state <> 'fixed' ORDER BY ALL"
    said = run([*PLUMBRULE, "query", "--store", store, "--format", "json", sql]).out
    expires = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    waivers = [
        f"\n[[waiver]]\nrule = {json.dumps(one['rule'])}\nsubject = {json.dumps(one['subject'])}\n"
        f'reason = "known before the bench"\nowner = "@bench"\nexpires = {expires}\n'
        for one in json.loads(said)[:_WAIVERS]
    ]
    policy = repository / "plumbrule.toml"
    policy.write_text(policy.read_text("utf-8") + "".join(waivers), "utf-8")
    git(repository, "add", "-f", "plumbrule.toml")
    git(repository, "commit", "-q", "--no-verify", "-m", "policy")


def _changeable(repository: Path, language: str, files: int, package: str) -> list[str]:
    """The biggest files below 20 kB that any of our probes fits into."""
    if language not in _PROBES:
        raise NothingToChange(f"no change is written for {language}")
    sizes = {}
    for path in git(repository, "ls-files", "-z", package or ".").split("\0"):
        place = repository / path
        if path and language_named(path) == language and place.is_file() and place.stat().st_size < 20_000:
            sizes[path] = place.stat().st_size
    chosen = sorted(sizes, key=lambda path: (-sizes[path], path))[:files]
    if len(chosen) < files:
        raise NothingToChange(f"it has {len(chosen)} files to change, not {files}")
    return chosen


def language_named(path: str) -> str:
    """The name of a path's language, "" if it is none of ours."""
    found = language_of(path)
    return found.name if found is not None else ""
