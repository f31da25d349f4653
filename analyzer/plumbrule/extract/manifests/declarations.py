"""What the manifests of one tree say, from tree to tree.

Hides that bytes are read once for each content, in whatever run, and that what did not change is neither read nor
compared again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from plumbrule.extract.manifests.formats import format_of, known_formats, near, packed, read, unpacked
from plumbrule.extract.manifests.joins import join_of, read_together
from plumbrule.extract.manifests.reading import Reading
from plumbrule.extract.manifests.tables import DECLARED, MANIFEST, PACKAGE, TABLES
from plumbrule.tables import Row

_Key = tuple[str, str]
_HELD = 64  # readings that are kept together


class Kept(Protocol):
    """Readings by (format, content and name), for later runs; it may forget."""

    def get_many(self, keys: Iterable[_Key]) -> dict[_Key, tuple[bytes, bytes]]: ...
    def put_many(self, rows: Iterable[tuple[str, str, bytes, bytes]]) -> None: ...


class Declarations:
    """`move` takes it to another tree; `tables` are the rows of the tree it stands on, the very objects of the tree
    before where no manifest changed."""

    def __init__(self, repo: str, bytes_of: Callable[[str, str], bytes | str], kept: Kept) -> None:
        """`bytes_of` gives the bytes of (path, blob), or why there are none."""
        self.repo = repo
        self.tables: Mapping[str, Collection[Row]] = dict.fromkeys(TABLES, ())
        self.unread: Mapping[str, str] = {}  # by path, why a manifest could not be read, or what of it
        self._bytes_of = bytes_of
        self._kept = kept
        self._fresh: dict[_Key, bytes] = {}  # as they are kept
        self._rows: dict[str, dict[str, list[Row]]] = {name: {} for name in TABLES}  # by path
        # By kind of build, as far as it was asked for: by path the format and what each manifest says alone.
        self._builds: dict[str, dict[str, tuple[str, Reading]]] = {}
        self._stood: Callable[[], Mapping[str, str]] = dict  # blobs by path, of the tree that was recalled

    def recall(self, tables: Mapping[str, Iterable[Row]], blobs: Callable[[], Mapping[str, str]]) -> None:
        """Stands where these rows were stored; `blobs` gives those of that tree, by path, if it is asked for them."""
        for name in TABLES:
            by_path: dict[str, list[Row]] = {}
            for row in tables.get(name, ()):
                by_path.setdefault(row[1], []).append(row)
            self._rows[name] = by_path
        self._stood = blobs
        self._builds.clear()
        self._renew(TABLES)

    def move(self, changes: Iterable[tuple[str, str | None]]) -> None:
        """Sets manifests by (path, blob), or removes them where None. Paths that are no manifests are none of its
        business."""
        moved: set[str] = set()
        builds: set[str] = set()
        for path, blob in changes:
            form = format_of(path)
            if form is None:
                continue
            reading = self._reading(form, path, blob) if blob is not None else None
            build = join_of(form)
            if build is None:
                moved |= self._set(form, path, reading)
                continue
            builds.add(build)
            together = self._together(build)
            if reading is not None:
                together[path] = form, reading
            else:
                together.pop(path, None)
                moved |= self._set(form, path, None)
        for build in sorted(builds):
            together = self._together(build)
            for path, reading in read_together(
                build, ((form, path, alone) for path, (form, alone) in together.items())
            ).items():
                moved |= self._set(together[path][0], path, reading)
        self._renew(moved)

    def _set(self, form: str, path: str, reading: Reading | None) -> set[str]:
        """Sets the rows of one manifest; the names of the tables that are others now."""
        moved = set()
        for name, rows in self._rows_of(form, path, reading).items():
            if self._rows[name].get(path, []) != rows:
                moved.add(name)
                self._rows[name][path] = rows
            if not rows:
                self._rows[name].pop(path, None)
        return moved

    def _together(self, build: str) -> dict[str, tuple[str, Reading]]:
        """What the manifests of one kind of build say alone, by path, to be moved on."""
        if build not in self._builds:
            recalled = [row[1] for rows in self._rows[MANIFEST.name].values() for row in rows]
            forms = {path: form for path in recalled if (form := format_of(path)) and join_of(form) == build}
            blobs = self._stood() if forms else {}
            self._builds[build] = {
                path: (form, self._reading(form, path, blobs[path])) for path, form in forms.items() if path in blobs
            }
        return self._builds[build]

    def keep(self) -> None:
        """Hands over what was read since the last time."""
        self._kept.put_many((form, key, data, b"") for (form, key), data in self._fresh.items())
        self._fresh.clear()

    def _renew(self, names: Iterable[str]) -> None:
        fresh = {
            name: [row for _, rows in sorted(self._rows[name].items()) for row in rows]
            for name in TABLES
            if name in names
        }
        self.tables = {**self.tables, **fresh}
        if MANIFEST.name in fresh:
            self.unread = {row[1]: row[4] for row in fresh[MANIFEST.name] if row[4]}

    def _reading(self, form: str, path: str, blob: str) -> Reading:
        key = hashlib.sha256(f"{near(path)}\0{blob}".encode("utf-8", "surrogatepass")).hexdigest()[:40]
        # What lies on disk without a name has no key either.
        kept = self._stored((form, key)) if blob else None
        if kept is not None:
            return unpacked(zlib.decompress(kept))
        data = self._bytes_of(path, blob)
        if isinstance(data, str):
            return Reading(reason=data)  # another clone may have it
        reading = read(form, data, path)
        if blob:
            self._fresh[form, key] = zlib.compress(packed(reading), 1)
            if len(self._fresh) >= _HELD:
                self.keep()
        return reading

    def _stored(self, key: _Key) -> bytes | None:
        if key in self._fresh:
            return self._fresh[key]
        return self._kept.get_many([key]).get(key, (None,))[0]

    def _rows_of(self, form: str, path: str, reading: Reading | None) -> dict[str, list[Row]]:
        if reading is None:
            return {name: [] for name in TABLES}
        ecosystem = known_formats()[form].ecosystem
        return {
            MANIFEST.name: [(self.repo, path, form, ecosystem, reading.reason)],
            DECLARED.name: [(self.repo, path, ecosystem, *row) for row in reading.declared],
            PACKAGE.name: [(self.repo, path, ecosystem, *row) for row in reading.published],
        }
