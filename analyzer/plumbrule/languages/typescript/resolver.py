"""Where an ECMAScript import leads, as Node, TypeScript and the bundlers would have it, from what the tree holds.

Hides module resolution: extensions and the mapping of built names to sources, folders, compiler paths, workspaces and
their `exports`. Nothing is executed, so aliases set by a bundler's own program are guessed from the folders, and only
where one single file fits. TypeScript and JavaScript differ in which of two neighbours (`x.ts`, `x.js`) is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import REQUIRED
from plumbrule.languages import External, Located, Target, Unresolved, is_test
from plumbrule.languages.typescript.manifests import (
    NO_TARGETS,
    CompilerConfig,
    Json,
    Package,
    Targets,
    ancestors,
    is_manifest,
    join,
    read_configs,
    read_packages,
    starred,
    targets,
    workspace_of,
)

if TYPE_CHECKING:
    from plumbrule.facts import Import
    from plumbrule.resolve import Tree

_TYPESCRIPT_FIRST = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".d.mts", ".d.cts", ".js", ".jsx", ".mjs", ".cjs")
_JAVASCRIPT_FIRST = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".d.ts", ".d.mts", ".d.cts")
_OTHER_CODE = (".json", ".vue", ".svelte", ".astro")
_PLATFORMS = (".web", ".native", ".ios", ".android", ".server", ".client")

# A source may name its own output: `./x.js` is how NodeNext spells `./x.ts`.
_SOURCES_OF = {
    ".js": (".ts", ".tsx", ".d.ts", ".jsx"),
    ".jsx": (".tsx", ".ts", ".d.ts"),
    ".mjs": (".mts", ".d.mts", ".ts"),
    ".cjs": (".cts", ".d.cts", ".ts"),
}

_BUILT_FOLDER = re.compile(
    r"(?:dist|lib|build|built|out|output|es|esm|cjs|umd|types|typings|compiled|bundles?|_?(?:esm|cjs|types)|\.output|"
    r"\.build|target|release)(?:[-_.]\w+)*"
)
_BUILT_FORMAT = re.compile(
    r"es|es6|es20\d\d|esnext|esm\d*|cjs|commonjs|umd|amd|mjs|module|modules|node|browser|types|typings|src"
)
_BUILT_ENDING = re.compile(
    r"(?:\.d)?\.[cm]?[jt]sx?$|\.(?:min|umd|esm|es|cjs|iife|prod|dev|production|development|bundle)(?=\.|$)"
)
_SOURCE_FOLDERS = ("src", "source", "lib", "app")
# Folders that bundlers are commonly told to search, below the package of the importing file.
_CODE_ROOTS = ("src", "app", "client", "lib", "source", "js", "frontend", "web", "assets", "static", "app/javascript")

# fmt: off
BUILTINS = frozenset((
    "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector",
    "module", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline",
    "repl", "stream", "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url",
    "util", "v8", "vm", "wasi", "worker_threads", "zlib",
))
# Below them Node has only these; any other `constants/x` is somebody's own.
_INSIDE_BUILTINS = frozenset((
    "assert/strict", "dns/promises", "fs/promises", "inspector/promises", "path/posix", "path/win32",
    "readline/promises", "stream/consumers", "stream/promises", "stream/web", "timers/promises", "util/types",
))
# fmt: on
# What a framework makes for its own modules, which lie in no tree.
_SVELTE_KIT, _TYPES_OF_A_ROUTE = "@sveltejs/kit", "./$types"
_OF_SVELTE_KIT = ("$app", "$env", "$service-worker")
_SCHEME = re.compile(r"([a-zA-Z][\w+.-]+):(?!:)(.*)", re.S)
_PACKAGE_NAME = re.compile(r"(?:@[a-zA-Z0-9][\w.~-]*/)?[a-zA-Z0-9_][\w.~-]*")

_NO_FILE = "no such file"
_NO_BUILD = "built output that is not in the repository"
_OUTSIDE = "outside the repository"
_NO_ALIAS = "no such module; an alias set by a bundler cannot be read"


class EcmaScriptResolver:
    """Binds the imports of one dialect family inside one repository."""

    is_placed = True

    def __init__(self, tree: Tree, endings: tuple[str, ...]) -> None:
        self._tree = tree
        self._endings = (*endings, *_OTHER_CODE)
        self._types_first = endings[0] == ".ts"
        self._packages = read_packages(tree)
        self._configs = read_configs(tree, self._packages)
        self._workspace = workspace_of(self._packages)
        self._named: dict[str, list[Package]] = {}
        for folder in sorted(self._packages):
            package = self._packages[folder]
            if package.name:
                self._named.setdefault(package.name, []).append(package)
        self._configs_in: dict[str, list[CompilerConfig]] = {}
        self._configs_out: dict[str, list[CompilerConfig]] = {}  # by the folder that a build fills
        bases = {path for config in self._configs.values() for path in config.extended}
        # tsconfig.json before its variants: it is the one that editors and most tools take. What others only build on
        # comes last.
        for path in sorted(self._configs, key=lambda p: (p.rpartition("/")[2] != "tsconfig.json", p in bases, p)):
            config = self._configs[path]
            self._configs_in.setdefault(config.folder, []).append(config)
            if config.out_dir:
                self._configs_out.setdefault(config.out_dir, []).append(config)
        self._suffixes: tuple[str, ...] = ()  # `moduleSuffixes` as they hold for the file that asks
        self._has_suffixes = any(config.suffixes for config in self._configs.values())

    def fingerprint(self) -> object:
        return self._types_first, self._packages, self._configs

    def outlasts(self, appeared: Iterable[str]) -> bool:
        return not any(is_manifest(path) for path in appeared)

    def may_hold(self, path: str, name: str) -> bool:
        # Declarations may stand beside a script, and it is them that a compiler takes.
        return (
            path.endswith("js") and self._tree.first(path.rpartition(".")[0], (".d.ts", ".d.mts", ".d.cts")) is not None
        )

    def packages(self) -> frozenset[str]:
        return frozenset(self._named)

    def provide(self, module: str, name: str) -> str | None:
        self._suffixes = ()
        package_name, subpath = _split(_plain(module))
        for package in self._named.get(package_name, ()):
            found = self._inside(package, subpath, required=False)
            if isinstance(found, Located):
                return found.path
        return None

    def locate(self, path: str, statement: Import) -> Target:
        required, folder = bool(statement.flags & REQUIRED), path.rpartition("/")[0]
        if self._has_suffixes:
            self._suffixes = self._suffixes_for(folder)
        return self._locate(folder, _plain(statement.module), 0, required=required)

    def _locate(self, folder: str, module: str, depth: int, *, required: bool) -> Target:
        if not module:
            return Unresolved("names no module")
        if module.startswith("."):
            return self._relative(folder, module)
        if (found := self._by_paths(folder, module)) is not None:
            return found
        if module.startswith("#"):
            return self._by_imports(folder, module, depth, required=required)
        if module.startswith("/"):
            return self._absolute(folder, module)
        if (scheme := _SCHEME.fullmatch(module)) is not None:
            return _by_scheme(scheme[1], scheme[2], module)
        return self._bare(folder, module, required=required)

    # -- relative -----------------------------------------------------------------------------------------------

    def _relative(self, folder: str, module: str) -> Target:
        base = join(folder, module)
        if base is None:
            return Unresolved(_OUTSIDE)
        found = self._module(base, as_folder=module.endswith("/") or module.rpartition("/")[2] in (".", ".."))
        if found is not None:
            return Located(found)
        for virtual in self._sibling_roots(folder, base):
            if (found := self._module(virtual)) is not None:
                return Located(found, confidence=0.9)
        if (found := self._source_of(base)) is not None:
            return Located(found, confidence=0.9)
        if (found := self._for_a_platform(base)) is not None:
            return Located(found, confidence=0.8)
        if module == _TYPES_OF_A_ROUTE and self._is_declared(folder, _SVELTE_KIT):
            return External(_SVELTE_KIT)
        return Unresolved(_NO_BUILD if any(_BUILT_FOLDER.fullmatch(part) for part in base.split("/")) else _NO_FILE)

    def _file(self, base: str) -> str | None:
        """The file that `base`, with or without an ending, names."""
        name = base.rpartition("/")[2]
        dot = name.rfind(".")
        if dot > 0:
            own, sources = name[dot:], _SOURCES_OF.get(name[dot:], ())
            stem = base[: len(base) - len(name) + dot]
            found = self._ending(stem, (*sources, own) if self._types_first else (own, *sources))
            if found is not None:
                return found
        found = self._ending(base, self._endings)
        return base if found is None and dot <= 0 and base and self._tree.has(base) else found

    def _ending(self, stem: str, endings: Sequence[str]) -> str | None:
        """The first file there is with one of these endings, each behind every suffix where there are any; where
        nothing fits, one without."""
        if self._suffixes:
            endings = [*(suffix + ending for ending in endings for suffix in self._suffixes), *endings]
        return self._tree.first(stem, endings)

    def _suffixes_for(self, folder: str) -> tuple[str, ...]:
        """Those that the config has which a compiler takes for a folder."""
        nearest = next((configs[0] for outer in ancestors(folder) if (configs := self._configs_in.get(outer))), None)
        return nearest.suffixes if nearest is not None else ()

    def _module(self, base: str, *, as_folder: bool = False) -> str | None:
        """A file, or what stands for a folder: its package.json's entry, else its index."""
        if base and not as_folder and (found := self._file(base)) is not None:
            return found
        if self._tree.is_dir(base):
            package = self._packages.get(base)
            if package is not None and (inside := self._entry(package, guess=False)) is not None:
                return inside.path
            if (found := self._file(f"{base}/index".lstrip("/"))) is not None:
                return found
        return self._file(base) if as_folder and base else None

    def _sibling_roots(self, folder: str, base: str) -> Iterator[str]:
        """`rootDirs`: several folders that are one at run time."""
        for config in self._configs_for(folder):
            for root in config.root_dirs:
                if base.startswith(root + "/"):
                    rest = base[len(root) + 1 :]
                    yield from (f"{other}/{rest}".lstrip("/") for other in config.root_dirs if other != root)

    def _for_a_platform(self, base: str) -> str | None:
        for platform in _PLATFORMS:
            for ending in self._endings[:2] if self._types_first else (".js", ".jsx", ".ts", ".tsx"):
                if self._tree.has(base + platform + ending):
                    return base + platform + ending
        return None

    def _source_of(self, built: str) -> str | None:
        """The source of a build output that is not in the tree: by outDir and rootDir, else by usual folder names."""
        plain = _BUILT_ENDING.sub("", built)
        return self._source_by_options(plain) or self._source_by_folders(built, plain)

    def _source_by_options(self, plain: str) -> str | None:
        for out in ancestors(plain):
            for config in self._configs_out.get(out, ()):
                own = (_under(config.folder, "src"), config.folder)
                roots = (config.root_dir,) if config.root_dir is not None else own
                found = self._other_module(plain, [_under(root, plain[len(out) + 1 :]) for root in roots])
                if found is not None:
                    return found
        return None

    def _source_by_folders(self, built: str, plain: str) -> str | None:
        home = next((f for f in ancestors(built.rpartition("/")[0]) if f in self._packages), "")
        parts = plain[len(home) + 1 if home else 0 :].split("/")
        for at, part in enumerate(parts[:3]):
            if _BUILT_FOLDER.fullmatch(part):
                before = "/".join([home, *parts[:at]]).strip("/")
                found = self._other_module(plain, _sources(before, parts[at + 1 :]))
                if found is not None:
                    return found
        return None

    def _other_module(self, plain: str, candidates: Iterable[str]) -> str | None:
        """The first candidate that exists, but not the one we come from."""
        return next((found for c in candidates if c != plain and (found := self._module(c)) is not None), None)

    # -- compiler options ---------------------------------------------------------------------------------------

    def _configs_for(self, folder: str) -> Iterator[CompilerConfig]:
        """The configs that may speak for a folder, the nearest first; a bundler often obeys an outer one.

        Not what one of them extends: it has had its say there, as far as it was not overruled.
        """
        heard: set[str] = set()
        for outer in ancestors(folder):
            for config in self._configs_in.get(outer, ()):
                if config.path not in heard:
                    yield config
                heard |= config.extended

    def _by_paths(self, folder: str, module: str) -> Target | None:
        missed = False
        configs = list(self._configs_for(folder))
        for config in configs:
            alias = _alias(config, module)
            if alias is None:
                continue
            for base in alias.bases:
                if (found := self._module(base) or self._source_of(base)) is not None:
                    return Located(found, confidence=1.0 if config.folder == configs[0].folder else 0.9)
            missed = missed or alias.is_own
        # A pattern as general as "*" or a package's own name is a hint, not an alias.
        if missed and not self._is_known_outside(folder, module):
            return self._guess(folder, module) or Unresolved("an alias of the compiler options that leads to no file")
        return None

    def _is_known_outside(self, folder: str, module: str) -> bool:
        name = _split(module)[0]
        return name in self._named or _is_builtin(module) or self._is_declared(folder, name)

    # -- packages -----------------------------------------------------------------------------------------------

    def _home(self, folder: str) -> Package | None:
        return next((self._packages[f] for f in ancestors(folder) if f in self._packages), None)

    def _is_declared(self, folder: str, name: str) -> bool:
        types = "@types/" + (name[1:].replace("/", "__") if name.startswith("@") else name)
        return any(
            name in package.declared or types in package.declared
            for f in ancestors(folder)
            if (package := self._packages.get(f)) is not None
        )

    def _by_imports(self, folder: str, module: str, depth: int, *, required: bool) -> Target:
        home = self._home(folder)
        said = self._targets(home.imports if home is not None else None, module, required=required)
        wanted = [*said.wanted, *said.others]
        if home is not None and said.is_forbidden:
            return Unresolved("the package's own `imports` forbid it")
        if home is None or not wanted:
            return self._guess(folder, module) or Unresolved(_NO_ALIAS)
        own = [target for target in wanted if target.startswith(".")]
        if (found := self._first_module(home.folder, own)) is not None:
            return found
        others = [target for target in wanted if not target.startswith((".", "#"))]
        if others and depth == 0:
            return self._locate(home.folder, others[0], depth + 1, required=required)
        return Unresolved("the package's own `imports` lead to no file")

    def _first_module(self, folder: str, wanted: list[str]) -> Located | None:
        """The first target that exists, as a file or a folder; else the first whose source does."""
        bases = [base for target in wanted if (base := join(folder, target)) is not None]
        for base in bases:
            if (found := self._module(base)) is not None:
                return Located(found)
        for base in bases:
            if (found := self._source_of(base)) is not None:
                return Located(found, confidence=0.9)
        return None

    def _absolute(self, folder: str, module: str) -> Target:
        """`/x` is seen from the server's root: a folder that holds the package, or its public files."""
        for outer in ancestors(folder):
            if outer in self._packages or outer == "":
                for root in (outer, _under(outer, "public"), _under(outer, "src")):
                    base = join(root, "." + module)
                    if base is not None and (found := self._module(base)) is not None:
                        return Located(found, confidence=0.9)
        return Unresolved(_NO_FILE)

    def _bare(self, folder: str, module: str, *, required: bool) -> Target:
        name, subpath = _split(module)
        declared = self._is_declared(folder, name)
        if (found := self._by_base_url(folder, module, declared=declared)) is not None:
            return Located(found)
        if _is_builtin(module) and not declared and name not in self._named:
            return External(name)
        if (package := self._package_here(folder, name, declared)) is not None:
            inside = self._inside(package, subpath, required=required)
            if inside is not None:
                return inside
            return Unresolved(f"package {name} of this repository offers no such file")
        if (aliased := self._by_alias(folder, module)) is not None:
            return aliased
        if declared:
            return External(name)
        if name in _OF_SVELTE_KIT and self._is_declared(folder, _SVELTE_KIT):
            return External(_SVELTE_KIT)
        guessed = self._guess(folder, module)
        if guessed is not None:
            return guessed
        return External(name) if _PACKAGE_NAME.fullmatch(name) else Unresolved(_NO_ALIAS)

    def _by_base_url(self, folder: str, module: str, *, declared: bool) -> str | None:
        """The file below the nearest `baseUrl`, which the compiler asks before all packages.

        What Node's own types declare goes before that: where they are installed, `path` is Node's, whatever lies here.
        """
        if not self._types_first:
            if declared:
                return None
        elif _is_builtin(module) and self._is_declared(folder, "node"):
            return None
        for config in self._configs_for(folder):
            if config.base_url is not None:
                return self._module(_under(config.base_url, module))
        return None

    def _package_here(self, folder: str, name: str, declared: bool) -> Package | None:
        """The package of this repository that `name` means for code in `folder`; None if it comes from a registry."""
        named = self._named.get(name, [])
        homes = [self._packages[f] for f in ancestors(folder) if f in self._packages]
        for home in homes:
            if home.name == name:
                return home
            linked = self._packages.get(home.linked.get(name, "\0"))
            if linked is not None:
                return linked
        roots = [self._workspace[home.folder] for home in homes if home.folder in self._workspace]
        for root in roots:
            for package in named:
                if self._workspace.get(package.folder) == root:
                    return package
        # Outside workspaces a name of ours may still be a registry's: not if it was declared with a version.
        if len(named) == 1 and not declared and not is_test(named[0].folder + "/package.json"):
            return named[0]
        return None

    def _targets(self, offers: Json, key: str, *, required: bool) -> Targets:
        return NO_TARGETS if offers is None else targets(offers, key, types_first=self._types_first, required=required)

    def _inside(self, package: Package, subpath: str, *, required: bool) -> Located | Unresolved | None:
        key = "./" + subpath if subpath else "."
        said = self._targets(package.exports, key, required=required)
        if said.is_forbidden:
            return Unresolved(f"package {package.name} of this repository forbids it: its `exports` say null")
        if not subpath:
            return self._entry(package, guess=True, required=required)
        found = self._first(package.folder, said.wanted) or self._first(package.folder, said.others)
        if found is not None:
            return found
        base = join(package.folder, key)
        if base is None or not (base + "/").startswith(package.folder + "/" if package.folder else ""):
            return None
        if (direct := self._module(base)) is not None:
            return Located(direct, confidence=1.0 if package.exports is None else 0.8)
        built = self._source_of(base) or self._module(_under(_under(package.folder, "src"), subpath))
        return Located(built, confidence=0.8) if built is not None else None

    def _entry(self, package: Package, *, guess: bool, required: bool = False) -> Located | None:
        """The package's main file. With `guess`, usual names stand in for an entry that only a build makes."""
        exported = self._targets(package.exports, ".", required=required)
        entries = (*package.typings, *package.entries) if self._types_first else (*package.entries, *package.typings)
        found = self._first(package.folder, [*exported.wanted, *entries])
        found = found or self._first(package.folder, exported.others)
        if found is not None:
            return found
        for name in ("index", "src/index", "lib/index", "src/main", "main", "mod") if guess else ("index",):
            if (direct := self._file(_under(package.folder, name))) is not None:
                return Located(direct, confidence=1.0 if name == "index" else 0.8)
        return None

    def _first(self, folder: str, wanted: list[str]) -> Located | None:
        """The first target that exists; else the first whose source does."""
        bases = [base for target in wanted if (base := join(folder, target)) is not None and base != folder]
        for base in bases:
            if (found := self._file(base)) is not None:
                return Located(found)
            # `main` may be a folder, but that folder's own package.json is not asked: it may name this one again.
            if self._tree.is_dir(base) and (found := self._file(base + "/index")) is not None:
                return Located(found)
        for base in bases:
            if (found := self._source_of_entry(base)) is not None:
                return Located(found, confidence=0.9)
        return None

    def _source_of_entry(self, base: str) -> str | None:
        plain = _BUILT_ENDING.sub("", base)
        return self._file(plain) or self._source_of(base) if plain else None

    # -- aliases ------------------------------------------------------------------------------------------------

    def _by_alias(self, folder: str, module: str) -> Target | None:
        for outer in ancestors(folder):
            package = self._packages.get(outer)
            for name, target in package.aliases if package is not None else ():
                prefix = name if name.endswith("/") else name + "/"
                if module != name and not module.startswith(prefix):
                    continue
                base = join(outer, target + "/" + module[len(prefix) :] if module != name else target)
                if base is not None and (found := self._module(base)) is not None:
                    return Located(found)
        return None

    def _guess(self, folder: str, module: str) -> Located | None:
        """An alias or search root that only a bundler's program knows: the file, if just one fits below a root."""
        plain = re.sub(r"^(?:[@~#$]/|[@~#$])", "", module)
        first, slash, _ = plain.partition("/")
        if (
            not plain
            or first in ("", ".", "..")
            or not (slash or plain == module or module[:1] in "~#$" or module[1:2] == "/")
        ):
            return None
        roots: dict[str, None] = {}
        homes = [f for f in ancestors(folder) if f in self._packages][:1]
        for outer in ancestors(folder):
            if outer != folder or outer in homes:
                roots[outer] = None
            if outer in homes or outer == "":
                roots.update(dict.fromkeys(_under(outer, name) for name in _CODE_ROOTS))
        hits = set()
        for root in roots:
            base = join(root, plain)
            if base is None or (slash and not self._tree.is_dir(_under(root, first))):
                continue
            if f"{folder}/".startswith(f"{base}/"):
                continue  # nobody calls the folder around himself by a name of the outside
            if (found := self._module(base)) is not None:
                hits.add(found)
        return Located(hits.pop(), confidence=0.7) if len(hits) == 1 else None


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}".strip("/")


def _sources(before: str, inside: list[str]) -> Iterator[str]:
    """Where the source may lie of what is inside a build's folder; folders that only name a format are left out."""
    while True:
        for source in (*_SOURCE_FOLDERS, ""):
            if candidate := _under(_under(before, source), "/".join(inside)):
                yield candidate
        if not inside or not _BUILT_FORMAT.fullmatch(inside[0]):
            return
        inside = inside[1:]


class _Alias(NamedTuple):
    """What the compiler's `paths` make of a module's name."""

    bases: list[str]
    is_own: bool  # it can mean nothing but this repository's code


def _alias(config: CompilerConfig, module: str) -> _Alias | None:
    """By the first pattern that fits; None if none does."""
    for pattern, wanted in config.paths:
        rest = starred(pattern, module)
        if rest is not None:
            is_own = not pattern.startswith("*") and not any("node_modules" in target for target in wanted)
            if "*" not in pattern:
                return _Alias(list(wanted), is_own)
            bases = [join("", target.replace("*", rest)) for target in wanted]
            return _Alias([base for base in bases if base is not None], is_own)
    return None


def _plain(module: str) -> str:
    """The specifier without what only a bundler reads: `!loader!./x`, `./x.svg?url`."""
    if "!" in module:
        module = module.rpartition("!")[2]
    cut = module.find("?")
    return module[:cut] if cut > 0 else module


def _split(module: str) -> tuple[str, str]:
    """(package, path inside it); a scope belongs to the name."""
    parts = module.split("/")
    scope = 2 if module.startswith("@") and len(parts) > 1 else 1
    return "/".join(parts[:scope]), "/".join(parts[scope:]).strip("/")


def _is_builtin(module: str) -> bool:
    """Whether Node itself has a module of this name."""
    return module.rstrip("/") in BUILTINS or module in _INSIDE_BUILTINS


def is_standard(package: str) -> bool:
    """Whether a package is what the program that runs the code has inside."""
    return package in BUILTINS or package.startswith(("node:", "bun:", "deno:", "workerd:"))


def _by_scheme(scheme: str, rest: str, module: str) -> Target:
    scheme = scheme.lower()
    if scheme == "node":
        name = rest.partition("/")[0]
        return External(name if name in BUILTINS else f"node:{name}")
    if scheme in ("npm", "jsr"):
        name = _split(rest.lstrip("/"))[0]
        return External(name[:1] + name[1:].partition("@")[0])
    if scheme in ("http", "https"):
        return External(rest.lstrip("/").partition("/")[0] or module)
    return External(f"{scheme}:{rest.partition('/')[0]}")


def typescript(tree: Tree) -> EcmaScriptResolver:
    """For code in which `./x` means `x.ts` before it means `x.js`."""
    return EcmaScriptResolver(tree, _TYPESCRIPT_FIRST)


def javascript(tree: Tree) -> EcmaScriptResolver:
    """For code in which `./x` means `x.js` before it means `x.ts`."""
    return EcmaScriptResolver(tree, _JAVASCRIPT_FIRST)
