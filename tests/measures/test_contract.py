"""What was removed or narrowed: (old code, new code, expected changes), as griffe and its like are tested."""

from __future__ import annotations

import pytest


@pytest.fixture
def changes(world):
    """(path, symbol, change, detail) of every contract change between two sets of files."""

    def compare(before, now, renamed=None):
        history = world.History()
        history.to(before)
        history.to(now, renamed)
        told = history.told("contract_change")
        return [(row["path"], row["symbol"], row["change"], row["detail"]) for row in told]

    return compare


PYTHON = [
    # nothing that callers see
    ("def f(a): ...", "def f(a): return 1", []),
    ("def f(a): ...", "def f(a, b=1): ...", []),
    ("def f(a): ...", "def f(a, *, b=1): ...", []),
    ("def f(a): ...", "def f(a, *rest, **more): ...", []),
    ("def f(a, b): ...", "def f(a, *rest, **more): ...", []),
    ("def f(*, a): ...", "def f(**more): ...", []),
    ("def f(a, /): ...", "def f(b, /): ...", []),
    ("def f(a, /): ...", "def f(a): ...", []),
    ("def f(*, a): ...", "def f(a): ...", []),
    ("def f(a): ...", "def f(a=1): ...", []),
    ("def f(a=1): ...", "def f(a=2): ...", []),
    ("def f(a) -> int: ...", "def f(a): ...", []),
    ("def f(a) -> int | None: ...", "def f(a) -> int: ...", []),
    ("def _f(a): ...", "", []),
    ("class _C:\n    def m(self): ...", "", []),
    ("class C:\n    def _m(self): ...", "class C: ...", []),
    ("def f():\n    def g(): ...", "def f(): ...", []),
    ("def f(): ...", "from .other import f", []),
    ("def f(): ...", "from .other import g as f", []),
    ("def f(): ...", "from numpy import *", []),
    ("def f(): ...", "def __getattr__(name): ...", []),
    ("def old(): ...", "def new(): ...\nold = new", []),
    ("class C:\n    def m(self): ...", "class B:\n    def m(self): ...\nclass C(B): ...", []),
    ("class C:\n    @property\n    def p(self): ...", "class C:\n    p = 1", []),
    ("class A: ...\nclass C(A): ...", "class A: ...\nclass B(A): ...\nclass C(B): ...", []),
    ("class C(object): ...", "class C: ...", []),
    ("class C: ...", "class C:\n    def __init__(self, a=1): ...", []),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...",
     "@overload\ndef f(a: str): ...\n@overload\ndef f(a: int): ...\ndef f(a, b): ...", []),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...", "def f(a: int | str): ...", []),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...", "def f(a: Union[int, str]): ...",
     []),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...", "def f(a): ...", []),
    ("@overload\ndef f(a: A): ...\n@overload\ndef f(a: B): ...\ndef f(a): ...", "def f(a: Base): ...", []),
    ("@overload\ndef f(a: Literal[True]): ...\n@overload\ndef f(a: Literal[False]): ...\ndef f(a): ...",
     "def f(a: bool): ...", []),
    ("@overload\ndef f(): ...\n@overload\ndef f(a: int): ...\ndef f(a=0): ...", "def f(a: int = 0): ...", []),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: float): ...\ndef f(a): ...", "def f(a: float): ...", []),
    # removed
    ("def f(): ...", "", [("f", "removed", "")]),
    ("X = 1", "Y = 1", [("X", "removed", "")]),
    ("class C:\n    def m(self): ...", "", [("C", "removed", "")]),
    ("class C:\n    def m(self): ...", "class C: ...", [("C.m", "removed", "")]),
    ("class C:\n    def m(self): ...", "from abc import B\nclass C(B): ...", [("C.m", "removed", "")]),
    ("__all__ = ['f']\ndef f(): ...\ndef g(): ...", "__all__ = ['f']\ndef f(): ...", [("g", "removed", "")]),
    ("def f(): ...", "def inner():\n    from .other import f", [("f", "removed", "")]),
    # parameters
    ("def f(a): ...", "def f(a, b): ...", [("f", "parameter-required", "b")]),
    ("def f(a): ...", "def f(a, *, b): ...", [("f", "parameter-required", "b")]),
    ("def f(a): ...", "def f(b, a): ...", [("f", "parameter-required", "b")]),
    ("def f(a, b): ...", "def f(a): ...", [("f", "parameter-removed", "b")]),
    ("def f(a, b=1): ...", "def f(a): ...", [("f", "parameter-removed", "b")]),
    ("def f(*rest): ...", "def f(): ...", [("f", "parameter-removed", "rest")]),
    ("def f(**more): ...", "def f(a=1): ...", [("f", "parameter-removed", "more")]),
    ("def f(a, b): ...", "def f(a, c): ...", [("f", "parameter-renamed", "b to c")]),
    ("def f(a, b): ...", "def f(b, a): ...", [("f", "parameter-moved", "a"), ("f", "parameter-moved", "b")]),
    ("def f(a): ...", "def f(b=1, a=2): ...", [("f", "parameter-moved", "a")]),
    ("def f(a): ...", "def f(*, a): ...", [("f", "parameter-narrowed", "a can only be passed by name")]),
    ("def f(a): ...", "def f(a, /): ...", [("f", "parameter-narrowed", "a can only be passed by position")]),
    ("def f(a=1): ...", "def f(a): ...", [("f", "default-removed", "a")]),
    ("class C:\n    def m(self, a): ...", "class C:\n    def m(self, a, b): ...", [("C.m", "parameter-required", "b")]),
    ("class C:\n    def __init__(self, a): ...", "class C:\n    def __init__(self, a, b): ...",
     [("C", "parameter-required", "b")]),
    ("class C:\n    def __init__(self, a): ...", "class C: ...", [("C", "parameter-removed", "a")]),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: int, b: int): ...\ndef f(*a): ...",
     "def f(a: int): ...", [("f", "parameter-removed", "b")]),
    ("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ...", "def f(a: int): ...",
     [("f", "overload-removed", "(a: str)")]),
    ("@overload\ndef f(*, a: A): ...\n@overload\ndef f(*, a: B): ...\ndef f(*, a): ...", "def f(*, a: A): ...",
     [("f", "overload-removed", "(*, a: B)")]),
    # what the last statement about a name makes of it
    ("def f(a): ...", "def f(a): ...\ndef f(a, b): ...", [("f", "parameter-required", "b")]),
    ("def f(a): ...\ndef f(a, b): ...", "def f(a, b): ...", []),
    ("def f(a): ...", "def f(a): ...\nif x:\n    def f(a, b): ...", []),
    ("def f(a): ...", "def f(a): ...\n@f.register\ndef f(a, b): ...", []),
    ("def f(a): ...", "@register(int)\ndef f(a): ...\ndef f(a, b): ...", []),
    ("class C:\n    def m(self, a): ...", "class C:\n    def m(self, a): ...\n    def m(self, a, b): ...",
     [("C.m", "parameter-required", "b")]),
    ("class C:\n    def m(self): ...", "class C:\n    def m(self): ...\nclass C: ...", [("C.m", "removed", "")]),
    ("def f(a): ...", "def f(a): ...\ndel f", [("f", "removed", "")]),
    ("x = f = 1", "x = f = 1\ndel x, f", [("f", "removed", ""), ("x", "removed", "")]),
    ("def f(a): ...", "def f(a): ...\ndel f\ndef f(a): ...", []),
    ("def f(a): ...", "def f(a): ...\nif x:\n    del f", []),
    ("def f(a): ...", "def f(a): ...\nf = None", [("f", "kind-changed", "a function became a value")]),
    ("def f(a): ...", "def f(a): ...\nf = None\nf = made()", []),
    ("def f(a): ...", "def f(a): ...\nf = made(f)", []),
    ("def f(a): ...", "try:\n    def f(a): ...\nexcept E:\n    f = None", []),
    ("def f(a): ...", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f(a): ...",
     [("f", "kind-changed", "there for type checkers alone now")]),
    ("def f(a): ...",
     "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f(a): ...\nelse:\n    f = made()", []),
    ("def f(a): ...",
     "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f(a): ...\ndef __getattr__(name): ...", []),
    # how objects are made
    ("class A:\n    def __init__(self, a): ...", "class A:\n    def __new__(cls, a): ...", []),
    ("class A:\n    def __new__(cls, a): ...", "class A:\n    def __init__(self, a, b): ...",
     [("A", "parameter-required", "b")]),
    ("class A:\n    def __init__(self, a): ...", "class B:\n    def __init__(self, a): ...\nclass A(B): ...", []),
    ("class A:\n    def __init__(self, a): ...", "class B:\n    def __new__(cls): ...\nclass A(B): ...",
     [("A", "parameter-removed", "a")]),
    ("class A:\n    def __init__(self, a): ...", "from m import B\nclass A(B): ...", []),
    ("class A:\n    def __init__(self, a): ...", "@made\nclass A: ...", []),
    ("class A:\n    def __init__(self, a): ...", "@final\nclass A: ...", [("A", "parameter-removed", "a")]),
    ("class A: ...", "class A:\n    def __init__(self, a): ...", [("A", "parameter-required", "a")]),
    ("class A(B): ...", "class A(B):\n    def __init__(self, a): ...", []),
    ("class A:\n    def __init__(self) -> None: ...", "class A:\n    def __new__(cls) -> 'A | None': ...", []),
    ("@dataclass\nclass A:\n    a: int", "@dataclass\nclass A:\n    a: int\n    b: int",
     [("A", "parameter-required", "b")]),
    ("@dataclass\nclass A:\n    a: int", "@dataclass\nclass A:\n    a: int\n    b: int = 1", []),
    ("@dataclass\nclass A:\n    a: int", "@dataclass\nclass A:\n    a: int\n    b: ClassVar[int]", []),
    ("@dataclass\nclass A:\n    a: int",
     "@dataclass\nclass A:\n    a: int\n    b: list = field(default_factory=list)", []),
    ("@dataclass\nclass A:\n    a: int", "@dataclass\nclass A:\n    a: int\n    b: int = field(repr=False)",
     [("A", "parameter-required", "b")]),
    ("@dataclass\nclass A:\n    a: int", "@dataclass\nclass A:\n    a: int\n    b: int = field(init=False)", []),
    ("@dataclass\nclass A:\n    a: int = 1", "@dataclass\nclass A:\n    a: int", [("A", "default-removed", "a")]),
    ("@dataclass\nclass A:\n    a: int\n    b: int", "@dataclass\nclass A:\n    a: int\n    _: KW_ONLY\n    b: int",
     [("A", "parameter-narrowed", "b can only be passed by name")]),
    ("@dataclasses.dataclass(frozen=True)\nclass A:\n    a: int",
     "@dataclasses.dataclass(frozen=True)\nclass A:\n    a: int\n    def __init__(self, a): ...", []),
    ("class A:\n    def __init__(self, a): ...", "@dataclass\nclass A:\n    a: int", []),
    ("@dataclass\nclass B:\n    a: int\n@dataclass\nclass A(B):\n    b: int",
     "@dataclass\nclass B:\n    a: int\n    c: int\n@dataclass\nclass A(B):\n    b: int\n    d: int = 1",
     [("A", "parameter-required", "c"), ("B", "parameter-required", "c")]),
    ("@dataclass\nclass A(Far):\n    a: int", "@dataclass\nclass A(Far):\n    a: int\n    b: int", []),
    ("@attr.s\nclass A:\n    _a = attr.ib()", "@attr.s\nclass A:\n    _a = attr.ib()\n    b = attr.ib()",
     [("A", "parameter-required", "b")]),
    ("@attr.s\nclass A:\n    a = attr.ib()", "@attr.s\nclass A:\n    a = attr.ib()\n    b = attr.ib(default=None)", []),
    ("@define\nclass A:\n    _a: int",
     "@define\nclass A:\n    a: int\n    b: int = field()\n    @b.default\n    def c(self): ...", []),
    ("class A(NamedTuple):\n    a: int", "class A(NamedTuple):\n    a: int\n    b: int",
     [("A", "parameter-required", "b")]),
    ("class A(NamedTuple):\n    a: int", "class A(NamedTuple):\n    a: int\n    b: int = 1", []),
    ("class A(BaseModel):\n    a: int",
     "class A(BaseModel):\n    a: int\n    b: int", [("A", "parameter-required", "b")]),
    ("class A(BaseModel):\n    a: int\n    c: int",
     "class A(BaseModel):\n    a: int\n    b: int = Field(1)\n    _d: int",
     [("A.c", "removed", "")]),
    ("class A(BaseModel):\n    a: int", "class A(BaseModel):\n    a: int\n    b: int | None\n    c: Optional[int]", []),
    ("class A(BaseModel):\n    a: int", "class A(BaseModel):\n    a: int\n    b: int = Field(..., alias='c')",
     [("A", "parameter-required", "b")]),
    ("class M(BaseModel):\n    a: int\nclass A(M):\n    b: int",
     "class M(BaseModel):\n    a: int\nclass A(M):\n    b: int\n    d: int", [("A", "parameter-required", "d")]),
    ("class A(BaseSettings):\n    a: int", "class A(BaseSettings):\n    a: int\n    b: int", []),
    # other names
    ("class A:\n    def __init__(self, a): ...\n    def m(self): ...",
     "class B:\n    def __init__(self, a): ...\n    def m(self): ...\nA = B", []),
    ("class A:\n    def m(self): ...", "class K:\n    def m(self): ...\nclass B(K): ...\nD = B\nA = D", []),
    ("class A:\n    def m(self): ...", "class B: ...\nA = B", [("A.m", "removed", "")]),
    ("class A:\n    def __init__(self, a): ...", "class B:\n    def __init__(self, a, b): ...\nA = B",
     [("A", "parameter-required", "b")]),
    ("class A:\n    def __init__(self, a): ...\n    def m(self): ...", "A = made()", []),
    ("class A:\n    def __init__(self, a): ...\n    def m(self): ...", "from numpy import B\nA = B", []),
    ("class A:\n    def __init__(self, a): ...", "B = A\nA = B", []),
    ("def f(a): ...", "from . import other\nf = other.g", [("f", "parameter-removed", "a")]),
    ("def f(a): ...", "from .other import g as h\nf = h", [("f", "parameter-removed", "a")]),
    # results, kinds and bases
    ("def f(): ...", "async def f(): ...", [("f", "async-changed", "must be awaited now")]),
    ("async def f(): ...", "def f(): ...", [("f", "async-changed", "can no longer be awaited")]),
    ("def f() -> 'Promise[int]': ...", "def f() -> Promise[int]: ...", []),
    ("def f() -> int: ...", "def f() -> 'int | None': ...", [("f", "return-widened", "int to int | None")]),
    ("def f() -> int: ...", "def f() -> int | None: ...", [("f", "return-widened", "int to int | None")]),
    ("def f() -> int: ...", "def f() -> Optional[int]: ...", [("f", "return-widened", "int to Optional[int]")]),
    ("class C:\n    def m(self): ...", "class C:\n    @property\n    def m(self): ...",
     [("C.m", "kind-changed", "a method became a property")]),
    ("class C:\n    @staticmethod\n    def m(a): ...", "class C:\n    def m(self, a): ...",
     [("C.m", "kind-changed", "needs an object now")]),
    ("class C:\n    def m(self, a): ...", "class C:\n    @classmethod\n    def m(cls, a): ...", []),
    ("def f[T](a: T): ...", "def f[T: int, *Ts](a: T): ...", []),
    ("class C: ...", "def C(): ...", [("C", "not-a-class", "a function now")]),
    ("class C:\n    def __init__(self, a): ...", "def C(a): ...", [("C", "not-a-class", "a function now")]),
    ("class C:\n    def __init__(self, a): ...", "def C(a, b): ...",
     [("C", "not-a-class", "a function now"), ("C", "parameter-required", "b")]),
    ("class B: ...\nclass C(B): ...", "class B: ...\nclass C: ...", [("C", "base-removed", "B")]),
]  # fmt: skip


OVERLOADED = "export function f(a: number): N\nexport function f(a: string): S\nexport function f(a: any) {}"
TYPESCRIPT = [
    ("export function f(a: string) {}", "export function f(other: string) {}", []),
    ("export function f(a: string) {}", "export function f(a: string, b?: number) {}", []),
    ("export function f(a: string, b: number) {}", "export function f(a: string, ...rest: number[]) {}", []),
    ("export function f(a?: string) {}", "export function f(a = 'x') {}", []),
    ("function f() {}", "", []),
    ("export class C { private m() {} }", "export class C {}", []),
    ("export class C { protected m() {} }", "export class C {}", []),
    ("export function f(): Promise<number> { return g() }", "export async function f(): Promise<number> {}", []),
    ("export function f() {}", "export { f } from './other'", []),
    ("export function f() {}", "import { f } from './other'\nexport { f }", []),
    ("export function f() {}", "export * from './other'", []),
    ("export const f = (a: string) => 1", "export function f(a: string) { return 1 }", []),
    ("export class C { m() {} }", "class B { m() {} }\nexport class C extends B {}", []),
    ("export interface P { a: string }", "export interface P { a?: string; b?: string }", []),
    ("export default function f() {}", "export default function h() {}", [("f", "removed", "")]),
    ("export function f() {}", "", [("f", "removed", "")]),
    ("export function f() {}", "function f() {}", [("f", "not-exported", "")]),
    ("export function f() {}", "import { f } from './other'\nf()", [("f", "removed", "")]),
    ("export class C { m() {} }", "export class C { private m() {} }", [("C.m", "not-exported", "private now")]),
    ("export class C { m() {} }", "export class C {}", [("C.m", "removed", "")]),
    ("export enum E { A, B }", "export enum E { A }", [("E.B", "removed", "")]),
    ("export interface P { a: string; b: number }", "export interface P { a: string }", [("P.b", "removed", "")]),
    ("export function f(a: string) {}", "export function f(a: string, b: number) {}",
     [("f", "parameter-required", "b")]),
    ("export function f(a: string) {}", "export function f(b: number, a: string) {}",
     [("f", "parameter-required", "b")]),
    ("export function f(a: string) {}", "export function f(b?: number, a?: string) {}",
     [("f", "parameter-moved", "a")]),
    ("export function f(a: string, b?: string) {}", "export function f(a: string) {}",
     [("f", "parameter-removed", "b")]),
    ("export function f(a: string, b: number) {}", "export function f(b: number, a: string) {}",
     [("f", "parameter-moved", "a"), ("f", "parameter-moved", "b")]),
    ("export function f(a?: string) {}", "export function f(a: string) {}", [("f", "default-removed", "a")]),
    ("export function f({ a, b }: P) {}", "export function f({ a }: P) {}", [("f", "parameter-removed", "b")]),
    ("export interface P { a?: string }", "export interface P { a: string }", [("P.a", "optional-required", "a")]),
    ("export class C { constructor(a: string) {} }", "export class C { constructor(a: string, b: string) {} }",
     [("C", "parameter-required", "b")]),
    ("export function f(): number { return 1 }", "export function f(): number | undefined { return 1 }",
     [("f", "return-widened", "number to number | undefined")]),
    ("export function f(): number { return 1 }", "export async function f(): Promise<number> { return 1 }",
     [("f", "async-changed", "number to Promise<number>")]),
    ("export const f = () => 1", "export const f = async () => 1", [("f", "async-changed", "returns a promise now")]),
    ("export class C { m() {} }", "export class C { get m() { return 1 } }",
     [("C.m", "kind-changed", "a method became a property")]),
    ("export class B {}\nexport class C extends B {}", "export class B {}\nexport class C {}",
     [("C", "base-removed", "B")]),
    ("export class C { static m() {} }", "export class C { m() {} }",
     [("C.m", "kind-changed", "needs an object now")]),
    ("export class C { a = 1 }", "export class C { static a = 1 }",
     [("C.a", "kind-changed", "belongs to the class now")]),
    ("export class C {}", "export abstract class C {}", [("C", "kind-changed", "abstract now")]),
    ("export abstract class C { abstract m(): void }", "export class C { m(): void {} }", []),
    ("export function f() {}", "export function* f() {}", [("f", "kind-changed", "a generator now")]),
    ("export function f(): Iterable<T> { return t }", "export function* f(): Iterable<T> {}", []),
    ("export class C { get a() { return 1 } }", "export class C { a = 1 }", []),
    ("export function f<T>(a: T) {}", "export function f<T extends object, U = T>(a: T) {}", []),
    ("export class A { constructor(a: string) {} m() {} }",
     "export class B { constructor(a: string) {} m() {} }\nexport const A = B", []),
    ("export class A { m() {} }", "export class B {}\nexport const A = B", [("A.m", "removed", "")]),
    ("export class A { m() {} }", "export const A = made()", []),
    ("export interface A { a: string }", "export interface B { a: string }\nexport type A = B", []),
    ("export interface A { a: string }", "export interface B {}\nexport type A = B & Other", []),
    ("export interface A { a: string; b: string }", "export type A = { a: string }", [("A.b", "removed", "")]),
    ("export function f(a: string) {}", "import { f as g } from './other'\nexport const f = g",
     [("f", "parameter-removed", "a")]),
    ("export class C {}", "export function C() {}",
     [("C", "kind-changed", "a class became a function"), ("C", "not-a-class", "a function now")]),
    ("export class C {}", "export interface C {}", [("C", "kind-changed", "a class became an interface")]),
    # overloads: each of them is a promise, their implementation is none
    (OVERLOADED, "export function f(a: string): S\nexport function f(a: number): N\nexport function f(b: any) {}", []),
    (OVERLOADED,
     "export function f(a: number): N\nexport function f(a: string): S\nexport function f(a: any, b: X) {}", []),
    (OVERLOADED, "export function f(a: string | number): N | S {}", []),
    (OVERLOADED, "export function f(value: number | string | X): N | S {}", []),
    (OVERLOADED, "export function f(a: any) {}", []),
    (OVERLOADED, "export function f<T>(a: T): T {}", []),
    (OVERLOADED, "export function f(a: Either): N | S {}", []),
    (OVERLOADED, "export const f = (a: number | string) => 1", []),
    (OVERLOADED, "export function f(a: number): N {}", [("f", "overload-removed", "(a: string): S")]),
    (OVERLOADED, "export function f(a: number): N\nexport function f(a: 'x'): S\nexport function f(a: any) {}",
     [("f", "overload-removed", "(a: string): S")]),
    (OVERLOADED, "export function f(a: number): N\nexport function f(a: string, b: X): S\nexport function f(a: any) {}",
     [("f", "overload-removed", "(a: string): S")]),
    (OVERLOADED,
     "export function f(a: number): N\nexport function f(a: string): S | undefined\nexport function f(a: any) {}",
     [("f", "return-widened", "S to S | undefined")]),
    ("export function f(a: number): N\nexport function f(a: any) {}",
     "export function f(a: number): N\nexport function f(a: any, b: X) {}", []),
    ("export function f(a: number): N\nexport function f(a: any) {}", "export function f(a: number): N {}", []),
    ("export function f(): void\nexport function f(a: X): void\nexport function f(a?: X) {}",
     "export function f(a?: X): void {}", []),
    ("export function f(): void\nexport function f(a: X): void\nexport function f(a?: X) {}",
     "export function f(): void {}", [("f", "parameter-removed", "a")]),
    ("export function f(): void\nexport function f(a: X): void\nexport function f(a?: X) {}",
     "export function f(a: X): void {}", [("f", "parameter-required", "a")]),
    ("export function f(a: A, b?: B): void {}",
     "export function f(a: A): void\nexport function f(a: A, b: B): void\nexport function f(a: A, b?: B) {}", []),
    ("export function f(done: F): void\nexport function f(o: O, done: F): void\nexport function f(o: any, done?: F) {}",
     "export function f(o: O | F, done?: F): void {}", []),
    ("export function f(done: F): void\nexport function f(o: O, done: F): void\nexport function f(o: any, done?: F) {}",
     "export function f(...all: any[]): void {}", []),
    ("export function f(a: A): void\nexport function f(a: B): void\nexport function f(a: any) {}",
     "export function f(a: Base): void {}", []),
    ("export function f(a: A): void\nexport function f(a: B): void\nexport function f(a: any) {}",
     "export function f(a: A): void {}", [("f", "overload-removed", "(a: B): void")]),
    ("export function f(a: 'x'): X\nexport function f(a: string): Y\nexport function f(a: any) {}",
     "export function f(a: string): Y {}", []),
    ("export function f(a: (b: B) => C | D): void\nexport function f(a: 'a|b'): void\nexport function f(a: any) {}",
     "export function f(a: 'a|b' | ((b: B) => C | D)): void {}", []),
    ("export function f<T extends B>(a: T): T\nexport function f(a: B): B\nexport function f(a: any) {}",
     "export function f(a: B): B {}", []),
    ("export function f(a: A, b: A): void\nexport function f(b: A, a: A, c: C): void\nexport function f(...c) {}",
     "export function f(b: A, a: A, c: C): void\nexport function f(a: A, b: A): void\nexport function f(...c) {}", []),
    ("export class C { m(a: string): S; m(a: number): N; m(a: any) {} }", "export class C { m(a: string): S {} }",
     [("C.m", "overload-removed", "(a: number): N")]),
    ("export class C { m(a: string): S; m(a: number): N; m(a: any) {} }",
     "export class C { m(a: number): N; m(a: string): S; m(b: any, ...more: X[]) {} }", []),
    ("export class C { constructor(a: string); constructor(a: number); constructor(private a: any) {} }",
     "export class C { constructor(a: string | number) {} }", []),
    ("export class C { constructor(a: string); constructor(a: number); constructor(private a: any) {} }",
     "export class C { constructor(a: string); constructor(a: number); constructor(private a: any, b: X) {} }", []),
    ("export class C { constructor(a: string); constructor(a: number); constructor(private a: any) {} }",
     "export class C { constructor(private a: string) {} }", [("C", "overload-removed", "(a: number)")]),
    ("export interface C { m(a: string): S; m(a: number): N }",
     "export interface C { m(a: number): N; m(a: string): S }", []),
    ("export interface C { m(a: string): S; m(a: number): N }", "export interface C { m(a: number | string): N | S }",
     []),
    ("export interface C { m(a: string): S; m(a: number): N }", "export interface C { m(a: string): S }",
     [("C.m", "overload-removed", "(a: number): N")]),
    ("export interface C { m(a: string): S; k: K; m(a: number): N }",
     "export interface C { m(a: string): S; m(a: number): N; k: K }", []),
    ("export abstract class C { abstract get x(): A; abstract set x(a: A) }",
     "export abstract class C { abstract get x(): A }", []),
    # what is made of a base is still related to it
    ("interface B { k: string; m(): void }\nexport interface C extends B {}",
     "interface B { k: string; m(): void }\nexport interface C extends Omit<B, 'k'> {}", []),
    ("interface B { k: string }\nexport interface C extends B {}",
     "interface B { k: string }\nexport interface C extends Readonly<Partial<Pick<B, 'k'>>>, Map<string, D> {}", []),
    ("class B {}\nexport class C extends B {}", "class B {}\nexport class C extends Mixed(B) {}", []),
    ("import { B as Base } from './b';\nexport class C extends Base {}",
     "import { B as Base } from './b';\nexport class C extends Mixed<Base> {}", []),
    ("class B {}\nexport class C extends B {}", "class B {}\nexport class C { b: B }", [("C", "base-removed", "B")]),
    ("interface B {}\ninterface D {}\nexport interface C extends Omit<B, 'k'> {}",
     "interface B {}\ninterface D {}\nexport interface C extends Omit<D, 'k'> {}", [("C", "base-removed", "B")]),
    ("interface B { k(): void }\nexport interface C { k(): void }",
     "interface B { k(): void }\nexport interface C extends Omit<B, 'j'> {}", []),
    ("interface B { k(): void }\nexport interface C { k(): void }",
     "interface B { k(): void }\nexport interface C extends Omit<B, 'j' | 'k'> {}", [("C.k", "removed", "")]),
    ("interface B { k(): void }\nexport interface C { k(): void }",
     "interface B { k(): void }\nexport interface C extends Pick<B, 'j'> {}", [("C.k", "removed", "")]),
    ("interface B { k(): void }\nexport interface C { k(): void }",
     "interface B { k(): void }\nexport interface C extends Pick<B, Known> {}", []),
    # members of object literals
    ("export const X = { g() {}, h: 1 }", "export const X = { h: 1 }", [("X.g", "removed", "")]),
    ("export const X = { g: 1 }", "export const X = {}", [("X.g", "removed", "")]),
    ("const X = { g, h: 1 }\nexport { X as Y }", "const X = { h: 1 }\nexport { X as Y }", [("X.g", "removed", "")]),
    ("export default { g() {}, h: 1 }", "export default { h: 1 }", [("default.g", "removed", "")]),
    ("const X = { g() {} }\nexport default X", "const X = {}\nexport default X", [("X.g", "removed", "")]),
    ("export const X = { A: 'a', B: 'b' } as const\nexport type X = typeof X[keyof typeof X]",
     "export const X = { A: 'a' } as const\nexport type X = typeof X[keyof typeof X]", [("X.B", "removed", "")]),
    ("export const X = { g() {} } satisfies T", "export const X = {} satisfies T", [("X.g", "removed", "")]),
    ("export const X = Object.freeze({ g: 1 })", "export const X = Object.freeze({})", [("X.g", "removed", "")]),
    ("export const X = { a: { b() {}, c: 1 } }", "export const X = { a: { c: 1 } }", [("X.a.b", "removed", "")]),
    ("export const X = { a: { b() {} } }", "export const X = { c: 1 }", [("X.a", "removed", "")]),
    ("export const X = { a: { b() {} } }", "export const X = { a: made() }", []),
    ("export const X = { a: { b: { c: 1 } } }", "export const X = { a: made() }", []),
    ("export const X = { a: { b() {} } }", "export const X = made()", []),
    ("export const X = { g() {} }", "export const X = { ...other }", []),
    ("export const X = { g() {} }", "export const X = { [name]: 1 }", []),
    ("export const X = { g() {} }", "export const X: T = {}", []),
    ("export const X = { g() {} }", "export const X = {} as T", []),
    ("export const X = { g() {} }", "/** @type {T} */\nexport const X = {}", []),
    ("export const X = { g() {} }", "export const X = made()", []),
    ("export const X = { g() {} }", "export const X = made({})", []),
    ("export const X = { g() {} }", "export const X = {}\nX.g = () => 1", []),
    ("export const X = { g() {} }", "export const X = {}\nX['g'] = () => 1", []),
    ("export const X = { g() {} }", "export const X = {}\nObject.assign(X, other)", []),
    ("export const X = { g: 1 }", "export const X = { init() { this.g = 1 } }", []),
    ("export let X = { g() {} }", "export let X = {}\nX = made()", []),
    ("export const X = { g() {} }", "export function X() {}\nX.g = () => 1", []),
    ("export const X = { g() {} }", "export class X { static g() {} }", []),
    ("export const X = { g() {} }", "export namespace X { export function g() {} }", []),
    ("export const X = { g() {} }", "export class X { g() {} }", [("X.g", "kind-changed", "needs an object now")]),
    ("export const X = { g() {} }", "export { X } from './other'", []),
    ("export const X = { g() {} }", "const Y = { g() {} }\nexport const X = Y", []),
    ("export const X = { toString() {} }", "export const X = {}", []),
    ("const X = { g() {} }", "const X = {}", []),
    ("export const X = { g() {} }", "export const X = { g: () => 1 }", []),
    ("export const X = { g() {} }", "const g = made()\nexport const X = { g }", []),
    ("export const X = { g() {} }", "export const X = { g: made() }", []),
    ("export const X = { g() {} }", "export const X = { get g() { return () => 1 } }",
     [("X.g", "kind-changed", "a method became a property")]),
    ("export const X = { g() {} }", "export const X = { g: 1 }",
     [("X.g", "kind-changed", "a method became a property")]),
    ("export const X = { g(a: string) {} }", "export const X = { g: (a: string, b: string) => 1 }",
     [("X.g", "parameter-required", "b")]),
    ("export const X = { g(a: string) {} }", "function g(a: string, b: string) {}\nexport const X = { g }",
     [("X.g", "parameter-required", "b")]),
    ("function h(a: string) {}\nexport const X = { g: h }",
     "function h(a: string, b: string) {}\nexport const X = { g: h }",
     [("X.g", "parameter-required", "b")]),
    ("export const X = { g: 1 }", "", [("X", "removed", "")]),
    # what a type asks for between `<` and `>`
    ("export type T<A> = A[]", "export type T<A, B> = (A | B)[]", [("T", "type-parameter-required", "B")]),
    ("export interface T { a: string }", "export interface T<A> { a: A }", [("T", "type-parameter-required", "A")]),
    ("export interface T<A> { a: A }", "export type T<B, A> = { a: A | B }", [("T", "type-parameter-required", "B")]),
    ("export type T<A = string> = A[]", "export type T<A> = A[]", [("T", "type-parameter-required", "A")]),
    ("export class C<A> {}", "export class C<A, B> {}", [("C", "type-parameter-required", "B")]),
    ("export type T<A> = A[]", "export type T<A, B = A> = (A | B)[]", []),
    ("export type T<A> = A[]", "export type T<A extends (a: '<') => B, B = { a: A }> = A[]", []),
    ("export type T<A, B> = A[]", "export type T<const A extends Map<X, Y>, in out B,> = A[]", []),
    ("export type T<A> = A[]", "export type T<B> = B[]", []),
    ("export function f<A>(a: A) {}", "export function f<A, B>(a: A) {}", []),
]  # fmt: skip


# How sure it is that no use can go well.
CERTAIN = [
    ("py", "def f(a): ...", "def f(a, b): ...", True),
    ("py", "def f(a, b): ...", "def f(a): ...", True),
    ("py", "def f(a, b=1): ...", "def f(a): ...", False),
    ("py", "def f(a, *rest): ...", "def f(a): ...", False),
    ("py", "def f(a=1): ...", "def f(a): ...", False),
    # what a decorator passes itself, nobody else has to
    ("py", "def f(a): ...", "@inject\ndef f(a, b): ...", False),
    ("py", "@task\ndef f(a): ...", "@task(bind=True)\ndef f(self, a): ...", False),
    ("py", "@task\ndef f(): ...", "@task\nasync def f(): ...", False),
    ("py", "def f(a): ...", "@functools.lru_cache(maxsize=1)\ndef f(a, b): ...", True),
    ("py", "class D:\n  @classmethod\n  def m(cls): ...", "class D:\n  @classmethod\n  def m(cls, a): ...", True),
    ("py", "@inject\ndef f(a): ...", "", True),
    ("ts", "export const C = (a: P) => 1", "export const C = forwardRef((a: P, b: R) => 1)", False),
    ("ts", "export default (a: P) => 1", "export default memo((a: P, b: R) => 1)", False),
    ("ts", "export class D { @Get() m(a: P) {} }", "export class D { @Get() m(a: P, b: R) {} }", True),
    ("ts", "export function f({ a, b }: P) {}", "export function f({ a }: P) {}", False),
    ("ts", "export function f({ a, b }: { a: A; b: B }) {}", "export function f({ a }: { a: A }) {}", True),
    # what a base may still offer
    ("py", "class D:\n    m = 1", "class D: ...", True),
    ("py", "class D(Exception):\n    m = 1", "class D(Exception): ...", True),
    ("py", "class D(str):\n    title = 1", "class D(str): ...", False),
    ("py", "class D(Base):\n    m = 1", "class D(Base): ...", False),
    ("py", "class B: ...\nclass D(B):\n    m = 1", "class B: ...\nclass D(B): ...", True),
    ("py", "class D(metaclass=M):\n    m = 1", "class D(metaclass=M): ...", False),
    ("py", "class D(enum.Enum):\n    A = 1\n    B = 2", "class D(enum.Enum):\n    A = 1", True),
    ("py", "class D(str, Enum):\n    A = 1\n    B = 2", "class D(str, Enum):\n    A = 1", True),
    ("ts", "export class D extends B { m() {} }", "export class D extends B {}", False),
    ("ts", "export type T<A> = A[]", "export type T<A, B> = (A | B)[]", True),
    ("ts", "export interface T { a: A }", "export interface T<A> { a: A }", True),
    ("ts", "export type T<A, B = A> = A[]", "export type T<A, B> = A[]", False),
    ("ts", "export class C {}", "export class C<A> {}", False),
    ("ts", "export const X = { g() {} }", "export const X = {}", True),
    ("ts", "export const X = { g() {} }\nexport type X = T", "export const X = {}\nexport type X = T", True),
]  # fmt: skip


OTHER = {"py": "def f(): ...\ndef g(): ...\n", "ts": "export function f() {}\n"}
CASES = [("py", *case) for case in PYTHON] + [("ts", *case) for case in TYPESCRIPT]


@pytest.fixture(scope="module")
def compared(world):
    """All cases in one history, each in a folder of its own: the folder and what was found there."""
    history = world.History()
    for side in (1, 2):
        files = {f"case{n}/api.{case[0]}": case[side] for n, case in enumerate(CASES)}
        files |= {f"case{n}/other.{case[0]}": OTHER[case[0]] for n, case in enumerate(CASES)}
        history.to(files)
    found = {}
    for row in history.told("contract_change"):
        found.setdefault(row["path"], []).append((row["symbol"], row["change"], row["detail"]))
    return found


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][0]}: {CASES[n][1]} -> {CASES[n][2]}")
def test_contract(compared, number):
    suffix, _, _, expected = CASES[number]
    assert compared.get(f"case{number}/api.{suffix}", []) == expected
    assert f"case{number}/other.{suffix}" not in compared


@pytest.fixture(scope="module")
def sureness(world):
    """All cases of CERTAIN in one history: the folder and how sure each change there is."""
    history = world.History()
    for side in (1, 2):
        history.to({f"case{n}/api.{case[0]}": case[side] for n, case in enumerate(CERTAIN)})
    found = {}
    for row in history.told("contract_change"):
        found.setdefault(row["path"], []).append(row["certain"])
    return found


@pytest.mark.parametrize(
    "number", range(len(CERTAIN)), ids=lambda n: f"{CERTAIN[n][0]}: {CERTAIN[n][1]} -> {CERTAIN[n][2]}"
)
def test_it_is_certain_only_where_no_use_can_go_well(sureness, number):
    suffix, _, _, certain = CERTAIN[number]
    assert sureness[f"case{number}/api.{suffix}"] == [certain]


def test_a_removed_file_is_one_change_of_the_module(changes):
    before = {"shop/__init__.py": "", "shop/api.py": "def f(a): ...\ndef g(): ...\n"}
    assert changes(before, {"shop/__init__.py": ""}) == [("shop/api.py", "", "removed", "")]


def test_a_module_that_became_a_package_is_the_same_module(changes):
    before = {"shop/api.py": "def f(a): ...\n"}
    now = {"shop/api/__init__.py": "from shop.api.core import f\n", "shop/api/core.py": "def f(a): ...\n"}
    assert changes(before, now) == []


@pytest.mark.parametrize("new", ["src/api.tsx", "src/api/index.ts"])
def test_a_typescript_module_is_the_same_under_another_file_name(changes, new):
    assert changes({"src/api.ts": "export function f() {}"}, {new: "export function f() {}"}) == []


def test_a_moved_module_breaks_its_old_name_and_is_compared_at_its_new_place(changes):
    before = {"shop/old.py": "def f(a): ...\ndef g(): ...\n"}
    now = {"shop/new.py": "def f(a, b): ...\ndef g(): ...\n"}
    assert changes(before, now, {"shop/new.py": "shop/old.py"}) == [
        ("shop/new.py", "f", "parameter-required", "b"),
        ("shop/old.py", "", "moved", "now shop/new.py"),
    ]


def test_a_function_that_moved_and_is_passed_on_is_compared_where_it_is_now(changes):
    before = {"shop/api.py": "def f(a): ...\n", "shop/core.py": ""}
    now = {"shop/api.py": "from shop.core import f\n", "shop/core.py": "def f(a, b): ...\n"}
    assert changes(before, now) == [("shop/core.py", "f", "parameter-required", "b")]


def test_a_function_that_moved_away_says_where_it_is(changes):
    before = {"shop/api.py": "def f(a): ...\n", "shop/core.py": ""}
    now = {"shop/api.py": "", "shop/core.py": "def f(a): ...\n"}
    assert changes(before, now) == [("shop/api.py", "f", "removed", "now in shop/core.py")]


def test_a_member_that_went_to_what_a_type_in_another_file_is_made_of_is_still_there(changes):
    base = {"b.ts": "export interface B { k(): void }\n"}
    made = "import { B } from './b'\nexport interface C extends Omit<B, 'j'> {}\n"
    assert changes({**base, "api.ts": "export interface C { k(): void }\n"}, {**base, "api.ts": made}) == []


def test_a_method_that_moved_to_a_base_in_another_file_is_still_there(changes):
    before = {"shop/api.py": "class C:\n    def m(self): ...\n", "shop/base.py": "class B: ...\n"}
    now = {
        "shop/api.py": "from shop.base import B\nclass C(B): ...\n",
        "shop/base.py": "class B:\n    def m(self): ...\n",
    }
    assert changes(before, now) == []


def test_a_package_that_no_longer_passes_a_name_on_broke_its_contract(changes):
    core = {"shop/core.py": "def f(a): ...\n"}
    found = changes({**core, "shop/__init__.py": "from .core import f\n"}, {**core, "shop/__init__.py": ""})
    assert found == [("shop/__init__.py", "f", "removed", "still in shop/core.py")]


def test_a_barrel_that_no_longer_passes_a_name_on_broke_its_contract(changes):
    core = {"src/core.ts": "export function f() {}\nexport function g() {}\n"}
    before = {**core, "src/index.ts": "export { f, g as h } from './core'\n"}
    assert changes(before, {**core, "src/index.ts": "export { f } from './core'\n"}) == [
        ("src/index.ts", "h", "removed", "still in src/core.ts")
    ]


def test_an_import_that_a_module_only_used_is_no_contract(changes):
    core = {"shop/core.py": "def f(a): ...\n"}
    assert changes({**core, "shop/api.py": "from shop.core import f\nf(1)\n"}, {**core, "shop/api.py": ""}) == []


@pytest.mark.parametrize("path", ["tests/test_api.py", "shop/made.py"])
def test_tests_and_generated_files_are_no_contract(changes, path):
    marker = "# @generated by a machine\n" if "made" in path else ""
    assert changes({path: f"{marker}def f(a): ...\n"}, {path: f"{marker}def f(): ...\n"}) == []


def test_a_file_that_cannot_be_read_any_more_is_not_called_removed(changes):
    assert changes({"shop/api.py": "def f(a): ...\n"}, {"shop/api.py": "def f(a): ...\n\0"}) == []


def test_star_exports_in_a_circle_end(changes):
    before = {"src/a.ts": "export function f() {}", "src/b.ts": "export * from './a'"}
    now = {"src/a.ts": "export * from './b'", "src/b.ts": "export * from './a'"}
    assert changes(before, now) == [("src/a.ts", "f", "removed", "")]


def test_a_first_snapshot_changes_no_contract(changes):
    assert changes({}, {"shop/api.py": "def f(a): ...\n"}) == []


@pytest.mark.parametrize(
    ("path", "before", "now"),
    [
        (
            "a.kt",
            "class C(val http: Client, n: Int = 1) : Base(http), I by http",
            "class C(n: Int = 1) : Base(n), I by n",
        ),
        ("a.kt", "class C<T : Named>(f: (T) -> Unit = {}) : Base()", "class C<T : Other>() : Base()"),
        ("a.cs", "public class C<T> : Base where T : Named { }", "public class C<T> : Base where T : Other { }"),
        ("a.rs", "pub struct C(pub Named, String);", "pub struct C(pub Other, String);"),
        ("a.rs", "pub trait C<T: Named>: Base { }", "pub trait C<T: Other>: Base where T: Named { }"),
        ("a.rs", "pub trait C: std::any::Any { }", "use std::any::Any;\npub trait C: Any { }"),
        ("a.php", "<?php\nclass C extends \\Other\\Base { }", "<?php\nuse Other\\Base;\nclass C extends Base { }"),
        ("a.scala", "class C(one: Named) extends Base(one) with I", "class C(one: Other) extends Base(one) with I"),
        (
            "A.java",
            "public class C<T extends Named> extends Base { }",
            "public class C<T extends Other> extends Base { }",
        ),
        ("a.swift", "public struct C<T: Named>: Base { }", "public struct C<T: Other>: Base where T: Named { }"),
        ("a.ts", "export class C<T extends Named> extends Base {}", "export class C<T extends Other> extends Base {}"),
    ],
)
def test_what_a_class_takes_is_none_of_its_bases(changes, path, before, now):
    found = changes({path: before + "\n"}, {path: now + "\n"})
    assert [row for row in found if row[2] == "base-removed"] == []


@pytest.mark.parametrize(
    ("path", "before", "now"),
    [
        ("a.kt", "class C(n: Int) : Base(n), I", "class C(n: Int) : I"),
        ("a.cs", "public class C<T> : Base, I where T : D { }", "public class C<T> : I where T : D { }"),
        ("a.rs", "pub trait C<T>: Base + I { }", "pub trait C<T>: I { }"),
        ("a.scala", "class C(n: Int) extends Base(n) with I", "class C(n: Int) extends I"),
        ("A.java", "public class C<T> extends Base implements I { }", "public class C<T> implements I { }"),
        ("a.swift", "public struct C<T>: Base, I { }", "public struct C<T>: I { }"),
    ],
)
def test_a_base_that_is_gone_is_told_in_every_language(changes, path, before, now):
    found = changes({path: before + "\n"}, {path: now + "\n"})
    assert [row[1:] for row in found if row[2] == "base-removed"] == [("C", "base-removed", "Base")]


@pytest.mark.parametrize(
    "now",
    [
        "def f[T](a: T)(implicit c: Named[T]) = a",
        "def f[T](a: T)(using c: Named[T]) = a",
        "def f[T](a: T, b: Int = 1) = a",
    ],
)
def test_what_a_caller_of_scala_need_not_pass_is_not_asked_of_anyone(changes, now):
    before = "object Kit {\n  def f[T: Named](a: T) = a\n}\n"
    assert changes({"a.scala": before}, {"a.scala": f"object Kit {{\n  {now}\n}}\n"}) == []
    asked = changes({"a.scala": before}, {"a.scala": "object Kit {\n  def f[T](a: T, b: Int) = a\n}\n"})
    assert [row[1:3] for row in asked] == [("Kit.f", "parameter-required")]


@pytest.mark.parametrize(
    ("base", "given", "told"),
    [
        ("a.kt", "open class B { fun make() = 1 }", []),
        ("b.kt", "open class B { fun make() = 1 }", []),
        ("a.kt", "open class A { fun make() = 1 }\nopen class B : A()", []),
        ("a.kt", "open class B", [("S.make", "removed", True)]),
        ("b.kt", "open class B", [("S.make", "removed", True)]),
        ("b.kt", "open class B : Outside()", [("S.make", "removed", False)]),
        ("b.kt", "open class Other", [("S.make", "removed", False)]),
    ],
)
def test_what_a_companion_inherits_is_still_there(world, base, given, told):
    head = "package k\n"
    named = "class S { companion object : B() { fun make() = 1 } }\n"
    before = {"a.kt": head + named, "b.kt": head}
    history = world.History()
    history.to(before)
    now = {**before, "a.kt": head + named.replace(" { fun make() = 1 }", "")}
    now[base] += given + "\n"
    history.to(now)
    rows = [(row["symbol"], row["change"], row["certain"]) for row in history.told("contract_change")]
    assert [row for row in rows if row[1] == "removed"] == told
