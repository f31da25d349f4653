"""Where the modules of Python lie: from dotted names to globs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from plumbrule.globs import matcher
from plumbrule.policy.writing import file_glob, literal

MODULE = re.compile(r"(?:[\w*]+\.)*[\w*]+")


class Modules:
    """The modules of a repository, below the folders from which they are imported."""

    def __init__(self, paths: Collection[str], roots: Sequence[str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith((".py", ".pyi")))
        self._folders = {path[:at] for path in self._paths for at, char in enumerate(path) if char == "/"}
        self.roots = tuple(_root(root) for root in roots) or ("",)

    def found(self, packages: Sequence[str]) -> Modules:
        """The same, below the folders that hold these packages: the nearest to the root of each."""
        roots = []
        for package in packages:
            place = package.replace(".", "/")
            holding = [f[: -len(place)] for f in self._folders if f == place or f.endswith(f"/{place}")]
            holding += [p[: -len(place) - 3] for p in self._paths if p == f"{place}.py" or p.endswith(f"/{place}.py")]
            if holding:
                roots.append(min(holding, key=lambda folder: (folder.count("/"), folder)))
        return Modules(self._paths, tuple(dict.fromkeys(roots)))

    def glob(self, module: str) -> str:
        """The glob of a module and all below it, `*` and `**` in it included; "" if no file is there."""
        for root in self.roots if MODULE.fullmatch(module) else ():
            path = root + module.replace(".", "/")
            if "*" in module:
                glob = path if "/" in path else f"/{path}"
                if any(map(matcher((glob,)), self._paths)):
                    return glob
            elif path in self._folders:
                return f"{literal(path)}/**"
            elif f"{path}.py" in self._paths:
                return file_glob(f"{path}.py")
            elif f"{path}.pyi" in self._paths:
                return file_glob(f"{path}.pyi")
        return ""

    def file(self, module: str) -> str:
        """The one file that a module is; "" if there is none."""
        for root in self.roots:
            path = root + module.replace(".", "/")
            for name in (f"{path}.py", f"{path}/__init__.py"):
                if name in self._paths:
                    return name
        return ""


def _root(folder: str) -> str:
    bare = folder.strip().removeprefix("./").strip("/")
    return f"{bare}/" if bare not in ("", ".") else ""
