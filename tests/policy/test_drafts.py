"""A first policy from what another tool, or a drawing, says: what it says is carried over, or told with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plumbrule.errors import SettingsError
from plumbrule.policy import Policy, read_policy
from plumbrule.policy.drafts import Draft, Origin, drafted, written
from plumbrule.policy.drafts._regexes import NotAGlob, globs_of

PYTHON = [
    "src/shop/__init__.py", "src/shop/web/__init__.py", "src/shop/web/page.py", "src/shop/domain/__init__.py",
    "src/shop/domain/cart.py", "src/shop/rows.py", "tests/test_cart.py",
]  # fmt: skip


def draft(file: str, text: str, paths: list[str], others: Mapping[str, str] | None = None) -> Draft:
    return drafted(Origin(file, text, frozenset(paths), (others or {}).get, lambda: {}))


def policy(found: Draft) -> Policy:
    return read_policy(written(found, "it"), "plumbrule.toml")


def told(found: Draft) -> str:
    return "\n".join(f"{what}: {why}" for what, why in found.remarks)


IMPORT_LINTER = """[importlinter]
root_packages =
    shop

[importlinter:contract:down]
name = Top down
type = layers
containers = shop
layers =
    web
    (gone)
    domain | rows
ignore_imports =
    shop.domain.cart -> shop.web.page
    shop.* -> shop.web

[importlinter:contract:pure]
name = Pure
type = forbidden
source_modules = shop.domain
forbidden_modules =
    shop.web
    django

[importlinter:contract:own]
name = Ours alone
type = our.own.Contract
"""


@pytest.mark.parametrize("file", [".importlinter", "setup.cfg"])
def test_contracts_of_import_linter(file):
    found = draft(file, IMPORT_LINTER, PYTHON)
    made = policy(found)
    assert [(layers.name, layers.order, layers.places) for layers in made.layers] == [
        ("Top down", ("shop.web", "shop.domain", "shop.rows"), (1, 2, 2))
    ]
    assert [(pair.source, pair.target, pair.transitive) for pair in made.forbid] == [("shop.domain", "shop.web", True)]
    assert [(one.kind, one.of("members")) for one in made.contracts] == [("independent", ("shop.domain", "shop.rows"))]
    assert {part.name: part.globs for part in made.components} == {
        "shop.domain": ("src/shop/domain/**",), "shop.rows": ("src/shop/rows.py",), "shop.web": ("src/shop/web/**",),
    }  # fmt: skip
    assert found.accepted == (("src/shop/domain/cart.py", "src/shop/web/page.py"),)
    for words in ("django: it is a package from outside", "shop.* -> shop.web", "'Ours alone'", "TYPE_CHECKING"):
        assert words in told(found)


def test_import_linter_in_pyproject_and_a_module_that_holds_another():
    text = (
        '[tool.importlinter]\nroot_package = "shop"\n[[tool.importlinter.contracts]]\nname = "a"\ntype = "forbidden"\n'
        'source_modules = ["shop.rows"]\nforbidden_modules = ["shop.web", "shop.web.page"]\n'
        "allow_indirect_imports = true\n"
    )
    made = policy(draft("pyproject.toml", text, PYTHON))
    assert [(pair.source, pair.target, pair.transitive) for pair in made.forbid] == [
        ("shop.rows", "src/shop/web/**", False), ("shop.rows", "src/shop/web/page.py", False),
    ]  # fmt: skip


TACH = """source_roots = ["src"]
layers = ["ui", "core"]
exclude = ["**/tests", "src/shop/gone"]

[[modules]]
path = "shop.web"
depends_on = [{path = "shop.domain"}]
layer = "ui"

[[modules]]
path = "shop.domain"
depends_on = []
cannot_depend_on = ["shop.web"]
visibility = ["shop.web"]
layer = "core"

[[modules]]
path = "shop"
utility = true

[[interfaces]]
expose = ["cart"]
from = ["shop.domain"]
"""


def test_modules_of_tach():
    found = draft("tach.toml", TACH, PYTHON)
    made = policy(found)
    assert [part.name for part in made.components] == ["tests", "shop.domain", "shop.web", "shop"]
    assert made.component("src/shop/rows.py") == "shop"
    lists = {(one.kind, one.name): (one.of("from") or one.of("what"), one.of("to")) for one in made.contracts}
    assert lists["allow", "shop.web"] == (("shop.web",), ("shop.domain", "shop", "tests"))
    assert lists["visible", "shop.domain"] == (("shop.domain",), ("shop.web", "tests"))
    assert [(pair.source, pair.target) for pair in made.forbid] == [("shop.domain", "shop.web")]
    assert made.layers[0].order == ("shop.web", "shop.domain")
    assert "the interface of shop.domain: it exposes names" in told(found)


def test_domains_of_tach_are_read_where_they_lie():
    domain = '[root]\ndepends_on = ["//shop.domain"]\n[[modules]]\npath = "page"\ndepends_on = []\n'
    found = draft("tach.toml", 'source_roots = ["src"]\n', PYTHON, {"src/shop/web/tach.domain.toml": domain})
    assert [part.name for part in policy(found).components][1:3] == ["shop.web.page", "shop.web"]
    assert "shop.web: shop.domain: there is no module of that name" in told(found)


SCRIPT = ["src/web/page.ts", "src/domain/cart.ts", "src/domain/rows/load.ts", "src/util.ts", "test/cart.spec.ts"]
RULES = """
const ours = '^src/domain/';
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  extends: 'dependency-cruiser/configs/recommended',
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'domain-stands-alone', severity: 'error', comment: "sold " + "alone",
      from: { path: ours }, to: { path: ['^src/web/', "^src/util[.]ts$"], dependencyTypesNot: ['type-only'] } },
    { name: 'rows-are-private', severity: 'error',
      from: { pathNot: '^src/domain/' }, to: { path: '^src/domain/rows/' } },
    { name: 'told-only', severity: 'warn', from: { path: '^src/web' }, to: { path: '^src/util' } },
    { name: 'by-code', severity: 'error', from: { path: makePath('web') }, to: { path: '^src/util' } },
    { name: 'looks-back', severity: 'error', from: { path: '^src/(?!web)' }, to: { path: '^src/web' } },
    { name: 'orphans', severity: 'error', from: { orphan: true }, to: {} },
    ...more(),
  ],
  options: { exclude: { path: /\\.spec\\.ts$/ } }
};
"""


def test_rules_of_dependency_cruiser_in_a_script_that_is_not_run():
    found = draft(".dependency-cruiser.js", RULES, SCRIPT)
    made = policy(found)
    assert [(pair.source, pair.target, pair.reason) for pair in made.forbid] == [
        ("src/domain/**", "src/web/**", "sold alone"), ("src/domain/**", "src/util.ts", "sold alone"),
    ]  # fmt: skip
    assert [(one.kind, one.of("what"), one.of("to")) for one in made.contracts] == [
        ("visible", ("src/domain/rows/**",), ("src/domain/**",))
    ]
    assert made.rules["dependency-cycle"].severity == "error"
    assert made.exclude == ("**/*.spec.ts",)
    assert '# [[forbid]]\n# name = "told-only"' in written(found, "it")
    for words in ("makePath", "more()", "it looks ahead", "no contract asks for orphan", "only this file is read"):
        assert words in told(found)


def test_rules_of_dependency_cruiser_in_json_and_what_was_accepted():
    rules = json.dumps(
        {"forbidden": [{"name": "a", "severity": "error", "from": {"path": "^src/web"}, "to": {"path": "^src/util"}}]}
    )
    known = json.dumps([{"from": "src/web/page.ts", "to": "src/util.ts"}, {"from": "x", "to": "y"}])
    others = {".dependency-cruiser-known-violations.json": known}
    assert draft(".dependency-cruiser.json", rules, SCRIPT, others).accepted == (("src/web/page.ts", "src/util.ts"),)


DEPTRAC = """deptrac:
  paths: [./src]
  layers:
    - name: Web
      collectors: [{type: directory, value: src/Web/.*}]
    - name: Domain
      collectors: [{type: classLike, value: ^App\\\\Domain\\\\.*}]
    - name: Vendor
      collectors: [{type: classNameRegex, value: '#^Acme\\\\.*#'}, {type: inheritance, value: X}]
  ruleset:
    Web: [+Domain]
    Domain: ~
  skip_violations:
    App\\Domain\\Cart: [App\\Web\\Page]
"""


def test_layers_of_deptrac():
    composer = json.dumps({"autoload": {"psr-4": {"App\\": "src/"}}})
    paths = ["src/Web/Page.php", "src/Domain/Cart.php", "src/index.php"]
    found = draft("deptrac.yaml", DEPTRAC, paths, {"composer.json": composer})
    made = policy(found)
    assert [(part.name, part.globs) for part in made.components] == [
        ("Web", ("src/Web/**",)), ("Domain", ("src/Domain/**",)), ("all other code", ("**",)),
    ]  # fmt: skip
    assert {one.name: one.of("to") for one in made.contracts} == {
        "Web": ("Domain", "all other code"), "Domain": ("all other code",),
    }  # fmt: skip
    assert found.accepted == (("src/Domain/Cart.php", "src/Web/Page.php"),)
    assert "Acme" in told(found)
    assert "inheritance" in told(found)


def test_owners_become_components_and_the_last_line_counts():
    text = "*.py @all # everyone\n/src/shop/web/ @web\n[Rows][2] @rows\nsrc/shop/rows.py\n/gone/ @gone\n"
    found = draft(".github/CODEOWNERS", text, PYTHON)
    made = policy(found)
    owners = {path: made.component(path) for path in PYTHON}
    assert owners["src/shop/web/page.py"] == "@web"
    assert owners["src/shop/rows.py"] == "@rows"
    assert {owners[path] for path in PYTHON if "/web/" not in path and "rows" not in path} == {"@all"}
    assert "/gone/ @gone: no code here lies there" in told(found)


ARCHUNIT = {
    "store/one": "Method <com.shop.domain.Cart.total()> calls method <com.shop.web.Page.show()> in (A:7)\nodd\n",
}
STORED = (
    "#\n#Mon Jan 01\nno\\ classes\\ that\\ reside\\ in\\ a\\ package\\ '..domain..'\\ should\\ depend\\ on\\ classes"
    "\\ that\\ reside\\ in\\ a\\ package\\ '..web..',\\ because\\ it\\ is\\ sold=one\nclasses\\ should\\ be\\ nice=2\n"
)


def test_the_store_of_archunit_has_rules_and_what_was_accepted():
    paths = ["app/src/main/java/com/shop/domain/Cart.java", "app/src/main/java/com/shop/web/Page.java"]
    found = draft("store/stored.rules", STORED, paths, ARCHUNIT)
    (pair,) = policy(found).forbid
    assert (pair.source, pair.target, pair.reason) == ("**/domain/**", "**/web/**", "it is sold")
    assert found.accepted == ((paths[0], paths[1]),)
    for words in ("'classes should be nice'", "'odd'", "2 cannot be read"):
        assert words in told(found)


def test_a_diagram_is_drafted_as_a_contract_with_the_code_that_its_boxes_are_called_like():
    text = "flowchart LR\n  ann((Ann)) --> web\n  web[Web] --> d[Domain]\n  web --> db[(Rows)]\n"
    found = draft("docs/shop.mmd", text, PYTHON)
    made = policy(found)
    assert [(part.name, part.globs) for part in made.components] == [
        ("web", ("src/shop/web/**",)), ("d", ("src/shop/domain/**",)),
    ]  # fmt: skip
    assert [(one.kind, one.options["file"]) for one in made.contracts] == [("diagram", "docs/shop.mmd")]
    assert "the box 'Ann' (line 2)" in told(found)


@pytest.mark.parametrize(
    ("expression", "globs"),
    [
        ("^src/", ["src/**"]),
        ("^src/web", ["src/web*"]),
        ("^src/(web|domain)/", ["src/web/**", "src/domain/**"]),
        ("^src/[^/]+/index\\.(j|t)s$", ["src/*/index.js", "src/*/index.ts"]),
        ("[.]spec[.]ts$", ["**/*.spec.ts"]),
        ("^(?:src|lib)/a?b/", ["src/ab/**", "src/b/**", "lib/ab/**", "lib/b/**"]),
        ("^src/.*/rows/", ["src/*/**/rows/**"]),
    ],
)
def test_a_regular_expression_becomes_globs(expression, globs):
    assert list(globs_of(expression)) == globs


@pytest.mark.parametrize(
    "expression", ["(a+)+$", "^src/(?!x)", "a{3}", "\\bweb", "(", "a)", "[", "\\", "^(a|b)(c|d)" * 9]
)
def test_one_that_no_glob_says_is_refused_with_the_reason(expression):
    with pytest.raises(NotAGlob, match=r"."):
        globs_of(expression)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("what.ini", "a = 1", "nothing known is read from a file of this name"),
        ("tach.toml", "[", "tach.toml: this is not TOML"),
        ("deptrac.yaml", "a: [", "this is not YAML"),
        ("deptrac.yaml", "a: 1", "it declares no layers"),
        (".importlinter", "[importlinter]\nx = 1", "it names no root_package"),
        (".dependency-cruiser.js", "module.exports = make()", "made by code, which is not carried out"),
        (".dependency-cruiser.js", "import x from 'y'", "it exports nothing that is written out"),
        ("a.mmd", "pie\n", "nothing is drawn in it"),
    ],
)
def test_a_source_that_cannot_be_read_says_why(file, text, words):
    with pytest.raises(SettingsError) as refused:
        draft(file, text, PYTHON)
    assert words in str(refused.value)


NAMES = some.text("ab .-/*?[]!\"\\'\n\t\u202e=#", min_size=1, max_size=9)


@given(some.lists(some.tuples(NAMES, some.lists(NAMES, max_size=3)), max_size=6), some.lists(NAMES, max_size=3))
def test_whatever_names_a_source_has_the_draft_is_read_back(modules, layers):
    listed = [{"path": name, "depends_on": needs, "layer": (layers or [""])[0]} for name, needs in modules]
    text = "".join(
        f"[[modules]]\npath = {json.dumps(one['path'])}\ndepends_on = {json.dumps(one['depends_on'])}\n"
        f"layer = {json.dumps(one['layer'])}\n"
        for one in listed
    )
    paths = [*PYTHON, *(f"{name.strip('/').replace('.', '/')}.py" for name, _ in modules)]
    policy(draft("tach.toml", f"layers = {json.dumps(layers)}\n{text}", paths))


@given(some.lists(some.tuples(NAMES, NAMES), max_size=6))
def test_whatever_owners_say_the_draft_is_read_back(lines):
    policy(draft("CODEOWNERS", "\n".join(f"{pattern} {owner}" for pattern, owner in lines), PYTHON))
