"""What package.json, tsconfig.json and their kin say about names, as plain values.

Hides file formats: JSON with comments and trailing commas, `extends` chains, workspace globs, the forms of `exports`.
Manifests are hostile input: whatever is not of the expected shape counts as not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import orjson

from plumbrule.languages.typescript import MANIFESTS
from plumbrule.languages.ways import climbed

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_TOO_LARGE = 4_000_000  # bytes; a manifest above this is data that happens to have the name
_DEEPEST = 20  # `extends` in a row, or nested conditions; real ones stay under five


@dataclass(frozen=True, slots=True)
class Package:
    """One package.json. Targets are as written, relative to `folder`."""

    folder: str
    name: str
    entries: tuple[str, ...]  # main, module, ... in the order a reader of sources wants them
    typings: tuple[str, ...]
    exports: Json  # None when absent
    imports: dict[str, Json]
    declared: frozenset[str]  # names of all dependencies
    linked: Mapping[str, str]  # dependency -> folder it is taken from ("file:", "link:", "portal:")
    members: tuple[str, ...]  # workspace globs, "!" ones included
    aliases: tuple[tuple[str, str], ...]  # name or "prefix/" -> target; module-alias, Parcel, Deno's import map


@dataclass(frozen=True, slots=True)
class CompilerConfig:
    """One tsconfig or jsconfig with everything it extends; all folders are repository-relative, "" the root."""

    path: str
    folder: str
    base_url: str | None
    paths: tuple[tuple[str, tuple[str, ...]], ...]  # pattern with at most one "*" -> target patterns
    out_dir: str | None
    root_dir: str | None
    root_dirs: tuple[str, ...]
    suffixes: tuple[str, ...]  # `moduleSuffixes`: what may stand before the ending of a file, in this order
    extended: frozenset[str]  # paths of all that it extends


def join(folder: str, relative: str) -> str | None:
    """`relative` seen from `folder`, without dots; "" is the root, None when it leaves the repository."""
    return climbed("" if relative.startswith("/") else folder, relative)


def ancestors(folder: str) -> Iterator[str]:
    """The folder itself, its parent, and so on to the root ""."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


# A string is kept, a comment goes; one alternation, so that `//` inside a string is no comment. An unclosed `/*` takes
# the rest in one step, else a file full of them would cost its length squared.
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:.*?\*/|.*)', re.S)
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|,(?=\s*[}\]])', re.S)


@lru_cache(maxsize=2048)
def parse_json(source: bytes) -> Json:
    """JSON, with comments and trailing commas forgiven; None for anything else. The answer is shared: do not change."""
    if len(source) > _TOO_LARGE:
        return None
    source = source.removeprefix(b"\xef\xbb\xbf")
    try:
        plain: Json = orjson.loads(source)
        return plain
    except ValueError:
        pass
    try:
        text = _STRING_OR_COMMENT.sub(lambda m: m[1] or " ", source.decode("utf-8"))
        forgiven: Json = orjson.loads(_STRING_OR_COMMA.sub(lambda m: m[1] or "", text))
        return forgiven
    except ValueError:
        return None


def _read(tree: Tree, path: str) -> dict[str, Json]:
    if not tree.has(path):
        return {}
    found = parse_json(tree.read(path))
    return found if isinstance(found, dict) else {}


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


# -- package.json ---------------------------------------------------------------------------------------------------

_SOURCE_FIELDS = ("source", "module", "jsnext:main", "es2015", "browser", "main", "react-native", "svelte")
_DEPENDENCY_FIELDS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_LINK = re.compile(r"(?:file|link|portal|workspace):(\.{0,2}/?[^*^~].*)")


def is_manifest(path: str) -> bool:
    """Whether this is a file that is looked for by its name, wherever it lies."""
    name = path.rpartition("/")[2]
    return name in MANIFESTS or _CONFIG_NAME.fullmatch(name) is not None


def read_packages(tree: Tree) -> dict[str, Package]:
    """Every package.json of the tree by its folder, those installed under node_modules left out."""
    found = {}
    for path in tree.paths(("package.json",)):
        folder, _, name = path.rpartition("/")
        if name == "package.json" and "node_modules" not in folder.split("/"):
            found[folder] = _package(tree, folder, _read(tree, path))
    # Deno has no package.json; its import map is the same question.
    for path in tree.paths(("deno.json", "deno.jsonc")):
        folder, _, name = path.rpartition("/")
        if name in ("deno.json", "deno.jsonc") and folder not in found:
            found[folder] = _package(tree, folder, _read(tree, path))
    return found


def _package(tree: Tree, folder: str, manifest: dict[str, Json]) -> Package:
    declared: set[str] = set()
    linked = {}
    for field in _DEPENDENCY_FIELDS:
        for name, spec in _table(manifest.get(field)).items():
            declared.add(name)
            link = _LINK.fullmatch(_text(spec))
            target = join(folder, link[1]) if link and not link[1].startswith("/") else None
            if target is not None:
                linked[name] = target
    workspaces = manifest.get("workspaces")
    if isinstance(workspaces, dict):
        workspaces = workspaces.get("packages")
    members = [*_texts(workspaces), *_texts(manifest.get("workspace"))]
    if tree.has(lerna := f"{folder}/lerna.json".lstrip("/")):
        members += _texts(_read(tree, lerna).get("packages")) or ("packages/*",)
    if tree.has(pnpm := f"{folder}/pnpm-workspace.yaml".lstrip("/")):
        members += _yaml_packages(tree.read(pnpm))
    imports = _table(manifest.get("imports"))
    aliases = {**_table(manifest.get("_moduleAliases")), **_table(manifest.get("alias")), **imports}
    return Package(
        folder=folder,
        name=_text(manifest.get("name")),
        entries=tuple(text for field in _SOURCE_FIELDS if (text := _text(manifest.get(field)))),
        typings=tuple(text for field in ("types", "typings") if (text := _text(manifest.get(field)))),
        exports=manifest.get("exports"),
        imports={name: value for name, value in imports.items() if name.startswith("#")},
        declared=frozenset(declared),
        linked=linked,
        members=tuple(members),
        aliases=tuple(
            sorted((n, text) for n, value in aliases.items() if not n.startswith("#") and (text := _text(value)))
        ),
    )


_YAML_LIST = re.compile(r"^packages\s*:[ \t]*(\[[^\]]*\]|(?:\s*\n\s*-[^\n]*|\s*\n[ \t]*#[^\n]*)*)", re.M)
_YAML_ITEM = re.compile(r"""(?:^[^\S\n]*-|[\[,])\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',\]#]+))""", re.M)


def _yaml_packages(source: bytes) -> list[str]:
    """The `packages:` list of pnpm-workspace.yaml; that one list is all we need of YAML."""
    block = _YAML_LIST.search(source[:100_000].decode("utf-8", "replace"))
    return [a or b or c for a, b, c in _YAML_ITEM.findall(block[1])] if block else []


def workspace_of(packages: Mapping[str, Package]) -> dict[str, str]:
    """Folder of each member package -> folder of its workspace's root (the root is a member of its own workspace)."""
    found = {}
    for root in sorted(packages):
        members = packages[root].members
        wanted = [pattern for m in members if not m.startswith("!") and (pattern := _glob(m))]
        unwanted = [pattern for m in members if m.startswith("!") and (pattern := _glob(m[1:]))]
        if not wanted:
            continue
        found[root] = root
        prefix = root + "/" if root else ""
        for folder in packages:
            inner = folder[len(prefix) :]
            if not folder.startswith(prefix) or any(p.fullmatch(inner) for p in unwanted):
                continue
            if any(p.fullmatch(inner) for p in wanted):
                found[folder] = root
    return found


@lru_cache(maxsize=512)
def _glob(pattern: str) -> re.Pattern[str] | None:
    """A workspace glob as a pattern on folders; None when it is too long or starred to be a real one."""
    pattern = pattern.removeprefix("./").strip("/").removesuffix("/package.json")
    if len(pattern) > 300 or pattern.count("*") > 8:
        return None
    out = []
    for part in re.split(r"(\*\*/?|\*|\{[^{}/]*\})", pattern):
        if part.startswith("**"):
            out.append("(?:[^/]+/)*" if part.endswith("/") else ".*")
        elif part == "*":
            out.append("[^/]*")
        elif part.startswith("{") and part.endswith("}"):
            out.append("(?:" + "|".join(re.escape(choice) for choice in part[1:-1].split(",")) + ")")
        else:
            out.append(re.escape(part))
    return re.compile("".join(out))


class Targets(NamedTuple):
    """What `exports` or `imports` may mean by a name, most wanted first."""

    wanted: list[str]
    others: list[str]  # under a condition that does not hold for who asks
    is_forbidden: bool  # all that is said to who asks is `null`


NO_TARGETS = Targets([], [], is_forbidden=False)


def targets(offers: Json, key: str, *, types_first: bool, required: bool) -> Targets:
    """All that `exports` or `imports` mean by `key` ("." or "./sub" or "#name") for an import or a `require`.

    Which other condition holds depends on who runs the code; the tree decides instead, by what exists in it.
    """
    found = sorted(_meant(offers, key), key=lambda item: item.types is not types_first)
    excluded = _IMPORTED if required else _REQUIRED
    wanted = [one.text for one in found if one.how is not excluded]
    return Targets(
        list(dict.fromkeys(text for text in wanted if text is not None)),
        list(dict.fromkeys(one.text for one in found if one.how is excluded and one.text is not None)),
        is_forbidden=bool(wanted) and not any(wanted),
    )


_IMPORTED, _REQUIRED = "import", "require"


class _Target(NamedTuple):
    text: str | None  # None forbids
    types: bool = False  # it is for types
    how: str | None = None  # how the code must be loaded for it to count; None: in whatever way


def _meant(offers: Json, key: str) -> Iterator[_Target]:
    """All that `key` means, in the order written."""
    if not isinstance(offers, dict) or not any(name.startswith((".", "#")) for name in offers):
        if key == ".":
            yield from _written(offers)
    elif key in offers:
        yield from _written(offers[key])
    else:
        fitting = [name for name in offers if starred(_pattern(name), key) is not None]
        if fitting:
            # The longest fixed prefix wins.
            name = max(fitting, key=lambda fit: len(fit.partition("*")[0]))
            rest = starred(_pattern(name), key) or ""
            for one in _written(offers[name]):
                if one.text is None:
                    yield one
                else:
                    yield one._replace(text=one.text.replace("*", rest) if "*" in name else one.text + rest)


def _pattern(name: str) -> str:
    """`./lib/` is how `./lib/*` was spelled once."""
    return name + "*" if name.endswith("/") and "*" not in name else name


def starred(pattern: str, name: str) -> str | None:
    """What the star of a pattern stands for in a name, "" if there is no star; None if the pattern does not fit."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if name == pattern else None
    if len(name) < len(head) + len(tail) or not name.startswith(head) or not name.endswith(tail):
        return None
    return name[len(head) : len(name) - len(tail)]


def _written(value: Json, depth: int = 0, under: _Target = _Target(None)) -> Iterator[_Target]:  # noqa: B008
    """The targets under all conditions, each with what `under` and its own conditions say."""
    if depth > _DEEPEST:
        return
    if value is None or isinstance(value, str):
        yield under._replace(text=value)
    elif isinstance(value, list):
        for item in value:
            yield from _written(item, depth + 1, under)
    elif isinstance(value, dict):
        for condition, item in value.items():
            inner = under._replace(types=under.types or condition.startswith("types"))
            if condition in (_IMPORTED, _REQUIRED):
                inner = inner._replace(how=_IMPORTED if condition == _IMPORTED else _REQUIRED)
            yield from _written(item, depth + 1, inner)


# -- tsconfig.json, jsconfig.json -----------------------------------------------------------------------------------

_MOST_SUFFIXES = 16
_CONFIG_NAME = re.compile(r"[tj]sconfig(?:\.[\w.-]+)?\.json")


@dataclass(frozen=True, slots=True)
class _Options:
    """compilerOptions; those that name folders with the folder that each is relative to."""

    base_url: tuple[str, str] | None = None
    paths: tuple[str, dict[str, Json]] | None = None
    out_dir: tuple[str, str] | None = None
    root_dir: tuple[str, str] | None = None
    root_dirs: tuple[str, tuple[str, ...]] | None = None
    suffixes: tuple[str, ...] = ()
    extended: frozenset[str] = frozenset()  # every file that had a say


def read_configs(tree: Tree, packages: Mapping[str, Package]) -> dict[str, CompilerConfig]:
    """Every tsconfig*.json and jsconfig*.json of the tree by its path."""
    by_name: dict[str, str] = {}
    for folder in sorted(packages, reverse=True):
        by_name[packages[folder].name] = folder
    found = {}
    memo: dict[str, _Options] = {}
    for path in tree.paths((".json",)):
        folder, _, name = path.rpartition("/")
        if _CONFIG_NAME.fullmatch(name) and "node_modules" not in folder.split("/"):
            options = _options(tree, path, by_name, memo, ())
            found[path] = _config(path, folder, options)
    return found


def _options(
    tree: Tree, path: str, by_name: Mapping[str, str], memo: dict[str, _Options], chain: tuple[str, ...]
) -> _Options:
    """The options of one file over those of what it extends; a circle, or a chain too long, ends there."""
    if path in memo:
        return memo[path]
    if path in chain or len(chain) > _DEEPEST:
        return _Options()
    manifest = _read(tree, path)
    folder = path.rpartition("/")[0]
    base = _Options()
    for wanted in _texts(manifest.get("extends"))[:_DEEPEST]:
        parent = _extended(tree, folder, wanted, by_name)
        if parent:
            said = _options(tree, parent, by_name, memo, (*chain, path))
            base = _over(said, base, base.extended | said.extended | {parent})
    own = _table(manifest.get("compilerOptions"))
    options = _over(
        _Options(
            base_url=(folder, text) if (text := _text(own.get("baseUrl"))) else None,
            paths=(folder, table) if isinstance(table := own.get("paths"), dict) else None,
            out_dir=(folder, text) if (text := _text(own.get("outDir"))) else None,
            root_dir=(folder, text) if (text := _text(own.get("rootDir"))) else None,
            root_dirs=(folder, texts) if (texts := _texts(own.get("rootDirs"))) else None,
            suffixes=_texts(own.get("moduleSuffixes"))[:_MOST_SUFFIXES],
        ),
        base,
        base.extended,
    )
    memo[path] = options
    return options


def _over(own: _Options, base: _Options, extended: frozenset[str]) -> _Options:
    """Each option as a whole: `paths` of one's own leave nothing of those of what is extended."""
    return _Options(
        own.base_url or base.base_url,
        own.paths or base.paths,
        own.out_dir or base.out_dir,
        own.root_dir or base.root_dir,
        own.root_dirs or base.root_dirs,
        own.suffixes or base.suffixes,
        extended,
    )


def _extended(tree: Tree, folder: str, wanted: str, by_name: Mapping[str, str]) -> str | None:
    """The file that `extends` names: relative, or inside a package of this repository."""
    if not wanted.startswith((".", "/")):
        parts = wanted.split("/")
        scope = 2 if wanted.startswith("@") else 1
        home = by_name.get("/".join(parts[:scope]))
        if home is None:
            return None
        folder, wanted = home, "./" + "/".join(parts[scope:])
    target = join(folder, wanted)
    if target is None:
        return None
    for candidate in (target, target + ".json", f"{target}/tsconfig.json".lstrip("/")):
        if tree.has(candidate):
            return candidate
    return None


def _config(path: str, folder: str, options: _Options) -> CompilerConfig:
    def at(option: tuple[str, str] | None) -> str | None:
        if option is None:
            return None
        # `${configDir}` means the file that extends, not the one where it is written.
        if option[1].startswith("${configDir}"):
            return join(folder, "./" + option[1].removeprefix("${configDir}"))
        return join(option[0], option[1]) if not option[1].startswith("/") else None

    base_url = at(options.base_url)
    paths = []
    if options.paths:
        home = options.paths[0] if base_url is None else base_url
        for pattern, wanted in options.paths[1].items():
            reached = tuple(t for text in _texts(wanted) if (t := at((home, text))) is not None)
            if pattern.count("*") <= 1 and reached:
                paths.append((pattern, reached))
    # The longest fixed prefix wins, a pattern without a star before all others.
    paths.sort(key=lambda item: ("*" in item[0], -len(item[0].partition("*")[0]), item[0]))
    roots, root_dirs = options.root_dirs or (folder, ())
    return CompilerConfig(
        path=path,
        folder=folder,
        base_url=base_url,
        paths=tuple(paths),
        out_dir=at(options.out_dir),
        root_dir=at(options.root_dir),
        root_dirs=tuple(r for text in root_dirs if (r := at((roots, text))) is not None),
        suffixes=options.suffixes,
        extended=options.extended,
    )
