"""Shallow modules: layers that only pass on are found, thin ones with a reason are not. Real code, real engine."""

from __future__ import annotations

import pytest

from plumbrule.snapshot import FilesWalk

ENGINE = {
    "shop/__init__.py": "",
    "shop/engine.py": """
def price(item, day, coupon):
    total = 0
    for line in item.lines:
        if line.day == day and coupon.fits(line):
            total += line.price * (1 - coupon.share) + line.tax
    return round(total, 2)

def ship(item, address):
    parts = [line.weight for line in item.lines if line.weight]
    if sum(parts) > 30:
        raise ValueError("too heavy")
    return {"to": address.street, "weight": sum(parts), "label": address.name}

def refund(item, reason):
    return sum(line.price for line in item.lines if line.reason == reason)
""",
}
LAYER = """
from shop.engine import price, ship, refund

def compute_price(item, day, coupon):
    return price(item, day, coupon)

def ship_item(item, address):
    \"\"\"Ships it.\"\"\"
    return ship(item, address)

def pay_back(item, reason):
    return refund(item, reason)
"""


def derived(files, table):
    walk = FilesWalk().to({path: text.encode() for path, text in {**ENGINE, **files}.items()})
    return walk.derived[table]


def modules(files):
    return {row[1]: row for row in derived(files, "pass_through_module")}


def functions(files):
    return {f"{row[1]}::{row[2]}": row for row in derived(files, "pass_through_function")}


def faults(files):
    return sorted(path for path, row in modules(files).items() if not row[10])


def test_a_layer_that_only_passes_on_is_a_pass_through_module():
    row = modules({"shop/layer.py": LAYER})["shop/layer.py"]
    assert row[2:5] == (3, 3, 1.0)
    assert row[8:11] == ("shop/engine.py", "", "")


def test_the_module_that_does_the_work_is_none():
    assert "shop/engine.py" not in modules({"shop/layer.py": LAYER})


@pytest.mark.parametrize(
    "disguise",
    [
        ("price(item, day, coupon)", "price(item, day=day, coupon=coupon)"),
        ("    return price", "    logger.info('pricing')\n    return price"),
        (
            "    return price(item, day, coupon)",
            "    try:\n        return price(item, day, coupon)\n    except ValueError:\n        raise",
        ),
        ("compute_price(item, day, coupon):", "compute_price(what, when, how):"),
    ],
)
def test_disguises_do_not_hide_it(disguise):
    old, new = disguise
    text = "import logging\nlogger = logging.getLogger()\n" + LAYER.replace(old, new)
    if "what" in new:
        text = text.replace("price(item, day, coupon)\n", "price(what, when, how)\n")
    assert faults({"shop/layer.py": text}) == ["shop/layer.py"]


def test_a_chain_of_pass_throughs_names_its_end():
    second = (
        "from shop.layer import compute_price\n\n"
        "def quote(item, day, coupon):\n    return compute_price(item, day, coupon)\n"
    )
    row = functions({"shop/layer.py": LAYER, "shop/outer.py": second})["shop/outer.py::quote"]
    assert row[8:11] == (2, "shop/engine.py::price", "")


def test_a_ring_of_pass_throughs_ends():
    files = {
        "shop/a.py": "from shop.b import g\n\ndef f(x):\n    return g(x)\n",
        "shop/b.py": "from shop.a import f\n\ndef g(x):\n    return f(x)\n",
    }
    assert functions(files)["shop/a.py::f"][8] <= 3


EXEMPT = {
    "a method that its base in the repository promises": (
        "class Base:\n    def read(self, n):\n        raise NotImplementedError\n\n"
        "class Slow(Base):\n    def __init__(self, inner):\n        self.inner = inner\n\n"
        "    def read(self, n):\n        return self.inner.read(n)\n",
        "Slow.read",
        "required by Base",
    ),
    "a method of a class whose base is outside": (
        "from django.views import View\n\nclass Page(View):\n"
        "    def get(self, request):\n        return self.inner.show(request)\n",
        "Page.get",
        "required by View",
    ),
    "a function that a decorator changes": (
        "from shop.engine import ship\n\n@app.route\ndef post(item, address):\n    return ship(item, address)\n",
        "post",
        "decorated with app.route",
    ),
    "a wrapper of a foreign package": (
        "import redis\n\ndef connect(host, port):\n    return redis.connect(host, port)\n",
        "connect",
        "wraps redis from outside the repository",
    ),
    "what the language asks for": (
        "class Bag:\n    def __contains__(self, x):\n        return self.items.__contains__(x)\n",
        "Bag.__contains__",
        "the language demands it",
    ),
    "a deprecated name": (
        "import warnings\nfrom shop.engine import ship\n\ndef send(item, address):\n    warnings.warn('use ship')\n"
        "    return ship(item, address)\n",
        "send",
        "deprecated",
    ),
    "a callback handed in": ("def apply(work, x):\n    return work(x)\n", "apply", "calls what it is given"),
    "a built-in under another name": ("def size(x):\n    return len(x)\n", "size", "calls a built-in"),
    "a hook of the same object": (
        "class Job:\n    def start(self, x):\n        return self.run(x)\n\n    def run(self, x):\n        print(x)\n",
        "Job.start",
        "calls its own object",
    ),
    "a parameter that only a framework hands in": (
        "from shop.engine import ship\n\ndef on_ship(item, _, address):\n    return ship(item, address)\n",
        "on_ship",
        "takes what it does not need: its caller sets the signature",
    ),
    "a factory": (
        "from shop.order import Order\n\ndef order(item, day):\n    return Order(item, day)\n",
        "order",
        "makes an object, and keeps to itself of which class",
    ),
    "a question to a value that another file defines": (
        "from shop.order import ABSOLUTE\n\ndef is_absolute(path):\n    return ABSOLUTE.match(path)\n",
        "is_absolute",
        "asks what ABSOLUTE holds",
    ),
    "a function inside another": (
        "from shop.engine import ship\n\ndef outer():\n"
        "    def inner(item, address):\n        return ship(item, address)\n    return inner\n",
        "outer.inner",
        "inside a function",
    ),
}


@pytest.mark.parametrize("case", EXEMPT)
def test_a_pass_through_with_a_reason_is_exempt(case):
    text, symbol, reason = EXEMPT[case]
    order = (
        "import re\n\nABSOLUTE = re.compile('/')\n\n"
        "class Order:\n    def __init__(self, item, day):\n        self.item = item\n"
    )
    row = functions({"shop/order.py": order, "shop/case.py": text})[f"shop/case.py::{symbol}"]
    assert row[10] == reason


def test_tests_and_generated_code_are_exempt():
    files = {
        "tests/test_layer.py": LAYER,
        "shop/made.py": "# @generated by a machine. Do not edit.\n" + LAYER,
    }
    assert faults(files) == []


FACADE = """
from . import engine

def get(url, params=None, **options):
    return request("get", url, params=params, **options)

def post(url, data=None, **options):
    return request("post", url, data=data, **options)

def request(method, url, **options):
    with engine.Session() as session:
        return session.request(method=method, url=url, **options)
"""
SESSION = "class Session:\n    def request(self, method, url, **options):\n        return {method: url, **options}\n"


def test_a_convenience_facade_of_a_library_is_no_fault():
    files = {"web/__init__.py": "from .api import get, post, request\n", "web/api.py": FACADE, "web/engine.py": SESSION}
    row = modules(files)["web/api.py"]
    assert row[9:11] == ("web/__init__.py", "a facade that web/__init__.py offers")


def test_a_facade_with_one_user_inside_its_system_is_a_fault():
    files = {
        "web/__init__.py": "from .api import get, post, request\n",
        "web/api.py": FACADE,
        "web/engine.py": SESSION,
        "shop/one.py": "import web\n\nprint(web.get('x'))\n",
    }
    assert faults(files) == ["web/api.py"]
    files |= {f"shop/{name}.py": "import web\n\nprint(web.get('x'))\n" for name in ("two", "three")}
    assert faults(files) == []


def test_offering_a_mere_pass_through_at_the_root_excuses_nothing():
    files = {"shop/__init__.py": "from .layer import compute_price, ship_item, pay_back\n", "shop/layer.py": LAYER}
    assert faults(files) == ["shop/layer.py"]


SHALLOW_FOR_A_REASON = {
    "abstract bases": (
        "from abc import ABC, abstractmethod\n\nclass Store(ABC):\n"
        "    @abstractmethod\n    def load(self, key, version, owner):\n        ...\n\n"
        "    @abstractmethod\n    def save(self, key, value, owner):\n        ...\n"
    ),
    "exceptions": (
        "class ShopError(Exception):\n    def describe(self, a, b, c, d, e, f):\n        return self.text\n\n"
        "    def code(self, a, b, c, d, e, f):\n        return self.number\n"
    ),
    "hook specifications": (
        "from hooks import spec\n\n@spec\ndef before(item, day, owner):\n    pass\n\n"
        "@spec\ndef after(item, day, owner):\n    pass\n"
    ),
    "a module of data": (
        "class Row:\n    key: int\n    name: str\n    owner: str\n    day: int\n\n"
        "    def title(self, short: bool):\n        return self.name\n\n"
        "    def number(self, long: bool):\n        return self.key\n"
    ),
}


@pytest.mark.parametrize("case", SHALLOW_FOR_A_REASON)
def test_a_module_that_is_thin_for_a_reason_is_exempt(case):
    rows = modules({"shop/case.py": SHALLOW_FOR_A_REASON[case]})
    assert rows["shop/case.py"][10] != ""


def test_a_change_in_another_file_that_decides_a_row_is_noticed():
    base = "class Base:\n    def read(self, n):\n        raise NotImplementedError\n"
    slow = (
        "from shop.base import Base\n\nclass Slow(Base):\n"
        "    def __init__(self, inner):\n        self.inner = inner\n\n"
        "    def read(self, n):\n        return self.inner.read(n)\n"
    )
    files = {**ENGINE, "shop/base.py": base, "shop/slow.py": slow, "shop/layer.py": LAYER}
    walk = FilesWalk()
    walk.to({path: text.encode() for path, text in files.items()})
    files["shop/base.py"] = base.replace("read", "fetch")
    stepwise = walk.to({path: text.encode() for path, text in files.items()}).derived
    at_once = FilesWalk().to({path: text.encode() for path, text in files.items()}).derived
    for table in ("pass_through_function", "pass_through_module"):
        assert list(stepwise[table]) == list(at_once[table])
    (row,) = [row for row in stepwise["pass_through_function"] if row[2] == "Slow.read"]
    assert row[10] == ""


def test_rows_are_handed_on_while_nothing_they_rest_on_changed():
    files = {path: text.encode() for path, text in {**ENGINE, "shop/layer.py": LAYER, "notes.py": "x = 1\n"}.items()}
    walk = FilesWalk()
    first = walk.to(files).derived
    second = walk.to({**files, "notes.py": b"x = 2\n"}).derived
    assert second["pass_through_function"] is first["pass_through_function"]
    assert second["pass_through_module"] is first["pass_through_module"]


def test_of_functions_of_one_name_each_has_its_own_excuse():
    sends = "def send(item, address):\n    return ship(item, address)\n"
    head = "from shop.engine import ship\nfrom app import command\n\n"
    text = f"{head}if command:\n    @command\n    {sends}else:\n    {sends}"
    text = text.replace("\n    return", "\n        return")
    rows = derived({"shop/layer.py": text}, "pass_through_function")
    assert [row[10] for row in rows if row[1] == "shop/layer.py"] == ["decorated with command", ""]
