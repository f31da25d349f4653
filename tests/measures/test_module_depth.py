"""What every module hides and shows, who uses it, and which could be merged. Real code, real engine."""

from __future__ import annotations

import random

import pytest

from plumbrule.measures.module_depth import language_rank
from plumbrule.snapshot import FilesWalk

TABLES = ("abstraction", "module_depth", "decomposition")
ROUNDED = "def rounded(amount):\n    return round(amount * 100) / 100\n"
WORK = """def {name}(rows):
    kept = []
    for row in rows:
        if row and row.price:
            kept.append({call})
    return kept
"""


def work(name, call="row"):
    return WORK.format(name=name, call=call)


def derived(files, table):
    walk = FilesWalk().to({path: text.encode() for path, text in files.items()})
    names = next(measure.table.names for measure in measures_of() if measure.table.name == table)
    return {row[1]: dict(zip(names, row, strict=True)) for row in walk.derived[table]}


def measures_of():
    from plumbrule.measures import measures

    return measures()


def module(files, path):
    return derived(files, "module_depth")[path]


def test_the_figures_of_a_module_are_those_of_its_definition():
    row = module({"a.py": "def shown(a, b):\n    return _hidden(a) + b\n\ndef _hidden(a):\n    return a * a\n"}, "a.py")
    # Shown: shown, a, b. Hidden: _hidden, a, b and a, a.
    assert (row["interface_tokens"], row["body_tokens"], row["functions"], row["private"]) == (3, 5, 1, 1)
    assert row["depth"] == 0.58  # log2(6 / 4)


def test_what_is_small_and_used_once_could_be_merged():
    files = {"m/cents.py": ROUNDED, "m/cart.py": "from m.cents import rounded\n\n" + work("cart", "rounded(row)")}
    row = module({"m/__init__.py": "", **files}, "m/cents.py")
    assert (row["fan_in"], row["candidate"]) == (1, "small and used once")


def test_tests_and_a_package_root_that_offers_its_parts_are_no_users():
    files = {
        "m/__init__.py": "from m.cents import rounded\n",
        "m/cents.py": ROUNDED,
        "tests/test_cents.py": "from m.cents import rounded\n\ndef test_it():\n    assert rounded(1) == 1\n",
    }
    assert module(files, "m/cents.py")["fan_in"] == 0


KINDS = {
    "a package's root": ("m/__init__.py", "def f(a):\n    return a + 1\n", "root"),
    "values": ("m/a.py", "RATE = 2\nNAMES = ['a']\n", "values"),
    "statements": ("m/a.py", "print(1)\n", "script"),
    "errors": (
        "m/a.py",
        "class NoRateError(Exception):\n    def rate(self):\n        return self.args\n",
        "exceptions",
    ),
    "an abstract class": (
        "m/a.py",
        "from abc import ABC, abstractmethod\n\nclass A(ABC):\n    @abstractmethod\n    def f(self): ...\n",
        "interface",
    ),
    "a record in Python": ("m/a.py", "class A:\n    def __init__(self, x):\n        self.x = x\n", "data"),
    "a record in Java": (
        "m/A.java",
        "class A {\n  private int size;\n  public int getSize() { return size; }\n"
        "  public void setSize(int size) { this.size = size; }\n}\n",
        "data",
    ),
    "an enum with methods": (
        "m/A.java",
        "enum A {\n  X(1);\n  private final int code;\n  A(int code) { this.code = code; }\n"
        "  static A by(int code) { return code == 1 ? X : null; }\n}\n",
        "data",
    ),
    "an interface with defaults": (
        "m/A.java",
        "interface A {\n  int f(int a);\n  default int g(int a) { return f(a) + f(a + 1) + f(a + 2); }\n}\n",
        "interface",
    ),
    "code": ("m/a.ts", "export function f(a: number) { return a > 1 ? a * 2 : a; }\n", "code"),
}


@pytest.mark.parametrize("what", KINDS)
def test_a_file_is_what_it_defines(what):
    path, text, kind = KINDS[what]
    assert module({path: text}, path)["kind"] == kind


EXEMPT = {
    "what a framework demands": (
        "from django.apps import AppConfig\n\nclass Shop(AppConfig):\n    def ready(self, x):\n        return x + 1\n",
        "required by AppConfig",
    ),
    "what a framework calls": (
        "@app.route('/')\nclass Page:\n    def show(self, x):\n        return x + 1\n",
        "called by whoever reads app.route",
    ),
    "where a program starts": ("def main(x):\n    return x + 1\n", "a program starts here"),
}


@pytest.mark.parametrize("what", EXEMPT)
def test_a_small_module_may_have_a_good_reason(what):
    text, reason = EXEMPT[what]
    row = module({"m/a.py": text}, "m/a.py")
    assert (row["exempt"], row["candidate"]) == (reason, "")


def test_files_beside_each_other_that_offer_the_same_stand_for_each_other():
    files = {
        f"m/{name}.py": f"def load(x):\n    return {n} * x\n\ndef save(x):\n    return x\n"
        for n, name in enumerate("abc")
    }
    assert module(files, "m/b.py")["exempt"] == "one of 3 beside each other that offer the same"


def test_where_a_folder_is_the_module_a_file_is_none():
    files = {"go.mod": "module m\n", "a/a.go": "package a\n\nfunc F(x int) int { return x + 1 }\n"}
    files["a/b.go"] = "package a\n\nfunc G(x int) int {\n\tif x > 1 {\n\t\treturn F(x)\n\t}\n\treturn x\n}\n"
    assert module(files, "a/a.go")["exempt"] == "its folder is the module"


def test_percentiles_are_those_of_a_corpus_of_the_language():
    shallow, deep = language_rank("python", -3), language_rank("python", 9)
    assert shallow < 10 < deep == 100
    python, java = language_rank("python", 0.5), language_rank("java", 0.5)
    assert python < java  # whose files usually hide less
    assert language_rank("starlark", 0.5) is None


# -- interfaces -----------------------------------------------------------------------------------------------------

READER = "package m;\npublic interface Reader {\n  int read(byte[] into);\n}\n"


def reads(name, more=""):
    body = f"    int n = 0;\n    for (byte b : into) {{\n      n += b;\n    }}\n    return n;{more}"
    return (
        f"package m;\npublic class {name} implements Reader {{\n  public int read(byte[] into) {{\n{body}\n  }}\n}}\n"
    )


def test_the_depth_of_an_interface_is_that_of_all_who_implement_it():
    one = {"m/Reader.java": READER, "m/File.java": reads("File")}
    row = derived(one, "abstraction")["m/Reader.java"]
    many = derived({**one, **{f"m/R{n}.java": reads(f"R{n}") for n in range(20)}}, "abstraction")["m/Reader.java"]
    assert (row["implementers"], many["implementers"]) == (1, 21)
    assert row["depth"] < 1.5 < 4 < many["depth"]


def test_who_implements_an_interface_in_tests_is_told_apart():
    files = {"src/main/java/m/Reader.java": READER, "src/main/java/m/File.java": reads("File")}
    files["src/test/java/m/Fake.java"] = reads("Fake")
    row = derived(files, "abstraction")["src/main/java/m/Reader.java"]
    assert (row["implementers"], row["doubles"]) == (1, 1)
    assert not module(files, "src/main/java/m/Reader.java")["candidate"]


def test_an_interface_that_extends_one_implements_nothing():
    files = {
        "m/Reader.java": READER,
        "m/Wide.java": "package m;\ninterface Wide extends Reader {\n  int skip(int n);\n}\n",
    }
    row = derived(files, "abstraction")["m/Reader.java"]
    assert (row["implementers"], row["extended"]) == (0, 1)


# -- from snapshot to snapshot --------------------------------------------------------------------------------------


def some_python(chance, names):
    def file(own):
        imports = chance.sample(names, chance.randrange(3))
        head = "".join(f"from m.{name} import f_{name} as {name}, Base as B{name}\n" for name in imports)
        calls = " + ".join(f"{name}(x)" for name in imports) or "x * 2"
        base = f"(B{imports[0]})" if imports and chance.random() < 0.6 else "(ABC)" if chance.random() < 0.5 else ""
        own_body = f"f_{own}(x)" if chance.random() < 0.5 else "..."
        branch = "    if x:\n        return x\n" * chance.randrange(4)
        return (
            f"from abc import ABC, abstractmethod\n{head}\ndef f_{own}(x):\n{branch}    return {calls}\n\n"
            f"class Base{base}:\n    def g(self, x):\n        return {own_body}\n"
        )

    return file


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_through_many_changes_ends_where_a_cold_start_does(world, seed):
    chance = random.Random(seed)
    names = [f"p{number}" for number in range(10)]
    file = some_python(chance, names)
    folders = ["m", "m", "m", "tests"]
    history, files = world.History(), {"m/__init__.py": ""}
    met = set()
    for _ in range(25):
        for name in chance.sample(names, 2):
            files.pop(f"m/{name}.py", None)
            files.pop(f"tests/{name}.py", None)
            if chance.random() < 0.8:
                text = ("# Code generated by a tool. DO NOT EDIT.\n" if chance.random() < 0.15 else "") + file(name)
                files[f"{chance.choice(folders)}/{name}.py"] = text
        s = history.to(files)
        cold = world.History()
        cold.to(files)
        for table in TABLES:
            assert list(history.rows[table]) == list(cold.rows[table])
            met.update((table, row[13]) for row in history.rows[table] if table == "module_depth")
        # A store gives rows without what they remember.
        history.rows = {name: list(rows) if chance.random() < 0.5 else rows for name, rows in history.rows.items()}
    assert {("module_depth", "small"), ("module_depth", "small and used once")} <= met, "the walk shows nothing"
    assert s is not None
