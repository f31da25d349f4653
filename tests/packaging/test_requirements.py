"""Locks, licences and metadata: what an installation brings with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("core", "all", "dev")


def locked(file: Path) -> dict[str, list[Requirement]]:
    """The pinned requirements of one lock, by name; a name may be there once for each marker."""
    found: dict[str, list[Requirement]] = {}
    for line in re.sub(r"\\\n", " ", file.read_text("utf-8")).splitlines():
        requirement, *hashes = line.split("--hash=")
        if requirement.strip():
            assert hashes, f"{file.name}: {requirement} has no hash"
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each.strip()) for each in hashes)
            pinned = Requirement(requirement)
            found.setdefault(canonicalize_name(pinned.name), []).append(pinned)
    return found


def wanted(project: Mapping[str, dict], extras: tuple[str, ...], groups: tuple[str, ...]) -> list[Requirement]:
    table = project["project"]
    lines = [*table["dependencies"], *(line for extra in extras for line in table["optional-dependencies"][extra])]
    lines += [line for group in groups for line in project["dependency-groups"][group]]
    return [Requirement(line) for line in lines if not line.startswith("plumbrule[")]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, dict]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("lock", "every_extra", "groups"),
    [("core", False, ("build",)), ("all", True, ("build",)), ("dev", True, ("build", "lint", "test"))],
)
def test_a_lock_holds_what_the_project_asks_for(
    root: Path, project: dict[str, dict], lock: str, every_extra: bool, groups: tuple[str, ...]
):
    pins = locked(root / "requirements" / f"{lock}.txt")
    extras = tuple(project["project"]["optional-dependencies"]) if every_extra else ()
    for requirement in wanted(project, extras, groups):
        versions = [str(pin.specifier).removeprefix("==") for pin in pins.get(canonicalize_name(requirement.name), [])]
        assert versions, f"{requirement.name} is missing: run `make lock`"
        assert any(requirement.specifier.contains(version) for version in versions), f"{requirement}: run `make lock`"


def test_the_locks_choose_the_same_versions(root: Path):
    core, everything, dev = (locked(root / "requirements" / f"{name}.txt") for name in LOCKS)

    def pins(lock: dict[str, list[Requirement]]) -> set[tuple[str, str]]:
        return {(name, str(pin.specifier)) for name, found in lock.items() for pin in found}

    assert pins(core) <= pins(everything) <= pins(dev)


def test_the_core_brings_nothing_heavy(root: Path):
    core = locked(root / "requirements" / "core.txt")
    assert {
        "altair",
        "streamlit",
        "scikit-learn",
        "scipy",
        "pandas",
        "pyarrow",
        "vl-convert-python",
    } & core.keys() == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index(root: Path, lock: str):
    text = (root / "requirements" / f"{lock}.txt").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash)", text, re.MULTILINE)


def licence_of(distribution: metadata.Distribution) -> str:
    about = distribution.metadata
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    # Some put the whole text into the field; its first line is the name.
    return "; ".join([about.get("License-Expression") or "", (about.get("License") or "").split("\n")[0], *classifiers])


def strong_copyleft(licence: str) -> bool:
    """GPL and AGPL without a way out; LGPL is fine, and so is a choice between one of them and another."""
    named = re.sub(r"\b(LGPL|Lesser General Public|Library or Lesser)[\w.+-]*", "", licence, flags=re.IGNORECASE)
    if re.search(r"\bOR\b", named.split(";")[0]):
        return False
    return bool(re.search(r"\b(A?GPL(v?\d|-|\b)|(Affero )?General Public License)", named, re.IGNORECASE))


@pytest.mark.parametrize(
    ("licence", "strong"),
    [
        ("MIT", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("; ; License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("; GNU AGPLv3", True),
        ("LGPL-3.0-or-later", False),
        ("; ; License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0 OR GPL-2.0-or-later", False),
        ("MIT AND GPL-2.0-only", True),
    ],
)
def test_what_counts_as_strong_copyleft(licence: str, strong: bool):
    assert strong_copyleft(licence) is strong


def test_no_requirement_is_under_gpl_or_agpl(root: Path):
    """Looks at what is installed here, which is the largest lock."""
    strong, checked = {}, 0
    for name, pins in locked(root / "requirements" / "dev.txt").items():
        if not any(pin.marker is None or Marker(str(pin.marker)).evaluate() for pin in pins):
            continue  # not for this platform or version of Python
        licence = licence_of(metadata.distribution(name))
        checked += 1
        if strong_copyleft(licence):
            strong[name] = licence
    assert strong == {}
    assert checked > 80


def test_only_versions_of_python_that_are_tested_are_listed(root: Path, project: dict[str, dict]):
    listed = {
        line.rpartition(" ")[2]
        for line in project["project"]["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", line)
    }
    workflow = (root / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    tested = set(re.findall(r'"(3\.\d+)"', workflow))
    assert listed == tested


def test_the_licence_is_apache_in_full(root: Path, project: dict[str, dict]):
    text = (root / "LICENSE").read_text("utf-8")
    assert project["project"]["license"] == "Apache-2.0"
    assert text.count("\n") > 200
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
