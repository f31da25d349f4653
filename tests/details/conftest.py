"""Details of a file that is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import tree_sitter

from plumbrule.details import kinds, unpack
from plumbrule.extract.detailing import detailed, offered
from plumbrule.facts import pack
from plumbrule.languages import written_in
from plumbrule.snapshot import FilesWalk

# In each language: what branches by a flag, uses a member, has things of it called, switches by a kind and makes an
# object of three. A name behind another object is no member.
PROGRAMS = {
    "shop.py": """\
class A:
    def __init__(self, s):
        self._s = s
    def load(self, k, f: bool = False):
        if f and not self._s.x:
            return A(B(C(1)))
        elif f:
            pass
        match k.kind:
            case Kind.A | "bb":
                pass
            case Foo():
                return 2
        return self._s.load(k)
    def save(self, k):
        if k.t == "aa": pass
        if k.t == "bb": pass
        if isinstance(k.t, Foo): pass
        self.load(k)
""",
    "shop.ts": """\
class C {
  constructor(private s: S) {}
  load(k: K, f = false) {
    if (f && !this.s.x) return new A(new B(new D(1)));
    const z = f ? 1 : 2;
    switch (k.kind) { case Kind.A: return 1; case "bb": return this.s.load(k); case Kind.C: return 3; }
    if (k === "a" || k === "c" || k instanceof Foo) return 1;
    this.#p.q();
  }
}
""",
    "shop.go": """\
package a
type S struct { s *T }
func (c *S) Load(k K, f bool) string {
  if f && !c.s.x { return NewA(NewB(NewC(1))) }
  switch k.Kind {
  case A, pkg.B: return c.s.Load(k)
  case "bb": return 2 }
  switch v := k.(type) {
  case *Foo: return 1
  case Bar, Baz: return 2
  }
  if f { c.Save() }
  return ""
}
func (d *S) Save() { d.n = 1; c.x = 2 }
""",
    "Shop.java": """\
class A {
  private S s; int n;
  String load(K k, boolean f) {
    if (f && !this.s.x) return new A(new B(new C(1)));
    int z = f ? 1 : 2;
    switch (k.kind()) { case X: return 1; case "bb": return s.load(k); case Y: return 3; }
    var q = switch (k) { case Kind.A, Kind.B -> 1; case Foo x -> 2; default -> 3; };
    if (k.t == Kind.A) return 1; if ("a".equals(k.t)) return 2; if (k.t instanceof Foo) return 3;
    other.n = 3; this.s.save(k);
    return "";
  }
  void save(String k) {
    n = 1;
    load(k, true);
  }
}
""",
    "shop.cpp": """\
class K {
  S* s; int n;
 public:
  int load(int k, bool f) {
    if (f && !this->s->x) return new A(new B(std::make_unique<C>(1)));
    auto z = f ? 1 : 2;
    switch (k->kind) { case A: return 1; case Kind::B: return s->load(k); case Kind::C: return 3; }
    this->s->load(k); o->n = 2;
    return 1;
  }
  void save() {
    n = 2;
  }
};
""",
    "shop.c": """\
int load(struct k *k, bool f) {
  if (f && !s->x) return 1;
  if (f) return 2;
  switch (k->kind) { case A: return 1; case B: return 2; case C: return 3; }
  if (k->t == A) return 1; else if (k->t == B) return 2; else if (k->t == C) return 4;
  return 0;
}
""",
    "Shop.cs": """\
class A {
  S s; int n;
  public int Load(int k, bool f) {
    if (f && !this.s.X) return new A(new B(new C(1)));
    var z = f ? 1 : 2;
    switch (k.Kind) { case Kind.A: return 1; case "bb": return s.Load(k); case Kind.D: return 3; }
    var q = k switch { Kind.A => 1, "bb" => 2, Foo => 3, _ => 3 };
    this.s.Save(k); o.n = 2;
    return 1;
  }
  void Save() {
    n = 2;
  }
}
""",
    "Shop.kt": """\
class D(val s: S) {
  var n = 1
  fun load(k: K, f: Boolean): Int {
    if (f && !this.s.x) { return A(B(C(1))) }
    if (f) return 1
    when (k.kind) {
      Kind.A, "bb" -> 1
      is Foo -> 2
      else -> 3
    }
    o.n = 2
    this.s.load(k)
    return s.load(k)
  }
  fun save() {
    n = 2
  }
}
""",
    "shop.php": """\
<?php
class A {
  public $s;
  function load($k, bool $f) {
    if ($f && !$this->s->x) return new A(new B(new C(1)));
    $z = $f ? 1 : 2;
    switch ($k->kind) { case Kind::A: return 1; case "bb": return $this->s->load($k); case Kind::C: return 3; }
    $q = match($k) { Kind::A, 'bb' => 1, Kind::C => 3, default => 2 };
    $this->save();
  }
  function save() { $this->n = 1; }
}
""",
    "shop.rb": """\
class A
  attr_accessor :s
  def load(k, f = false)
    return A.new(B.new(C.new(1))) if f && !@s.x
    z = f ? 1 : 2
    case k.kind
    when :a, "bb" then @s.load(k)
    when Foo then 2
    end
    s.load(k)
    self.foo(1)
  end
  def foo(n)
    @n = n
  end
end
""",
    "shop.rs": """\
struct S { s: T, n: i32 }
impl S {
  pub fn load(&self, k: i32, f: bool) -> i32 {
    if f && !self.s.x { return A::new(B::new(C::new(1))); }
    if f { return 1; }
    match k.kind { Kind::A | Kind::B => 1, "bb" => self.s.load(k), Foo { x } => 2, Bar(y) => 2, y => 3, _ => 2 };
    self.save();
    2
  }
  fn save(&mut self) {
    self.n = 2;
  }
}
""",
    "Shop.scala": """\
class D(s: S) {
  var n = 1
  def load(k: String, f: Boolean) = {
    if (f && !this.s.x) new A(new B(new C(1))) else E(F(G(2)))
    if (f) 1
    k.kind match {
      case Kind.A | "bb" => 1
      case x: Foo => s.load(k)
      case Foo(y) => 2
      case _ => 3
    }
    o.n = 2
    s.load(k)
  }
  def save() = {
    n = 2
  }
}
""",
    "Shop.swift": """\
struct S {
  var s: T
  var n: Int
  func load(k: Int, f: Bool) -> Int {
    if f && !self.s.x { return A(B(C(1))) }
    guard f else { return 1 }
    switch k.kind {
    case .a, "bb": return s.load(k)
    case Kind.c: return 2
    default: return 3
    }
    o.n = 2
    self.s.load(k)
    return s.load(k)
  }
  func save() {
    n = 2
  }
}
""",
    "shop.js": """\
class C {
  constructor(s) { this.s = s }
  load(k, f = false) {
    if (f && !this.s.x) return new A(new B(new D(1)));
    const z = f ? 1 : 2;
    switch (k.kind) { case Kind.A: return 1; case "bb": return this.s.load(k); case Kind.C: return 3; }
    if (k === "a" || k === "c" || k instanceof Foo) return 1;
    this.#p.q();
  }
}
""",
    "Shop.vue": """\
<template><p/></template>
<script lang="ts">
class C {
  constructor(private s: S) {}
  load(k: K, f = false) {
    if (f && !this.s.x) return new A(new B(new D(1)));
    const z = f ? 1 : 2;
    switch (k.kind) { case Kind.A: return 1; case "bb": return this.s.load(k); case Kind.C: return 3; }
    if (k === "a" || k === "c" || k instanceof Foo) return 1;
    this.#p.q();
  }
}
</script>
""",
}


@pytest.fixture
def details() -> Callable[[str, str, str], list[tuple[object, ...]]]:
    """`details("members", "a.py", code)`: the rows of a kind, with the name of a symbol for its number."""

    def read(kind: str, path: str, code: str) -> list[tuple[object, ...]]:
        files = FilesWalk()
        file = files.to({path: code.encode()}).graph.rows(path).file
        key = file.dialect, file.blob
        symbols = files.book.interface(*key).symbols
        rows = files.book.details(kinds()[kind], [key])[key]
        return [(symbols[row[0]].name if row[0] >= 0 else "", *row[1:]) for row in rows]

    return read


@pytest.fixture(scope="session")
def programs() -> Mapping[str, str]:
    return PROGRAMS


@pytest.fixture
def details_in() -> Callable[..., list[Any]]:
    """The rows of one kind that a text has, beside the names of the symbols that they index."""

    def details_in(kind: str, source: str, dialect: str = "python") -> list[Any]:
        data = source.encode()
        language = written_in(dialect, data)
        grammar = tree_sitter.Language(language.grammar())
        tree = tree_sitter.Parser(grammar).parse(language.code_in(data))
        facts = language.extract(data, tree, tree_sitter.Query(grammar, language.query))
        facts = facts.__class__(facts.interface._replace(dialect=language.dialect), facts.body)
        packed = detailed([(dialect, pack(facts)[0])], lambda _: data)(0)
        assert packed, "nothing was read"
        rows = unpack(kinds()[kind], packed[offered(dialect).index(kind)])
        names = [symbol.name for symbol in facts.interface.symbols]
        return [(names[row.symbol] if row.symbol >= 0 else "", row) for row in rows]

    return details_in


@pytest.fixture
def read_apart(details_in: Callable[..., list[Any]], done_apart: Callable[..., list[str]]) -> Callable[..., str]:
    """What became of reading a text in a process that is killed when it takes too long: "" if all went well."""

    def read_apart(kind: str, source: str, dialect: str) -> str:
        def answer(_: int) -> str:
            details_in(kind, source, dialect)
            return ""

        return done_apart(1, answer, 8.0)[0]

    return read_apart
