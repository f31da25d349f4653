"""Go: names of packages of several files, and what lies beside a package in its folder."""

from __future__ import annotations

from plumbrule.snapshot import analyse_files


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
