"""Names against what the code does: which promises are held against it, and which it keeps."""

from __future__ import annotations

import pytest


def kinds_in(world, files):
    history = world.History()
    history.to(files)
    return [(row["symbol"], row["kind"]) for row in history.told("misleading_name")]


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        ("a.py", "def is_open(door):\n    return 'yes' if door else 'no'\n", []),  # a conditional is not looked into
        (
            "a.py",
            "def is_open(door):\n    if door:\n        return 'yes'\n    return 'no'\n",
            [("is_open", "question")],
        ),
        ("a.py", "def is_open(door) -> str:\n    return door.state\n", [("is_open", "question")]),
        ("a.py", "def is_open(door):\n    door.push()\n", [("is_open", "question")]),
        ("a.ts", "export function hasItems(cart: Cart): string[] { return cart.items; }\n", [("hasItems", "question")]),
        ("a.go", "package a\n\nfunc IsOpen(d Door) string { return d.state }\n", [("IsOpen", "question")]),
        ("A.java", "class A { void isOpen() { this.push(); } }\n", [("A.isOpen", "question")]),
        ("a.ts", "class A { getTotal(): void { this.sum(); } }\n", [("A.getTotal", "getter-without-result")]),
        ("a.py", "def get_total(cart):\n    cart.sum()\n", [("get_total", "getter-without-result")]),
        (
            "a.py",
            "class A:\n    def get_total(self):\n        self.sum = 1\n        self.dirty = 2\n        return 3\n",
            [("A.get_total", "getter-that-changes")],
        ),
        ("a.ts", "class A { getUsers(): User { return this.user; } }\n", [("A.getUsers", "plural")]),
        (
            "a.py",
            "def get_order_lines(order) -> 'OrderLine | None':\n    return order.line\n",
            [("get_order_lines", "plural")],
        ),
        ("A.cs", "class A { Task<Price> GetPrices() { return load(); } }\n", [("A.GetPrices", "plural")]),
        ("a.ts", "class A { setSize(size: number) { return new A(size); } }\n", [("A.setSize", "setter")]),
        ("A.cs", "class A { int LoadAsync() { return 3; } }\n", [("A.LoadAsync", "async")]),
        ("a.ts", "function load() {}\nasync function loadSync() { await load(); }\n", [("loadSync", "sync")]),
    ],
)
def test_a_name_that_promises_something_else_is_told(world, path, source, told):
    assert kinds_in(world, {path: source}) == told


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", "def is_open(door):\n    return door.state\n"),
        ("a.py", "def is_open(door) -> 'TypeGuard[Door]':\n    return door.state\n"),
        ("a.py", "def is_open(door):\n    raise NotImplementedError\n"),
        ("a.py", "def is_open(door):\n    if not door:\n        raise ValueError(door)\n"),
        ("a.py", "def issue(door):\n    return 'a'\ndef hash_of(x):\n    return 'b'\ndef cancel():\n    return []\n"),
        ("a.ts", "export function isOpen(door: Door): door is OpenDoor { return true; }\n"),
        ("a.ts", "export function hasItems(cart: Cart): Promise<boolean> { return cart.has(); }\n"),
        ("a.c", "int is_open(struct door *d) { return d->state; }\n"),
        ("a.c", "void get_total(struct cart *cart, int *total) { *total = cart->sum; }\n"),
        ("a.rb", "def is_open\n  @state\nend\n"),
        ("a.py", "def get_total(cart, callback):\n    callback(cart.sum)\n"),
        ("a.py", "@route('/total')\ndef get_total(cart):\n    cart.sum()\n"),
        ("a.py", "def get_lines(cart):\n    yield from cart\n"),
        ("a.py", "class A:\n    def get(self):\n        self.a = 1\n        self.b = 2\n        return 3\n"),
        (
            "a.py",
            "class A:\n    def get_it(self):\n        self.cached = 1\n        self.last_hit = 2\n        return 3\n",
        ),
        ("a.ts", "class A { getDetails(): Details { return this.details; } findAlias(): Alias { return this.a; } }\n"),
        ("a.ts", "class A { getStatus(): Status { return 1; } getUsers(): User[] { return []; } }\n"),
        ("a.ts", "class A { setSize(size: number) { this.size = size; return this; } }\n"),
        ("a.ts", "class A { static setOf(size: number) { return new Set(size); } }\n"),
        ("A.cs", "class A { Task<int> LoadAsync() { return x; } void RunAsync() { go(); } }\n"),
        ("a.ts", "class A { async startSync() { await go(); } }\n"),
        ("test_a.py", "def is_open(door):\n    return 'yes'\n"),
    ],
)
def test_a_name_that_may_keep_its_promise_is_not(world, path, source):
    assert kinds_in(world, {path: source}) == []


def test_a_name_that_a_base_promises_is_its_own_fault_alone(world):
    files = {
        "shop/base.py": "class Door:\n    def is_open(self):\n        return 'no'\n",
        "shop/front.py": "from shop.base import Door\n\nclass Front(Door):\n    def is_open(self):\n"
        "        return 'yes'\n",
        "shop/other.py": "from html.parser import HTMLParser\n\nclass A(HTMLParser):\n    def is_open(self):\n"
        "        return 'yes'\n",
    }
    assert kinds_in(world, files) == [("Door.is_open", "question")]
