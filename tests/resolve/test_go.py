"""Go: names of packages of several files, and what lies beside a package in its folder."""

from __future__ import annotations

import pytest

from plumbrule.snapshot import FilesWalk, analyse_files


def _led(path: str, files: dict[str, str]) -> set[tuple[str, str, str]]:
    graph = analyse_files({name: text.encode() for name, text in files.items()})
    rows = graph.files[path]
    assert rows is not None
    return {(use.dst, use.symbol, use.kind) for use in rows.uses}


def test_a_program_that_makes_code_is_no_part_of_the_package_in_whose_folder_it_lies() -> None:
    files = {
        "go.mod": "module shop\n",
        "all.go": "//go:build ignore\n\npackage main\n\ntype rate int\n\nfunc Total() {}\n\nfunc main() { Total() }\n",
        "cart.go": "package shop\n\ntype Cart struct{ rate rate }\n",
        "rates.go": "package shop\n\ntype rate struct{}\n\nfunc Total() {}\n",
        "cmd/till.go": 'package main\n\nimport "shop"\n\nfunc main() { shop.Total(); ring() }\n',
        "cmd/bell.go": "package main\n\nfunc ring() {}\n",
        "cmd/till_test.go": 'package main_test\n\nimport till "shop/cmd"\n\nvar _ = till.Ring\n',
        "cmd/ring.go": "package main\n\nvar Ring = 1\n",
    }
    assert _led("all.go", files) == set()
    assert _led("cart.go", files) == {("rates.go", "rate", "type")}
    assert _led("cmd/till.go", files) == {("rates.go", "Total", "call"), ("cmd/bell.go", "ring", "call")}
    assert _led("cmd/till_test.go", files) == {("cmd/ring.go", "Ring", "read")}


def test_names_of_the_package_are_read_and_local_ones_keys_and_labels_are_none() -> None:
    files = {
        "go.mod": "module shop\n",
        "a.go": """package shop

var all = []int{first}

func f(given int) (result error) {
	made := given
	var named int
	type own struct{ field int }
done:
	for index := range goods {
		if index > limit {
			break done
		}
	}
	switch made {
	case kind:
		return errGone
	}
	use(handle, &Item{key: made}, func(inner int) int { return inner + named })
	return goods.gone(own{})
}
""",
        "b.go": """package shop

const first, limit, kind = 1, 2, 3

var goods []int
var errGone error
var given, made, named, result, field, done, index, key, inner, own int

func handle() {}

func use(...any) {}

type Item struct{ key int }
""",
    }
    assert {symbol for _, symbol, _ in _led("a.go", files)} == {
        *("first", "limit", "kind", "goods", "errGone", "handle", "use", "Item")
    }
    assert ("b.go", "handle", "read") in _led("a.go", files)


def test_methods_of_the_receiver_lead_to_the_file_of_the_package_that_has_them() -> None:
    files = {
        "go.mod": "module shop\n",
        "cart.go": """package shop

type Cart struct{ lines []int }

func (c *Cart) Total() int { return c.taxed(c.lines) + c.own() }

func (c *Cart) own() int { return 1 }
""",
        "tax.go": "package shop\n\nfunc (c *Cart) taxed(lines []int) int { return c.rated(c.lines) }\n",
        "rate.go": "package shop\n\nfunc (c *Cart) rated(lines []int) int { return c.own() }\n",
        "cart_test.go": "package shop\n\nfunc (c *Cart) check() { c.rated(nil); c.shown() }\n",
        "shown_test.go": "package shop\n\nfunc (c *Cart) shown() { }\n",
    }
    assert _led("cart.go", files) == {("tax.go", "Cart.taxed", "call")}
    assert _led("tax.go", files) == {
        ("cart.go", "Cart", "type"),
        ("cart.go", "Cart.lines", "read"),
        ("rate.go", "Cart.rated", "call"),
    }
    assert _led("rate.go", files) == {("cart.go", "Cart", "type"), ("cart.go", "Cart.own", "call")}
    assert _led("cart_test.go", files) == {
        ("cart.go", "Cart", "type"),
        ("rate.go", "Cart.rated", "call"),
        ("shown_test.go", "Cart.shown", "call"),
    }


def test_of_files_for_several_builds_that_one_is_meant_which_is_built_with_the_file_that_asks() -> None:
    files = {
        "go.mod": "module shop\n",
        "bell_linux.go": "package shop\n\nfunc ring() {}\n\nfunc Sound() {}\n",
        "bell_windows.go": "package shop\n\nfunc ring() {}\n\nfunc Sound() {}\n",
        "bell_other.go": "//go:build !linux && !windows\n\npackage shop\n\nfunc ring() {}\n",
        "fast.go": "//go:build amd64 && !pure\n\npackage shop\n\nfunc sum() {}\n",
        "slow.go": "//go:build !amd64 || pure\n\npackage shop\n\nfunc sum() {}\n",
        "till_windows.go": "package shop\n\nfunc open() { ring(); sum() }\n",
        "till_unix.go": "// +build darwin,!cgo freebsd\n\npackage shop\n\nfunc open() { ring() }\n",
        "till_arm64.go": "package shop\n\nfunc close() { sum() }\n",
        "till_pure.go": "//go:build pure\n\npackage shop\n\nfunc lock() { sum() }\n",
        "cmd/run_windows_test.go": 'package main\n\nimport "shop"\n\nfunc run() { shop.Sound() }\n',
    }
    assert ("bell_windows.go", "ring", "call") in _led("till_windows.go", files)
    assert _led("till_unix.go", files) == {("bell_other.go", "ring", "call")}
    assert _led("till_arm64.go", files) == {("slow.go", "sum", "call")}
    assert _led("till_pure.go", files) == {("slow.go", "sum", "call")}
    assert ("bell_windows.go", "Sound", "call") in _led("cmd/run_windows_test.go", files)


def test_of_files_for_several_builds_one_is_less_sure_to_be_meant_by_a_file_that_is_in_all_of_them() -> None:
    files = {
        "go.mod": "module shop\n",
        "bell_linux.go": "package shop\n\nfunc ring() {}\n",
        "bell_windows.go": "package shop\n\nfunc ring() {}\n",
        "c.go": 'package shop\n\nimport "C"\n\nfunc open() {}\n',
        "go.go": "//go:build !cgo\n\npackage shop\n\nfunc open() {}\n",
        "list.go": "//go:build ignore\n\npackage shop\n\nfunc count() {}\n",
        "tally.go": "package shop\n\nfunc count() {}\n",
        "near_darwin.go": "package shop\n\nfunc near() {}\n",
        "near_windows.go": "package shop\n\nfunc near() {}\n",
        "till.go": "package shop\n\nfunc sell() {\n ring()\n open()\n count()\n near()\n}\n",
    }
    rows = analyse_files({name: text.encode() for name, text in files.items()}).files["till.go"]
    assert rows is not None
    assert [(row.dst, row.names, row.confidence) for row in rows.dependencies] == [
        ("bell_linux.go", "ring", 0.8),
        ("c.go", "open", 0.8),
        ("tally.go", "count", 1.0),
    ]


def test_what_a_file_says_of_builds_moves_those_that_ask_for_its_names() -> None:
    files = {
        "bell.go": "package shop\n\nfunc ring() {}\n",
        "other.go": "//go:build windows\n\npackage shop\n\nfunc ring() {}\n",
        "till_linux.go": "package shop\n\nfunc sell() { ring() }\n",
    }
    later = {
        "bell.go": "//go:build !linux\n\npackage shop\n\nfunc ring() {}\n",
        "other.go": "//go:build linux\n\npackage shop\n\nfunc ring() {}\n",
        "till_linux.go": files["till_linux.go"],
    }
    walk = FilesWalk()
    for now, meant in ((files, "bell.go"), (later, "other.go"), (files, "bell.go")):
        rows = walk.to({name: text.encode() for name, text in now.items()}).graph.files["till_linux.go"]
        assert {use.dst for use in rows.uses} == {meant}


TAX = {
    "go.mod": "module shop\n",
    "tax/tax.go": "package tax\n\nfunc Other() int { return 3 }\n",
    "main.go": 'package main\n\nimport "shop/tax"\n\nfunc main() { tax.Rate(); tax.Other() }\n\nvar _ tax.Kind\n',
}


def _missed(path: str, files: dict[str, str]) -> list[tuple[int, str, str]]:
    graph = analyse_files({name: text.encode() for name, text in files.items()})
    rows = graph.files[path]
    assert rows is not None
    return [(one.line, one.text, one.reason) for one in rows.unresolved]


def test_a_name_that_a_package_has_not_is_told_where_it_is_used() -> None:
    assert _missed("main.go", TAX) == [
        (5, "shop/tax:Rate", "no 'Rate' in 'tax'"),
        (7, "shop/tax:Kind", "no 'Kind' in 'tax'"),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"tax/rate.go": "package tax\n\nfunc Rate() {}\n\ntype Kind int\n"},
        {"tax/rate_windows.go": "//go:build windows\n\npackage tax\n\nfunc Rate() {}\n\ntype Kind int\n"},
        {"tax/broken.go": "package tax\n\nfunc Rate( {\n"},
        {"tax/latin.go": "package tax\n\n// \udce9\nfunc Rate() {}\n"},
        {"tax/go.mod": "module shop/tax\n"},
        {"main.go": TAX["main.go"].replace("func main() {", "func main() { tax := all();").replace("Kind", "Other")},
    ],
)
def test_what_a_package_may_have_is_not_told_as_missing(more: dict[str, str]) -> None:
    files = {name: text.encode("utf-8", "surrogateescape") for name, text in {**TAX, **more}.items()}
    rows = analyse_files(files).files["main.go"]
    assert rows is not None
    assert rows.unresolved == ()


def test_tests_from_outside_find_what_tests_inside_add_to_the_package() -> None:
    files = {
        **TAX,
        "tax/export_test.go": "package tax\n\nvar Rate = rate\n",
        "tax/tax_test.go": 'package tax_test\n\nimport "shop/tax"\n\nvar _ = tax.Rate\nvar _ = tax.Gone\n',
    }
    assert ("tax/export_test.go", "Rate", "read") in _led("tax/tax_test.go", files)
    assert _missed("tax/tax_test.go", files) == [(6, "shop/tax:Gone", "no 'Gone' in 'tax'")]
    assert _missed("main.go", files)[0] == (5, "shop/tax:Rate", "no 'Rate' in 'tax'")
