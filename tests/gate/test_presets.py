"""Presets: what each style asks for, tried on a small system that keeps it and on what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Files = Mapping[str, str]


def parts(*names: str) -> str:
    return "[components]\n" + "".join(f'{name} = "{name}/**"\n' for name in names)


def chain(*folders: str) -> dict[str, str]:
    """One file in each folder, each importing from the one after it."""
    files = {}
    for folder, below in zip(folders, (*folders[1:], ""), strict=True):
        module = below.replace("/", ".")
        files[f"{folder}/a.py"] = f"from {module}.a import VALUE\n\nOWN = VALUE\n" if below else "VALUE = 1\n"
        if below:
            files[f"{folder}/a.py"] += "VALUE = OWN\n"
    return files


# Each: the policy, a system that keeps it, and what changes break it with which rule.
STYLES: dict[str, tuple[str, Files, Mapping[str, tuple[Files, str]]]] = {
    "layered": (
        'extends = ["preset:layered"]\n' + parts("presentation", "application", "domain", "infrastructure"),
        chain("presentation", "application", "domain", "infrastructure"),
        {"upwards": ({"infrastructure/b.py": "from domain.a import VALUE\n\nA = VALUE\n"}, "layer-breach")},
    ),
    "hexagonal": (
        'extends = [{preset = "hexagonal", driving = "web"}]\n'
        + parts("web", "driven", "application", "ports", "domain"),
        {
            **chain("web", "application", "ports", "domain"),
            "driven/db.py": "from ports.a import VALUE\n\nHELD = VALUE\n",
        },
        {
            "inside knows outside": (
                {"application/b.py": "from driven.db import HELD\n\nA = HELD\n"},
                "layer-breach",
            ),
            "adapters know each other": (
                {"web/b.py": "from driven.db import HELD\n\nA = HELD\n"},
                "sibling-dependency",
            ),
        },
    ),
    "onion": (
        'extends = ["preset:onion"]\n' + parts("presentation", "infrastructure", "application", "services", "model"),
        {
            **chain("presentation", "application", "services", "model"),
            "infrastructure/db.py": "from model.a import VALUE\n\nHELD = VALUE\n",
        },
        {
            "outwards": ({"services/b.py": "from infrastructure.db import HELD\n\nA = HELD\n"}, "layer-breach"),
            "across the rim": (
                {"presentation/b.py": "from infrastructure.db import HELD\n\nA = HELD\n"},
                "sibling-dependency",
            ),
        },
    ),
    "vertical-slices": (
        'extends = [{preset = "vertical-slices", slices = "features/*", shared = "shared/**"}]\n',
        {
            "features/cart/a.py": "from shared.money import EURO\n\nCART = EURO\n",
            "features/search/a.py": "from shared.money import EURO\n\nSEARCH = EURO\n",
            "shared/money.py": "EURO = 1\n",
        },
        {
            "slice to slice": (
                {"features/cart/b.py": "from features.search.a import SEARCH\n\nA = SEARCH\n"},
                "sibling-dependency",
            ),
            "shared to slice": (
                {"shared/b.py": "from features.search.a import SEARCH\n\nA = SEARCH\n"},
                "forbidden-dependency",
            ),
        },
    ),
    "feature-sliced": (
        'extends = "preset:feature-sliced"\n',
        {
            "src/app/index.ts": 'import { Cart } from "../pages/cart";\nexport const app = Cart;\n',
            "src/pages/cart/index.ts": 'import { buy } from "../../features/buy";\nexport const Cart = buy;\n',
            "src/pages/home/index.ts": "export const Home = 1;\n",
            "src/features/buy/index.ts": 'import { url } from "../../shared/api";\nexport const buy = url;\n',
            "src/shared/api/index.ts": 'export const url = "/";\n',
        },
        {
            "upwards": (
                {"src/shared/api/b.ts": 'import { buy } from "../../features/buy";\nexport const b = buy;\n'},
                "layer-breach",
            ),
            "slice to slice": (
                {"src/pages/home/b.ts": 'import { Cart } from "../cart";\nexport const b = Cart;\n'},
                "sibling-dependency",
            ),
        },
    ),
    "modular-monolith": (
        'extends = [{preset = "modular-monolith", modules = "modules/*", interface = "**/api/**",'
        ' shared = "shared/**"}]\n',
        {
            "modules/orders/api/a.py": "from modules.orders.inner.b import HELD\n\nORDER = HELD\n",
            "modules/orders/inner/b.py": "from shared.money import EURO\n\nHELD = EURO\n",
            "modules/billing/inner/a.py": "from modules.orders.api.a import ORDER\n\nBILL = ORDER\n",
            "shared/money.py": "EURO = 1\n",
        },
        {
            "past the interface": (
                {"modules/billing/inner/b.py": "from modules.orders.inner.b import HELD\n\nA = HELD\n"},
                "sibling-dependency",
            ),
            "in a circle": (
                {
                    "modules/billing/api/a.py": "FEE = 1\n",
                    "modules/orders/inner/c.py": "from modules.billing.api.a import FEE\n\nA = FEE\n",
                },
                "sibling-cycle",
            ),
            "shared to module": (
                {"shared/b.py": "from modules.orders.api.a import ORDER\n\nA = ORDER\n"},
                "forbidden-dependency",
            ),
        },
    ),
}


@pytest.fixture
def styled(make_repo: Callable) -> Callable:
    """`styled("onion")`: a system that keeps that style, standing on `topic`."""

    def make(style: str) -> Any:  # Any: a Builder
        policy, files, _ = STYLES[style]
        repo = make_repo({**files, "plumbrule.toml": policy})
        repo.branch("topic")
        return repo

    return make


def test_every_preset_is_tried_here_and_told_in_the_docs():
    root = Path(__file__).parent.parent.parent
    shipped = {file.stem for file in (root / "rules" / "presets").glob("*.toml")}
    assert shipped == set(STYLES)
    told = (root / "docs" / "shared-policies.md").read_text("utf-8")
    assert all(f"`preset:{name}`" in told for name in shipped)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_system_that_keeps_a_style_has_no_finding(styled: Callable, judged: Callable, style: str):
    repo = styled(style)
    repo.commit({"more.py": "A = 1\n"})
    code, report = judged(repo)
    assert (code, [(f["rule"], f["subject"]) for f in report["findings"]]) == (0, [])


@pytest.mark.parametrize(
    ("style", "fault"), [(style, fault) for style, (_, _, faults) in sorted(STYLES.items()) for fault in faults]
)
def test_what_breaks_a_style_fails_with_why_and_what_else(styled: Callable, judged: Callable, style: str, fault: str):
    repo = styled(style)
    files, rule = STYLES[style][2][fault]
    repo.commit(files)
    code, report = judged(repo)
    assert code == 1
    broken = [f for f in report["findings"] if f["state"] == "new" and f["severity"] == "error"]
    assert rule in {f["rule"] for f in broken}
    told = next(f for f in broken if f["rule"] == rule)
    assert told["reason"]
    assert told["alternatives"]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ('extends = ["preset:hexagonal"]\n' + parts("driving", "driven"), "component 'application' is not declared"),
        (
            'extends = ["preset:vertical-slices"]\n',
            "preset:vertical-slices needs `slices`, a glob each of whose folders",
        ),
        ('extends = [{preset = "onion", core = "a"}]\n', "preset:onion has no role 'core'; it has presentation,"),
        ('extends = [{preset = "onion", model = ["a"]}]\n', "`model` of a preset must be text"),
        ('extends = [{preset = "union"}]\n', "there is no preset 'union'.\nDid you mean 'onion'?"),
        ('extends = [{preset = "../../x"}]\n', "there is no preset '../../x'"),
    ],
)
def test_a_role_that_nobody_plays_is_named(make_repo: Callable, judged: Callable, policy: str, words: str):
    repo = make_repo({"plumbrule.toml": policy, "a.py": "A = 1\n"})
    repo.branch("topic")
    repo.commit({"b.py": "A = 1\n"})
    code, report = judged(repo)
    assert code == 2
    assert words in "\n".join(report["reasons"])


def test_a_preset_can_be_read(make_repo: Callable, plumbrule: Callable):
    repo = make_repo({"a.py": "A = 1\n"})
    assert plumbrule(repo.path, "rules", "show", "preset:onion").out.startswith("# The onion")


def test_one_glob_may_be_one_part_in_a_contract_and_many_in_another(make_repo: Callable, judged: Callable):
    policy = """\
[[acyclic]]
siblings = "parts/*"
[[forbid]]
from = "base.py"
to = "parts/*"
"""
    files = {"parts/a/x.py": "from parts.b.y import B\n\nA = B\n", "parts/b/y.py": "B = 1\n", "base.py": "C = 1\n"}
    repo = make_repo({**files, "plumbrule.toml": policy})
    repo.branch("topic")
    repo.commit({"more.py": "A = 1\n"})
    assert judged(repo)[1]["findings"] == []
