"""`plumbrule init`."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.commands import Adder
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_store, opened, root_here, today

if TYPE_CHECKING:
    from plumbrule.policy.drafts import Draft, Origin

PLACE = 6

_FROM_CODE = "code"


def add(command: Adder) -> None:
    init = command(
        "init",
        _init,
        "write a commented first policy from what is found",
        detail="Without --from it is drafted from the code. What cannot be carried over is listed in its head.",
    )
    init.add_argument("--repo", default=".", metavar="DIR")
    init.add_argument(
        "--from",
        dest="source",
        default=_FROM_CODE,
        metavar="SOURCE",
        help="a file to draft it from: a component diagram (Mermaid, PlantUML, Structurizr DSL, Backstage catalog),"
        " CODEOWNERS, or the settings of import-linter, tach, dependency-cruiser, deptrac or an ArchUnit store;"
        " or one of these names, and it is looked for where it usually lies (default: code)",
    )
    init.add_argument("--force", action="store_true", help="replace an existing plumbrule.toml")
    add_store(init)
    add_clock(init)


def _init(options: argparse.Namespace) -> int:
    from plumbrule.policy import DEFAULT_NAME

    root = root_here(options.repo)
    file = root / DEFAULT_NAME
    if file.exists() and not options.force:
        raise SettingsError(f"{file}: exists already.\nGive --force to replace it.")
    if options.source == _FROM_CODE:
        _from_code(options, root, file)
        return 0
    return _from_source(options, root, file)


def _from_code(options: argparse.Namespace, root: Path, file: Path) -> None:
    from plumbrule.accept import standing
    from plumbrule.governing import on_disk
    from plumbrule.policy.draft import draft
    from plumbrule.report.progress import TerminalProgress

    with TerminalProgress(quiet=False) as progress:
        judgement, walk = standing(root, root.name, on_disk(None), opened(options, root), progress, today(options))
    components: dict[str, list[str]] = {}
    for _, path, component in walk.derived["file_component"]:
        components.setdefault(component, []).append(path)
    between = {(row[1], row[2]): row[3] for row in walk.derived["component_dependency"]}
    breaches = [(row.rule, row.subject) for row in judgement.rows if row.severity == "error"]
    expires = today(options) + timedelta(days=90)
    file.write_text(draft(components, between, breaches, expires), "utf-8")
    sys.stdout.write(f"Wrote {file}. Read it, keep what you mean, and commit it.\n")


def _from_source(options: argparse.Namespace, root: Path, file: Path) -> int:
    from plumbrule.policy.drafts import drafted, sources, written

    kind = options.source if options.source in sources() and not Path(options.source).is_file() else ""
    origin = _origin(root, _found(root, kind) if kind else Path(options.source))
    draft = drafted(origin, kind)
    file.write_text(written(draft, origin.file), "utf-8")
    sys.stdout.write(f"Wrote {file} from {origin.file}: {_counted(draft)}.\n")
    if draft.remarks:
        sys.stdout.write(f"{_many(len(draft.remarks), 'thing')} could not be carried over; its head lists them.\n")
    _accepted(options, root, file, draft)
    sys.stdout.write("Read it, keep what you mean, and commit it. `plumbrule policy lint` says what to check.\n")
    return 0


def _accepted(options: argparse.Namespace, root: Path, file: Path, draft: Draft) -> None:
    """A baseline of those findings of today that were accepted there, and of no other."""
    if not draft.accepted:
        return
    from plumbrule.accept import standing
    from plumbrule.governing import on_disk
    from plumbrule.policy import BASELINE_NAME, Baseline
    from plumbrule.report.progress import TerminalProgress

    place = root / BASELINE_NAME
    if place.exists() and not options.force:
        sys.stdout.write(f"{place} exists already, so what was accepted there was not added; give --force.\n")
        return
    with TerminalProgress(quiet=False) as progress:
        judgement, _ = standing(root, root.name, on_disk(file, root), opened(options, root), progress, today(options))
    accepted = {f"{source} -> {target}" for source, target in draft.accepted}
    entries = frozenset((row.rule, "", row.subject) for row in judgement.rows if row.subject in accepted)
    if not entries:
        many = _many(len(accepted), "import")
        sys.stdout.write(f"Of {many} accepted there none is a finding here, so no baseline was written.\n")
        return
    place.write_text(Baseline(entries).text(), "utf-8")
    here = f"{len(entries)} {'is' if len(entries) == 1 else 'are'}"
    sys.stdout.write(f"Wrote {place}: of {_many(len(accepted), 'import')} accepted there, {here} found here.\n")


def _found(root: Path, kind: str) -> Path:
    """Where a source of this kind usually lies."""
    from plumbrule.policy.drafts import sources

    for place in sources()[kind].PLACES:
        for candidate in sorted(root.glob(place))[:1]:
            return candidate
    places = ", ".join(sources()[kind].PLACES)
    raise SettingsError(f"no {kind} is found here; looked for {places}.\nGive its path: --from PATH")


def _origin(root: Path, given: Path) -> Origin:
    from plumbrule.errors import NotARevision
    from plumbrule.git import Repository
    from plumbrule.governing import path_inside
    from plumbrule.languages import language_of
    from plumbrule.measures.components import Level
    from plumbrule.policy.drafts import Origin

    if given.is_dir() and (given / "stored.rules").is_file():
        given = given / "stored.rules"
    if not given.is_file():
        from plumbrule.policy.drafts import sources

        raise SettingsError(
            f"{given}: there is no such file.\nGive the path of one, or one of {', '.join((_FROM_CODE, *sources()))}."
        )
    try:
        with Repository.find(root) as repository:
            tree = repository.tree(repository.resolve("HEAD"))
    except NotARevision as error:
        raise SettingsError(f"{error}\nA draft speaks of the code of a commit; commit it first.") from None
    paths = frozenset(path for path, entry in tree.items() if entry.is_file and language_of(path) is not None)
    inside = path_inside(root, str(given))

    def read(path: str) -> str | None:
        place = root / path if not path.startswith("/") else Path(path)
        try:
            inside_root = place.resolve().is_relative_to(root.resolve())
            return place.read_text("utf-8-sig") if inside_root and place.is_file() else None
        except (OSError, ValueError):
            return None

    def learned() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, name in Level.learned(paths).components(paths).items():
            found.setdefault(name, []).append(path)
        return found

    try:
        text = given.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{given}: is not UTF-8 text.\nSave it as UTF-8.") from None
    return Origin(inside or str(given), text, paths, read, learned)


def _counted(draft: Draft) -> str:
    return f"{_many(len(draft.parts), 'component')} and {_many(len(draft.tables), 'contract')}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
