"""Every way an ECMAScript import can lead to a file, each on the smallest tree that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from plumbrule.facts import REQUIRED, Import
from plumbrule.languages import External, Located, Resolver, Target, Unresolved, language_of
from plumbrule.resolve import Entry, Tree


def tree_of(files: Mapping[str, object]) -> Tree:
    """A tree of these files; a value that is no text is written as JSON."""

    def read(path: str, _blob: str) -> bytes:
        content = files[path]
        if isinstance(content, bytes):
            return content
        return (content if isinstance(content, str) else json.dumps(content)).encode()

    tree = Tree(read)
    for path in files:
        language = language_of(path)
        list(tree.put(path, Entry("0" * 40, language.dialect if language else "")))
    return tree


def resolver_for(path: str, files: Mapping[str, object]) -> Resolver:
    language = language_of(path)
    assert language is not None
    return language.resolver(tree_of(files))


def locate(path: str, module: str, files: Mapping[str, object]) -> Target:
    return resolver_for(path, files).locate(path, Import(module, 0, "", "", 1, 0, -1))


def found(path: str, module: str, files: Mapping[str, object]) -> str:
    target = locate(path, module, files)
    assert isinstance(target, Located), target
    return target.path


SHOP = {"src/cart.ts": "", "src/cart.js": "", "src/tax/index.ts": "", "src/tax/index.js": "", "src/a.d.ts": ""}


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("src/main.ts", "./cart", "src/cart.ts"),
        ("src/main.js", "./cart", "src/cart.js"),
        ("src/main.ts", "./cart.js", "src/cart.ts"),
        ("src/main.js", "./cart.js", "src/cart.js"),
        ("src/main.ts", "./tax", "src/tax/index.ts"),
        ("src/main.ts", "./tax/", "src/tax/index.ts"),
        ("src/main.js", "./tax", "src/tax/index.js"),
        ("src/tax/main.ts", ".", "src/tax/index.ts"),
        ("src/tax/deep/main.ts", "..", "src/tax/index.ts"),
        ("test/main.ts", "../src/a", "src/a.d.ts"),
    ],
)
def test_a_relative_import_prefers_its_own_language(path: str, module: str, expected: str) -> None:
    assert found(path, module, SHOP) == expected


@pytest.mark.parametrize(
    ("module", "source"),
    [("./m.mjs", "m.mts"), ("./c.cjs", "c.cts"), ("./x.jsx", "x.tsx"), ("./y.js", "y.tsx"), ("./d.js", "d.d.ts")],
)
def test_a_built_ending_means_its_source(module: str, source: str) -> None:
    assert found("a.ts", module, {source: ""}) == source


def test_a_file_whose_name_has_a_dot_is_found_with_and_without_its_ending() -> None:
    assert found("a.ts", "./cart.service", {"cart.service.ts": ""}) == "cart.service.ts"
    assert found("a.ts", "./cart.service.ts", {"cart.service.ts": ""}) == "cart.service.ts"


def test_a_file_wins_over_a_folder_of_its_name_unless_a_slash_asks_for_the_folder() -> None:
    files = {"cart.ts": "", "cart/index.ts": ""}
    assert found("a.ts", "./cart", files) == "cart.ts"
    assert found("a.ts", "./cart/", files) == "cart/index.ts"


@pytest.mark.parametrize("module", ["./logo.svg?url", "!raw-loader!./logo.svg", "-!svg?x=1!./logo.svg"])
def test_what_only_a_bundler_reads_is_taken_off(module: str) -> None:
    assert found("a.ts", module, {"logo.svg": ""}) == "logo.svg"


def test_data_and_component_files_that_exist_are_located() -> None:
    files = {"rates.json": "{}", "Page.vue": "", "List.svelte": "", "box.css": ""}
    for module in ("./rates.json", "./Page.vue", "./List.svelte", "./box.css"):
        assert found("a.ts", module, files) == module[2:]


def test_a_file_for_one_platform_stands_for_all() -> None:
    assert found("a.tsx", "./button", {"button.ios.tsx": "", "button.android.tsx": ""}) == "button.ios.tsx"


def test_what_is_nowhere_says_why() -> None:
    assert locate("src/a.ts", "./gone", {"src/a.ts": ""}) == Unresolved("no such file")
    assert locate("a.ts", "../gone", {"a.ts": ""}) == Unresolved("outside the repository")
    assert locate("a.ts", "./dist/gone", {"a.ts": ""}) == Unresolved("built output that is not in the repository")


def test_a_folder_with_a_manifest_is_its_entry() -> None:
    files = {"kit/package.json": {"main": "./lib/start.js"}, "kit/lib/start.js": "", "kit/index.js": ""}
    assert found("a.js", "./kit", files) == "kit/lib/start.js"


# -- compiler options ------------------------------------------------------------------------------------------------


def test_compiler_options_are_read_with_comments_and_trailing_commas() -> None:
    options = '{\n// one\n"compilerOptions": {/* two */ "baseUrl": "./src", "url": "http://x", },\n}'
    assert found("src/app/a.ts", "tax/rates", {"tsconfig.json": options, "src/tax/rates.ts": ""}) == "src/tax/rates.ts"


def test_the_longest_path_pattern_wins_and_its_targets_are_tried_in_order() -> None:
    paths = {"*": ["types/*"], "@/*": ["src/*"], "@/core/*": ["gone/*", "core/src/*"], "exact": ["src/one.ts"]}
    files = {
        "tsconfig.json": {"compilerOptions": {"paths": paths}},
        "src/cart.ts": "",
        "src/core/x.ts": "",
        "core/src/x.ts": "",
        "src/one.ts": "",
        "types/odd.d.ts": "",
    }
    assert found("src/deep/a.ts", "@/cart", files) == "src/cart.ts"
    assert found("src/deep/a.ts", "@/core/x", files) == "core/src/x.ts"
    assert found("src/deep/a.ts", "exact", files) == "src/one.ts"
    assert found("src/deep/a.ts", "odd", files) == "types/odd.d.ts"
    assert locate("src/a.ts", "react", files) == External("react")


def test_an_alias_that_leads_nowhere_is_unresolved_and_not_external() -> None:
    files = {"tsconfig.json": {"compilerOptions": {"paths": {"@app/*": ["src/*"]}}}, "src/a.ts": ""}
    target = locate("src/a.ts", "@app/gone", files)
    assert isinstance(target, Unresolved)
    assert "alias" in target.reason


def test_options_are_inherited_from_files_and_from_packages_of_the_repository() -> None:
    files = {
        "packages/config/package.json": {"name": "@shop/config"},
        "packages/config/base.json": {"compilerOptions": {"paths": {"~/*": ["${configDir}/source/*"]}}},
        "packages/web/tsconfig.json": {"extends": ["./own.json", "@shop/config/base.json"]},
        "packages/web/own.json": {"compilerOptions": {"baseUrl": "."}},
        "packages/web/source/cart.ts": "",
        "packages/web/local/x.ts": "",
    }
    assert found("packages/web/a.ts", "~/cart", files) == "packages/web/source/cart.ts"
    assert found("packages/web/a.ts", "local/x", files) == "packages/web/local/x.ts"


def test_options_that_extend_each_other_in_a_circle_end() -> None:
    files = {"tsconfig.json": {"extends": "./b.json"}, "b.json": {"extends": "./tsconfig.json"}, "x.ts": ""}
    assert found("a.ts", "./x", files) == "x.ts"


def test_the_nearest_options_speak_first() -> None:
    files = {
        "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["src/*"]}}},
        "web/tsconfig.app.json": {"compilerOptions": {"paths": {"@/*": ["./app/*"]}}},
        "web/tsconfig.json": {"files": [], "references": [{"path": "./tsconfig.app.json"}]},
        "src/x.ts": "",
        "web/app/x.ts": "",
    }
    assert found("web/app/a.ts", "@/x", files) == "web/app/x.ts"
    assert found("src/a.ts", "@/x", files) == "src/x.ts"


def test_own_paths_replace_those_of_what_is_extended() -> None:
    files = {
        "tsconfig.json": {"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["stuff/*"], "~/*": ["stuff/*"]}}},
        "web/tsconfig.json": {"extends": "../tsconfig.json", "compilerOptions": {"paths": {"@/*": ["web/app/*"]}}},
        "api/tsconfig.json": {"extends": "../tsconfig.json"},
        "bot/tsconfig.json": {"extends": "../tsconfig.json", "compilerOptions": {"baseUrl": "lib"}},
        "stuff/x.ts": "",
        "web/app/y.ts": "",
        "bot/lib/stuff/z.ts": "",
    }
    assert found("web/a.ts", "@/y", files) == "web/app/y.ts"
    assert isinstance(locate("web/a.ts", "@/x", files), Unresolved)
    assert not isinstance(locate("web/a.ts", "~/x", files), Located)
    assert found("api/a.ts", "@/x", files) == "stuff/x.ts"
    assert found("bot/a.ts", "@/z", files) == "bot/lib/stuff/z.ts"
    assert not isinstance(locate("bot/a.ts", "@/x", files), Located)


def test_what_is_extended_beside_a_project_does_not_speak_for_it() -> None:
    files = {
        "web/tsconfig.base.json": {"compilerOptions": {"paths": {"@/*": ["./old/*"]}}},
        "web/tsconfig.web.json": {
            "extends": "./tsconfig.base.json",
            "compilerOptions": {"paths": {"@/*": ["./new/*"]}},
        },
        "web/old/x.ts": "",
        "web/new/x.ts": "",
        "web/old/y.ts": "",
    }
    assert found("web/a.ts", "@/x", files) == "web/new/x.ts"
    assert not isinstance(locate("web/a.ts", "@/y", files), Located)


def test_options_that_others_extend_speak_for_their_own_folder() -> None:
    files = {
        "tsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}},
        "tsconfig.test.json": {"extends": "./tsconfig.json", "compilerOptions": {"paths": {"@/*": ["./mocks/*"]}}},
        "src/x.ts": "",
        "mocks/x.ts": "",
        "mocks/y.ts": "",
    }
    assert found("a.ts", "@/x", files) == "src/x.ts"
    assert found("a.ts", "@/y", files) == "mocks/y.ts"


def test_jsconfig_serves_javascript() -> None:
    files = {"jsconfig.json": {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}, "src/x.js": ""}
    assert found("src/deep/a.jsx", "@/x", files) == "src/x.js"


def test_an_import_of_a_referenced_projects_output_means_its_source() -> None:
    files = {
        "core/tsconfig.json": {"compilerOptions": {"outDir": "../built/core", "rootDir": "./code", "composite": True}},
        "core/code/money.ts": "",
        "app/tsconfig.json": {"references": [{"path": "../core"}]},
    }
    assert found("app/a.ts", "../built/core/money.js", files) == "core/code/money.ts"


def test_an_import_of_usual_output_folders_means_the_source() -> None:
    files = {"kit/package.json": {"name": "kit"}, "kit/src/money.ts": "", "kit/src/index.ts": ""}
    for module in ("../kit/dist/money", "../kit/dist/esm/money.js", "../kit/lib/money.d.ts", "../kit/dist/src/money"):
        assert found("app/a.ts", module, files) == "kit/src/money.ts"
    assert found("app/a.ts", "../kit/dist", files) == "kit/src/index.ts"


def test_several_root_folders_are_one() -> None:
    files = {"tsconfig.json": {"compilerOptions": {"rootDirs": ["src", "generated"]}}, "generated/api/types.ts": ""}
    assert found("src/api/a.ts", "./types", files) == "generated/api/types.ts"


def test_suffixes_of_modules_stand_before_the_ending_in_the_order_of_the_config() -> None:
    files = {
        "base.json": {"compilerOptions": {"moduleSuffixes": [".ios", ".native", ""], "paths": {"@/*": ["./src/*"]}}},
        "tsconfig.json": {"extends": "./base.json"},
        "plain/tsconfig.json": {},
        **dict.fromkeys(("src/a.ts", "src/a.native.ts", "src/a.ios.tsx", "src/b.ts", "src/b.android.ts"), ""),
        **dict.fromkeys(("src/c/index.ts", "src/c/index.ios.ts", "src/d.ios.d.ts", "src/d.d.ts"), ""),
        **dict.fromkeys(("plain/a.ts", "plain/a.ios.ts"), ""),
    }
    for module, file in {
        "./a": "src/a.native.ts",
        "./a.js": "src/a.native.ts",
        "./b": "src/b.ts",
        "./c": "src/c/index.ios.ts",
        "./d": "src/d.ios.d.ts",
        "@/a": "src/a.native.ts",
    }.items():
        assert found("src/use.ts", module, files) == file
    assert found("plain/use.ts", "./a", files) == "plain/a.ts"
    only = {"tsconfig.json": {"compilerOptions": {"moduleSuffixes": [".ios"]}}, "a.ts": "", "a.ios.tsx": "", "b.ts": ""}
    assert found("use.ts", "./a", only) == "a.ios.tsx"
    assert found("use.ts", "./b", only) == "b.ts"


@pytest.mark.parametrize("config", ["tsconfig.json", "jsconfig.json"])
@pytest.mark.parametrize("module", ["constants/r", "util/deep/r", "process/r", "stream/r.js"])
def test_a_folder_below_the_base_url_may_be_called_like_a_builtin(config: str, module: str) -> None:
    ending = ".ts" if config == "tsconfig.json" else ".js"
    file = f"src/{module.removesuffix('.js')}{ending}"
    files = {config: {"compilerOptions": {"baseUrl": "src"}}, file: ""}
    assert found(f"src/app/a{ending}", module, files) == file
    assert locate(f"src/app/a{ending}", f"node:{module}", files) == External(module.partition("/")[0])
    assert locate(f"src/app/a{ending}", "constants/gone", files) == External("constants")


def test_the_base_url_goes_before_builtins_unless_their_types_are_installed() -> None:
    files = {"tsconfig.json": {"compilerOptions": {"baseUrl": "src"}}, "src/path.ts": "", "src/constants/index.ts": ""}
    assert found("src/app/a.ts", "path", files) == "src/path.ts"
    assert found("src/app/a.ts", "constants", files) == "src/constants/index.ts"
    assert locate("src/app/a.ts", "node:path", files) == External("path")
    assert locate("src/app/a.ts", "util", files) == External("util")
    typed = files | {"package.json": {"devDependencies": {"@types/node": "20"}}, "src/path/extra.ts": ""}
    assert locate("src/app/a.ts", "path", typed) == External("path")
    assert found("src/app/a.ts", "path/extra", typed) == "src/path/extra.ts"


# -- packages of the repository --------------------------------------------------------------------------------------


def workspace(**manifest: object) -> dict[str, object]:
    """A repository whose package @shop/core says `manifest`, and a package app beside it."""
    return {
        "package.json": {"workspaces": ["packages/*"]},
        "packages/core/package.json": {"name": "@shop/core", **manifest},
        "packages/core/src/index.ts": "",
        "packages/core/src/money/round.ts": "",
        "packages/app/package.json": {"name": "app", "dependencies": {"@shop/core": "^1.0.0"}},
    }


@pytest.mark.parametrize(
    ("manifest", "module", "expected"),
    [
        ({"main": "dist/index.js"}, "@shop/core", "src/index.ts"),
        ({"types": "./dist/types/index.d.ts"}, "@shop/core", "src/index.ts"),
        ({"main": "dist/core.cjs.min.js"}, "@shop/core", "src/index.ts"),
        ({}, "@shop/core", "src/index.ts"),
        ({}, "@shop/core/src/money/round", "src/money/round.ts"),
        ({}, "@shop/core/dist/money/round.js", "src/money/round.ts"),
        ({}, "@shop/core/money/round", "src/money/round.ts"),
        ({"exports": "./src/money/round.ts"}, "@shop/core", "src/money/round.ts"),
        ({"exports": {".": "./dist/index.js"}}, "@shop/core", "src/index.ts"),
        (
            {"exports": {".": {"import": {"types": "./dist/a.d.ts", "default": "./src/money/round.ts"}}}},
            "@shop/core",
            "src/money/round.ts",
        ),
        ({"exports": {"types": "./dist/index.d.ts", "require": "./dist/index.cjs"}}, "@shop/core", "src/index.ts"),
        ({"exports": {".": ["./gone.ts", "./src/index.ts"]}}, "@shop/core", "src/index.ts"),
        ({"exports": {"./*": "./dist/*.js"}}, "@shop/core/money/round", "src/money/round.ts"),
        ({"exports": {"./*": "./gone/*", "./m/*": "./src/money/*.ts"}}, "@shop/core/m/round", "src/money/round.ts"),
        ({"exports": {"./*.js": "./src/*.ts"}}, "@shop/core/money/round.js", "src/money/round.ts"),
    ],
)
def test_a_workspace_package_is_found_by_what_it_offers(
    manifest: dict[str, object], module: str, expected: str
) -> None:
    assert found("packages/app/a.ts", module, workspace(**manifest)) == f"packages/core/{expected}"


@pytest.mark.parametrize(
    ("exports", "module", "imported", "required"),
    [
        ({"import": "./esm.mjs", "require": "./cjs.cjs"}, "", "esm.mjs", "cjs.cjs"),
        ({"require": "./cjs.cjs", "default": "./esm.mjs"}, "", "esm.mjs", "cjs.cjs"),
        ({".": [{"import": "./esm.mjs"}, "./cjs.cjs"]}, "", "esm.mjs", "cjs.cjs"),
        ({".": {"node": {"import": "./esm.mjs", "require": "./cjs.cjs"}}}, "", "esm.mjs", "cjs.cjs"),
        ({"./*": {"import": "./*.mjs", "require": "./*.cjs"}}, "/both", "both.mjs", "both.cjs"),
        ({"import": "./dist/built.mjs", "require": "./cjs.cjs"}, "", "src/built.ts", "cjs.cjs"),
        ({"import": "./esm.mjs"}, "", "esm.mjs", "esm.mjs"),
        ({"./*": "./*", "./both.cjs": {"require": "./both.cjs", "import": None}}, "/both.cjs", None, "both.cjs"),
        ({"./*": "./*", "./inside/*": None}, "/inside/x.js", None, None),
        ({"./*": "./*", "./inside/*": None}, "/both.mjs", "both.mjs", "both.mjs"),
        ({"./*": None, "./inside/*": "./inside/*"}, "/inside/x.js", "inside/x.js", "inside/x.js"),
        (
            {"./inside/x.js": {"browser": None, "default": "./inside/x.js"}},
            "/inside/x.js",
            "inside/x.js",
            "inside/x.js",
        ),
    ],
)
def test_a_package_may_offer_another_file_to_require_than_to_import(
    exports: object, module: str, imported: str | None, required: str | None
) -> None:
    own = ("esm.mjs", "cjs.cjs", "both.mjs", "both.cjs", "inside/x.js", "src/built.ts")
    files = workspace(exports=exports) | {f"packages/core/{path}": "" for path in own}
    for path in ("packages/app/a.ts", "packages/app/a.js"):
        resolver = resolver_for(path, files)
        for flags, file in ((0, imported), (REQUIRED, required)):
            target = resolver.locate(path, Import("@shop/core" + module, 0, "", "", 1, flags, -1))
            if file is None:
                assert target == Unresolved("package @shop/core of this repository forbids it: its `exports` say null")
            else:
                assert isinstance(target, Located), target
                assert target.path == f"packages/core/{file}"


def test_what_a_workspace_package_does_not_hold_is_unresolved() -> None:
    target = locate("packages/app/a.ts", "@shop/core/gone", workspace())
    assert target == Unresolved("package @shop/core of this repository offers no such file")


@pytest.mark.parametrize(
    "root",
    [
        {"package.json": {"workspaces": {"packages": ["packages/**", "!packages/old"]}}},
        {"pnpm-workspace.yaml": "packages:\n  # ours\n  - 'packages/*'\n  - \"!packages/old\"\nother:\n  - x\n"},
        {"pnpm-workspace.yaml": 'packages: ["packages/*", "!packages/old"]\n', "package.json": {}},
        {"lerna.json": {"packages": ["packages/*"]}, "package.json": {}},
    ],
)
def test_workspaces_are_declared_in_many_ways(root: dict[str, object]) -> None:
    files = {**workspace(), **root, "package.json": root.get("package.json", {})}
    assert found("packages/app/a.ts", "@shop/core", files) == "packages/core/src/index.ts"


def test_a_package_imports_itself_by_its_own_name() -> None:
    files = {"package.json": {"name": "kit", "exports": {"./x": "./lib/x.js"}}, "lib/x.js": ""}
    assert found("test/a.js", "kit/x", files) == "lib/x.js"


def test_a_package_that_is_linked_is_found_where_the_link_leads() -> None:
    files = {
        "package.json": {"dependencies": {"viz": "file:viz-lib"}},
        "viz-lib/package.json": {"name": "anything"},
        "viz-lib/src/index.ts": "",
    }
    assert found("client/a.ts", "viz", files) == "viz-lib/src/index.ts"


def test_a_registry_package_of_the_same_name_is_not_ours() -> None:
    files = {
        "package.json": {"dependencies": {"kit": "^1.0.0"}},
        "tools/kit/package.json": {"name": "kit"},
        "tools/kit/index.js": "",
    }
    assert locate("a.js", "kit", files) == External("kit")


def test_a_package_has_private_names() -> None:
    files = {
        "package.json": {
            "imports": {"#db": {"node": "./src/db.ts", "default": "pg"}, "#lib/*": "./dist/lib/*.js", "#out": "lodash"}
        },
        "src/db.ts": "",
        "src/lib/x.ts": "",
    }
    assert found("src/a.ts", "#db", files) == "src/db.ts"
    assert found("src/a.ts", "#lib/x", files) == "src/lib/x.ts"
    assert locate("src/a.ts", "#out", files) == External("lodash")
    assert isinstance(locate("src/a.ts", "#gone", files), Unresolved)


# -- outside ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("react", "react"),
        ("react-dom/client", "react-dom"),
        ("@scope/pkg/deep/x.js", "@scope/pkg"),
        ("fs", "fs"),
        ("node:fs/promises", "fs"),
        ("node:test", "node:test"),
        ("npm:chalk@5/x", "chalk"),
        ("jsr:@std/path@1", "@std/path"),
        ("https://esm.sh/preact", "esm.sh"),
        ("astro:content", "astro:content"),
    ],
)
def test_what_is_not_ours_is_external_by_its_package(module: str, package: str) -> None:
    assert locate("src/a.ts", module, {"src/a.ts": ""}) == External(package)


def test_a_declared_package_beats_a_folder_of_its_name() -> None:
    files = {"package.json": {"devDependencies": {"@types/utils": "1"}}, "src/utils/index.ts": ""}
    assert locate("src/deep/a.ts", "utils", files) == External("utils")


# -- aliases that only a bundler knows -------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["@/cart", "~/cart", "~cart", "#/cart", "app/cart"])
def test_an_alias_is_guessed_where_one_file_fits(module: str) -> None:
    files = {"package.json": {}, "client/app/cart.js": "", "client/app/pages/a.js": ""}
    target = locate("client/app/pages/a.js", module, files)
    assert target == Located("client/app/cart.js", confidence=0.7)


def test_an_alias_is_not_guessed_where_two_files_fit() -> None:
    files = {"package.json": {}, "src/cart.js": "", "app/cart.js": ""}
    target = locate("src/pages/a.js", "@/cart", files)
    assert target == Unresolved("no such module; an alias set by a bundler cannot be read")


def test_the_folder_around_a_file_is_no_guess_for_a_package_of_its_name() -> None:
    files = {"package.json": {}, "src/yjs/index.ts": "", "src/yjs/bind.ts": "", "src/yjs/deep/a.ts": ""}
    for path in ("src/yjs/bind.ts", "src/yjs/deep/a.ts"):
        assert locate(path, "yjs", files) == External("yjs")
    assert found("src/main.ts", "yjs", files) == "src/yjs/index.ts"


def test_an_alias_with_a_name_is_guessed_by_its_folder() -> None:
    files = {"package.json": {}, "src/components/Button.tsx": "", "src/pages/a.tsx": ""}
    assert found("src/pages/a.tsx", "@components/Button", files) == "src/components/Button.tsx"


def test_aliases_written_in_a_manifest_are_read() -> None:
    files = {
        "package.json": {"_moduleAliases": {"@root": ".", "@lib": "source/lib"}},
        "source/lib/x.js": "",
        "y.js": "",
    }
    assert found("source/a.js", "@lib/x", files) == "source/lib/x.js"
    assert found("source/a.js", "@root/y", files) == "y.js"


def test_an_import_map_is_read() -> None:
    files = {
        "deno.json": {"imports": {"$lib/": "./library/", "money": "./money/mod.ts"}},
        "library/x.ts": "",
        "money/mod.ts": "",
    }
    assert found("a.ts", "$lib/x.ts", files) == "library/x.ts"
    assert found("a.ts", "money", files) == "money/mod.ts"


def test_a_path_from_the_servers_root_is_seen_from_the_package() -> None:
    files = {"web/package.json": {}, "web/src/main.ts": "", "web/public/logo.svg": ""}
    assert found("web/src/a.ts", "/src/main.ts", files) == "web/src/main.ts"
    assert found("web/src/a.ts", "/logo.svg", files) == "web/public/logo.svg"


# -- other repositories, change, hostile input -----------------------------------------------------------------------


def test_a_repository_offers_its_packages_to_others() -> None:
    resolver = resolver_for("a.ts", workspace(exports={"./round": "./dist/money/round.js"}))
    assert resolver.packages() == {"@shop/core", "app"}
    assert resolver.provide("@shop/core/round", "") == "packages/core/src/money/round.ts"
    assert resolver.provide("@shop/core", "") == "packages/core/src/index.ts"
    assert resolver.provide("react", "") is None


def test_a_changed_manifest_changes_the_fingerprint_and_another_file_does_not() -> None:
    first = resolver_for("a.ts", workspace())
    assert first.fingerprint() == resolver_for("a.ts", {**workspace(), "new.ts": ""}).fingerprint()
    assert first.fingerprint() != resolver_for("a.ts", workspace(main="x.js")).fingerprint()


@pytest.mark.parametrize(
    "manifest",
    [
        b"\xff\xfe\x00",
        "[" * 200_000,
        '{"name": 1, "exports": {"./*": 5, "*": [[["x"]]]}, "imports": [], "workspaces": {"packages": 3}}',
        {
            "name": "x",
            "main": "../../../etc/passwd",
            "exports": {".": "../../out"},
            "workspaces": ["*" * 400, "[", "{"],
        },
        '{"compilerOptions": {"paths": {"**": ["a"], "a*b*": ["c"], "@/*": "no list"}, "baseUrl": 3}, "extends": 7}',
        "/*" * 50_000,
        '{"a": "' + "\\" * 50_000,
        "",
    ],
)
def test_a_broken_manifest_counts_as_not_written(manifest: object) -> None:
    files = dict.fromkeys(("package.json", "tsconfig.json", "jsconfig.json", "lerna.json", "deno.json"), manifest)
    files |= {"pnpm-workspace.yaml": manifest, "src/x.ts": "", "src/a.ts": ""}
    assert found("src/a.ts", "./x", files) == "src/x.ts"
    assert locate("src/a.ts", "react", files) == External("react")
    for module in (
        "#a",
        "@/a",
        "a",
        "ab",
        "x",
        "x/y",
        "",
        ".",
        "..",
        "/",
        "//",
        "!",
        "?",
        "\x00",
        "@",
        "@/",
        "@a",
        "a\nb",
    ):
        locate("src/a.ts", module, files)


def test_a_name_deep_outside_the_repository_is_not_followed() -> None:
    assert locate("a.ts", "../" * 10_000 + "x", {"a.ts": ""}) == Unresolved("outside the repository")


def test_modules_that_svelte_kit_makes_are_its_own_where_it_is_needed(where_leads: Callable[..., str]) -> None:
    kit = {"package.json": '{"devDependencies": {"@sveltejs/kit": "2"}}', "src/lib/a.ts": ""}
    for module in ("$app/stores", "$env/static/private", "$service-worker", "./$types"):
        assert where_leads(kit, "src/routes/+page.ts", f"import {{ x }} from '{module}'\n") == "external @sveltejs/kit"
        assert where_leads({}, "src/routes/+page.ts", f"import {{ x }} from '{module}'\n") == "unresolved"
    assert where_leads(kit, "src/routes/+page.ts", "import { x } from '$lib/a'\n") == "src/lib/a.ts ~0.7"
