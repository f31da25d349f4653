"""Labels of files that nobody writes by hand here: by folder, name, marker and .gitattributes."""

from __future__ import annotations

import random

import pytest

from plumbrule import languages
from plumbrule.snapshot import FilesWalk, analyse_files


def vendored(*paths: str) -> set[str]:
    """Those of these files that are labelled as vendored."""
    graph = analyse_files(dict.fromkeys(paths, b""))
    return {path for path in graph.files if graph.files[path].file.is_vendored}


@pytest.mark.parametrize(
    "path",
    [
        "third_party/six.py", "src/third-party/six.py", "src/ThirdParty/Six.cs", "a/3rdparty/six.py",
        "web/node_modules/left/index.js", "pip/_vendor/six.py", "botocore/vendored/requests/api.py",
        "vendor/six.py", "vendor/github.com/pkg/errors/errors.go", "svc/api/vendor/x/x.go", "static/jquery-3.5.1.js",
        "static/js/bootstrap-4.1.3.min.js",
    ],
)  # fmt: skip
def test_a_folder_or_name_with_one_meaning_is_enough(path: str) -> None:
    assert vendored(path, "shop/cart.py") == {path}


@pytest.mark.parametrize(
    "path",
    [
        "shop/vendor/models.py", "src/main/java/com/shop/vendor/Vendor.java", "lib/cart.py", "deps/injector.py",
        "src/external/client.ts", "packages/ui/index.ts", "shop/third.py", "static/jquery.cart.js", "shop/vendor.py",
    ],
)  # fmt: skip
def test_a_folder_that_may_be_the_products_own_is_not(path: str) -> None:
    assert vendored(path) == set()


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("api/vendor/acme/log.php", "api/composer.json"),
        ("web/vendor/assets/menu.js", "web/Gemfile"),
        ("api/vendor/acme/log.php", "api/vendor/autoload.php"),
        ("shop/vendor/six/six.py", "shop/vendor/six/LICENSE"),
        ("deps/lua/lua.py", "deps/lua/COPYRIGHT"),
        ("src/external/json/json.py", "src/external/json/LICENSE.MIT"),
    ],
)
def test_what_lies_beside_it_tells_which_is_which(path: str, sign: str) -> None:
    assert vendored(path, "shop/vendor/models.py", "deps/own.py", sign) & {path, "shop/vendor/models.py"} == {path}


@pytest.mark.parametrize(
    "path",
    [
        "api/shop_pb2.py", "api/shop_pb2_grpc.py", "api/shop_pb2.pyi", "api/shop.pb.go", "api/shop.pb.gw.go",
        "api/v1/zz_generated.deepcopy.go", "web/shop_pb.js", "web/shop_pb.d.ts", "web/shop_grpc_pb.js",
        "web/shop_pb.ts", "web/__generated__/Query.ts", "web/menu.min.js", "app/menu.ngfactory.ts",
        "lib/shop_services_pb.rb", "_ide_helper.php", "Shop/Form.Designer.cs", "Shop/Cart.feature.cs",
    ],
)  # fmt: skip
def test_a_name_that_only_a_tool_gives_says_that_a_file_is_generated(path: str) -> None:
    assert analyse_files({path: b""}).files[path].file.is_generated


@pytest.mark.parametrize("path", ["pb2.py", "shop/pb.go", "web/min.js", "web/generated.ts", "lib/pb.rb", "a_string.go"])
def test_a_name_that_people_give_too_does_not(path: str) -> None:
    assert not analyse_files({path: b""}).files[path].file.is_generated


def test_a_package_at_the_top_is_the_projects_own() -> None:
    assert vendored("vendor/__init__.py", "vendor/models.py", "shop.py") == set()


def test_attributes_have_the_last_word() -> None:
    files = {
        ".gitattributes": b"lib/** linguist-vendored\nthird_party/own/** -linguist-vendored\nh_* -linguist-generated\n",
        "lib/.gitattributes": b"ours.py -linguist-vendored\n",
        "made/.gitattributes": b"* linguist-generated=true\n",
    }
    code = ("lib/a.py", "lib/ours.py", "third_party/b.py", "third_party/own/c.py", "made/d.py", "f.py")
    graph = analyse_files(files | dict.fromkeys(code, b"") | {"f.py": b"# @generated\n", "h_pb2.py": b"# @generated\n"})
    labels = {path: graph.files[path].file for path in graph.files}
    assert {path for path in labels if labels[path].is_vendored} == {"lib/a.py", "third_party/b.py"}
    assert {path for path in labels if labels[path].is_generated} == {"made/d.py", "f.py"}


@pytest.mark.parametrize("seed", range(8))
def test_labels_are_those_of_the_tree_whatever_way_it_was_reached(seed: int) -> None:
    rng = random.Random(seed)
    code = ["vendor/a.py", "vendor/__init__.py", "lib/x/b.py", "deps/c/d.py", "lib/vendor/e.php", "third_party/f.py"]
    signs = ["deps/c/LICENSE", "lib/composer.json", "lib/vendor/autoload.php", "LICENSE"]
    attributes = [".gitattributes", "lib/.gitattributes", "deps/.gitattributes"]
    lines = ["*.py linguist-vendored", "x/* linguist-generated", "b.py -linguist-vendored", "* !linguist-vendored", ""]
    walk = FilesWalk()
    files: dict[str, bytes] = {}
    for _ in range(25):
        for _ in range(rng.randint(1, 3)):
            path = rng.choice([*code, *signs, *attributes])
            if path in files and rng.random() < 0.4:
                del files[path]
            elif path in attributes:
                files[path] = "\n".join(rng.choices(lines, k=2)).encode()
            else:
                files[path] = b"x = %d\n" % rng.randint(1, 3)
        assert walk.to(files).whole.files == analyse_files(files).files


def test_what_builds_hold_for_no_test_is_none_whatever_it_is_called() -> None:
    tests = {
        "src/test/java/shop/Cart.java": ["test"],
        "src/test/java/shop/CartTest.java": ["test", "*Test.java"],
        "app/src/androidTest/java/shop/Cart.java": ["androidTest"],
        "core/src/testFixtures/java/shop/Carts.java": ["testFixtures"],
        "core/src/commonTest/kotlin/shop/Carts.kt": ["commonTest"],
        "test/shop/src/main/java/shop/Cart.java": ["test"],
        "shop/CartTest.java": ["*Test.java"],
    }
    code = [
        "src/main/java/shop/LoadTest.java",
        "src/main/java/shop/test/Runner.java",
        "core/src/commonMain/kotlin/shop/TestClock.kt",
        "core/src/jvmMain/kotlin/shop/testing/Clock.kt",
    ]
    assert {path: languages.test_marks(path) for path in tests} == tests
    assert [mark for path in code for mark in languages.test_marks(path)] == []
    assert all(map(languages.is_test, tests))
    assert not any(map(languages.is_test, code))
