"""Where Python imports lead beyond what the fixture repository shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from plumbrule.languages.python.resolver import PythonResolver
from plumbrule.resolve import Tree

Leads = Callable[..., str]
Grow = Callable[[Mapping[str, str]], Tree]


def test_a_submodule_is_named_before_a_name_of_its_package(where_leads: Leads) -> None:
    files = ["a/__init__.py", "a/b.py", "x.py"]
    assert where_leads(files, "x.py", "from a import b") == "a/b.py"
    assert where_leads(files, "x.py", "from a import c") == "a/__init__.py"
    assert where_leads(files, "x.py", "from a import *") == "a/__init__.py"


def test_a_package_comes_before_a_module_and_source_before_a_stub(where_leads: Leads) -> None:
    assert where_leads(["a/__init__.py", "a.py", "x.py"], "x.py", "import a") == "a/__init__.py"
    assert where_leads(["a/__init__.pyi", "a.py", "x.py"], "x.py", "import a") == "a.py"
    assert where_leads(["a.pyi", "x.py"], "x.py", "import a") == "a.pyi"


def test_of_two_equal_names_the_importers_own_root_wins_then_the_nearest(where_leads: Leads) -> None:
    files = {
        **dict.fromkeys(["one/app/__init__.py", "one/app/m.py", "two/app/__init__.py", "two/app/m.py"], ""),
        "two/svc/tool/__init__.py": "",
        "one/pyproject.toml": "[project]\nname='one'",
        "two/pyproject.toml": "[project]\nname='two'",
    }
    assert where_leads(files, "one/app/x.py", "import app.m") == "one/app/m.py"
    assert where_leads(files, "two/app/x.py", "import app.m") == "two/app/m.py"
    assert where_leads(files, "two/svc/tool/x.py", "import app.m") == "two/app/m.py ~0.9"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", "[tool.setuptools.packages.find]\nwhere = ['py']"),
        ("pyproject.toml", "[tool.setuptools]\npackage-dir = {'' = 'py'}"),
        ("pyproject.toml", "[tool.poetry]\npackages = [{include = 'app', from = 'py'}]"),
        ("pyproject.toml", "[tool.hatch.build.targets.wheel]\npackages = ['py/app']"),
        ("pyproject.toml", "[tool.hatch.build.targets.wheel.sources]\npy = ''"),
        ("pyproject.toml", "[tool.hatch.build]\nsources = ['py']"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = 'lib py'"),
        ("setup.cfg", "[options]\npackage_dir =\n    = py"),
        ("setup.cfg", "[options.packages.find]\nwhere = py"),
        ("setup.py", "setup(package_dir={'': 'py'}, packages=find_packages('py'))"),
        ("pytest.ini", "[pytest]\npythonpath = py"),
    ],
)
def test_a_root_named_by_a_manifest_is_seen(where_leads: Leads, name: str, content: str) -> None:
    files = {name: content, "py/app/m.py": "", "tests/t.py": ""}
    assert where_leads(files, "tests/t.py", "import app.m") == "py/app/m.py"


@pytest.mark.parametrize(
    "manifest", ["[[[", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), "a=" + "[" * 50_000, "x = '\\x'"]
)
def test_a_manifest_nobody_can_read_names_no_root(where_leads: Leads, manifest: str) -> None:
    files = {"pyproject.toml": manifest, "setup.cfg": manifest, "a/__init__.py": "", "x.py": ""}
    assert where_leads(files, "x.py", "import a") == "a/__init__.py"


def test_a_root_outside_the_repository_is_ignored(where_leads: Leads) -> None:
    files = {"pyproject.toml": "[tool.pytest.ini_options]\npythonpath = '../../etc ..'", "a.py": "", "x.py": ""}
    assert where_leads(files, "x.py", "import a") == "a.py"


def test_the_standard_library_wins_unless_the_own_root_holds_the_name(where_leads: Leads) -> None:
    assert where_leads(["app/__init__.py", "app/types.py", "app/x.py"], "app/x.py", "import types") == "external types"
    assert where_leads(["queue.py", "app/__init__.py", "app/x.py"], "app/x.py", "import queue") == "queue.py"
    assert where_leads(["test/data.txt", "x.py"], "x.py", "import test.support") == "external test"
    assert where_leads(["queue/__init__.py", "x.py"], "x.py", "from queue.deep import a") == "external queue"


def test_the_standard_library_wins_over_a_bare_folder_of_its_name(where_leads: Leads) -> None:
    files = ["logging/handlers.py", "queue.py", "x.py"]
    assert where_leads(files, "x.py", "import logging.handlers") == "external logging"
    assert where_leads(files, "x.py", "from logging import handlers") == "external logging"
    assert where_leads(files, "x.py", "import queue") == "queue.py"
    assert where_leads([*files, "logging/__init__.py"], "x.py", "import logging.handlers") == "logging/handlers.py"


def test_a_sample_package_does_not_answer_for_the_real_one(where_leads: Leads) -> None:
    files = ["tests/fixtures/django/__init__.py", "tests/fixtures/django/db.py", "app/__init__.py", "app/x.py"]
    assert where_leads(files, "app/x.py", "import django.db") == "external django"
    assert where_leads(files, "tests/fixtures/x.py", "import django.db") == "tests/fixtures/django/db.py"


def test_a_folder_without_code_is_no_package(where_leads: Leads) -> None:
    assert where_leads(["redis/redis.conf", "x.py"], "x.py", "import redis") == "external redis"


def test_a_script_finds_its_neighbours_with_less_confidence(where_leads: Leads) -> None:
    files = ["tool/run.py", "tool/lib.py", "tool/deep/x.py"]
    assert where_leads(files, "tool/run.py", "import lib") == "tool/lib.py ~0.8"
    assert where_leads(files, "tool/deep/x.py", "import lib") == "tool/lib.py ~0.7"


def test_a_missing_module_of_an_own_package_is_unresolved_and_others_are_external(where_leads: Leads) -> None:
    files = ["app/__init__.py", "app/x.py", "ns/part/m.py"]
    assert where_leads(files, "app/x.py", "import app.gone") == "unresolved"
    assert where_leads(files, "app/x.py", "import ns.other.m") == "external ns"
    assert where_leads(files, "app/x.py", "from .gone import a") == "unresolved"
    assert where_leads(files, "app/x.py", "from .... import a") == "unresolved"


def test_generated_message_classes_lead_to_their_source(where_leads: Leads) -> None:
    assert (
        where_leads(["app/__init__.py", "app/m.proto", "app/x.py"], "app/x.py", "from . import m_pb2") == "app/m.proto"
    )


def test_what_is_shipped_can_be_imported_by_other_repositories(tree_of: Grow) -> None:
    resolver = PythonResolver(
        tree_of(
            {
                "pyproject.toml": "[project]\nname='shop'",
                "src/shop/__init__.py": "",
                "src/shop/tax.py": "",
                "tests/__init__.py": "",
                "tests/shop_test.py": "",
                "examples/demo/__init__.py": "",
            }
        )
    )
    assert resolver.packages() == {"shop"}
    assert resolver.provide("shop.tax", "rate") == "src/shop/tax.py"
    assert resolver.provide("shop", "tax") == "src/shop/tax.py"
    assert resolver.provide("tests", "") is None


def test_resolvers_are_equal_while_roots_and_top_level_names_are(tree_of: Grow) -> None:
    files = {"src/a/__init__.py": "", "src/a/b.py": "", "pyproject.toml": "[project]\nname='a'"}
    first = PythonResolver(tree_of(files)).fingerprint()
    assert PythonResolver(tree_of({**files, "src/a/c.py": ""})).fingerprint() == first
    assert PythonResolver(tree_of({**files, "src/new/__init__.py": ""})).fingerprint() != first


@pytest.mark.parametrize("name", ["a\nb", "'; DROP TABLE x;--", "<script>", "\u202e", "a/../b"])
def test_strange_paths_do_no_harm(tree_of: Grow, name: str) -> None:
    tree = tree_of({f"{name}/__init__.py": "", f"{name}/m.py": "", f"{name}/pyproject.toml": "", "x.py": ""})
    assert PythonResolver(tree).packages() <= {name, "x"}


def test_a_folder_without_a_file_of_its_own_is_a_package_where_others_hold_none(where_leads: Leads) -> None:
    files = ["app/__init__.py", "app/x.py", "app/space/deep.py", "ns/part/m.py", "ns/y.py"]
    assert where_leads(files, "app/x.py", "import app.space") == "app/space"
    assert where_leads(files, "app/x.py", "from app.space import deep") == "app/space/deep.py"
    assert where_leads(files, "app/x.py", "from app.space import gone") == "unresolved"
    assert where_leads(files, "app/x.py", "from .space import *") == "app/space"
    assert where_leads(files, "app/x.py", "import ns.part") == "ns/part"
    assert where_leads(files, "ns/y.py", "from . import part") == "ns/part"
    assert where_leads([*files, "src/ns/part.py"], "app/x.py", "import ns.part") == "src/ns/part.py"
