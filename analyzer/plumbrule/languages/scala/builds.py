"""The modules of sbt builds: which folder each has, and which others it depends on. Hides how a build says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.languages.ways import climbed

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

_LARGEST = 1_000_000
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_PROJECT = re.compile(r"\blazy\s+val\s+(`?)([\w-]+)\1\s*(?::\s*[\w.]+\s*)?=")
_FOLDER = re.compile(
    r"\bin\s*\(\s*file\s*\(\s*\"([^\"\n]*)\"|\bin\s+file\s*\(\s*\"([^\"\n]*)\"|\bfile\s*\(\s*\"([^\"\n]*)\""
)
_NEEDS = re.compile(r"\.\s*dependsOn\s*\(((?:[^()]|\([^()]*\))*)\)")
_NEEDED = re.compile(r"`?([A-Za-z_][\w-]*)`?(?:\s*\.\s*(?:jvm|js|native))?\s*(?:%|,|$)")


def sbt_modules(tree: Tree) -> dict[str, tuple[str, tuple[str, ...]]]:
    """By folder the name of a project in a build.sbt and the names of those that it depends on."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path in tree.paths(("build.sbt",)):
        around, _, name = path.rpartition("/")
        if name != "build.sbt":
            continue
        written = _COMMENT.sub("", tree.read(path)[:_LARGEST].decode("utf-8", "replace"))
        heads = list(_PROJECT.finditer(written))
        for head, following in zip(heads, [*heads, None][1:], strict=True):
            said = written[head.end() : following.start() if following is not None else len(written)]
            if not re.match(r"\s*\(?\s*(?:project|crossProject|projectMatrix|Project)\b", said) and not _NEEDS.search(
                said
            ):
                continue
            where = _FOLDER.search(said)
            way = next(filter(None, where.groups()), "") if where is not None else head[2]
            folder = climbed(around, way)
            if folder is None or (folder and not tree.is_dir(folder)):
                continue
            needs = {
                needed[1] for group in _NEEDS.findall(said) for one in group.split(",")
                if (needed := _NEEDED.match(one.strip())) is not None
            }  # fmt: skip
            found.setdefault(folder, (f"{around}:{head[2]}", tuple(sorted(f"{around}:{one}" for one in needs))))
        if around not in found:
            found[around] = (f"{around}:", ())
    return found
