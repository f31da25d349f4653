"""The three reports that every format is run against: one with nothing in it, one rich, one hostile throughout."""

from __future__ import annotations

import pytest

from plumbrule.report import Coverage, Finding, LanguageCoverage, PolicyUsed, Report, RuleText

BASE, FORK, HEAD = "8c1f0aa2" * 5, "1b2c3d4e" * 5, "77d0c1e2" * 5


def minimal() -> Report:
    return Report("passed", ("no change",), "shop", BASE, BASE, HEAD)


def rich() -> Report:
    cycle = "billing/invoice.py, billing/tax.py"
    remedy = "Break the cheapest edge: billing/tax.py -> billing/invoice.py. Move total to where its knowledge belongs."
    return Report(
        verdict="failed",
        reasons=("3 new findings at or over error",),
        repo="shop",
        base=BASE,
        merge_base=FORK,
        head=HEAD,
        policy=PolicyUsed("plumbrule.toml", BASE, "5e884898da28", ("dependency-cycle: severity error -> warning",)),
        counts={"new": 4, "known": 4, "waived": 1, "fixed": 1, "error": 3, "warning": 1, "info": 0},
        coverage=Coverage(
            files=4338, parsed=4330, skipped=8, other=12, imports=20300, resolved=20112, rules=14,
            not_measured=("unusual-change: not enough history (12 of 49 units)",),
            selectors_unmatched=("[components] web = src/web/**",),
            skipped_files=tuple((f"vendor/min{n:02}.js", "larger than 2 MB") for n in range(12)),
            read_in_part=(("billing/draft.py", 12),),
            history="shallow clone",
            languages=(
                LanguageCoverage("python", 4000, 19000, 18998),
                LanguageCoverage(
                    "typescript", 330, 1300, 1114,
                    (("an alias of the compiler options that leads to no file", 180, "web/a.ts:3 imports @/gone:b"),
                     ("no such file", 6, "web/c.ts:1 imports ./made:d")),
                ),
            ),
        ),
        findings=(
            Finding(
                "c0ffee01", "dependency-cycle", "error", "new", "shop", "billing/tax.py -> billing/invoice.py",
                "billing/tax.py", 1, "billing/tax.py -> billing/invoice.py closes a cycle of 2 files", remedy,
                ("billing/tax.py:1 imports total from billing/invoice.py",), HEAD, "batch-7", "at least codex",
                group=cycle, fails=True, excerpt=((1, "from .invoice import total"),),
            ),
            Finding(
                "c0ffee02", "dependency-cycle", "error", "new", "shop", "billing/invoice.py -> billing/tax.py",
                "billing/invoice.py", 3, "billing/invoice.py -> billing/tax.py closes a cycle of 2 files", remedy,
                ("billing/invoice.py:3 imports rate from billing/tax.py",), HEAD, "batch-7", "at least codex",
                group=cycle, fails=True, excerpt=((3, "from billing.tax import ("), (4, "    rate,"), (5, ")")),
            ),
            Finding(
                "c0ffee03", "contract-break", "error", "new", "shop", "billing/api.py::charge", "billing/api.py", 40,
                "charge lost its parameter currency, which 2 callers give",
                "Keep the parameter, with a default.\nOr change the callers first, and this one last.",
                ("orders: orders/pay.py:12", "shop: web/cart.py:7"),
                fails=True, excerpt=((40, "def charge(amount):"),),
            ),
            Finding(
                "c0ffee04", "oversized-file", "warning", "new", "shop", "web/cart.py", "web/cart.py", 0,
                "1,204 lines of code, 1,000 are allowed", "Split it where it holds two ideas.",
            ),
            Finding(
                "c0ffee05", "layer-breach", "error", "known", "shop", "web/a.py -> domain/b.py", "web/a.py", 9,
                "web must not be imported by domain", "Turn the dependency round.", unaccepted=True,
            ),
            *(
                Finding(f"c0ffee1{n}", rule, "warning", "known", "shop", f"old{n}.py", f"old{n}.py", 0, "old", "Mend.")
                for n, rule in enumerate(("oversized-file", "duplicate-helper", "oversized-file"))
            ),
            Finding(
                "c0ffee20", "layer-breach", "error", "waived", "shop", "web/c.py -> domain/d.py", "web/c.py", 2,
                "web must not be imported by domain", "Turn the dependency round.",
                ("waived by @shop until 2027-03-31: goes with the old checkout",),
            ),
            Finding(
                "c0ffee30", "dependency-cycle", "error", "fixed", "shop", "old/a.py -> old/b.py", "old/a.py", 1,
                "old/a.py -> old/b.py closes a cycle of 2 files", "",
            ),
        ),
        ahead=(
            Finding(
                "c0ffee40", "forbidden-dependency", "error", "new", "shop", "domain/b.py -> web/c.py", "domain/b.py", 3,
                "domain must not depend on web", "Turn the dependency round.",
            ),
        ),
        tool={"name": "plumbrule", "version": "0.1.0"},
        rules=(
            RuleText(
                "contract-break", "Promises that others rely on, broken", "error",
                "A caller that nobody told about it fails at run time.", "Keep what others use, or change them first.",
            ),
            RuleText(
                "dependency-cycle", "Files that need each other", "error",
                "No file in a cycle can be read, tested or released on its own.", "Break the cheapest edge: {cut}.",
            ),
        ),
    )  # fmt: skip


HOSTILE_NAMES = (
    "src/\x1b[31mred\x1b[0m\x07.py",
    "src/two\nlines\r\npassed: nothing new.py",
    "src/\u202egnp.yp",
    "<script>alert(1)</script>.py",
    "`rm -rf`/``x``.py",
    "a|b|c.py",
    "@octocat/team.py",
    "[click](https://evil.example/).py",
    "![](https://evil.example/x.png)",
    "https://evil.example/?q=1",
    "www.evil.example",
    "#123",
    "GH-123",
    "</details><!-- -->",
    "'; DROP TABLE finding; --",
    "broken\udcff\ud800.py",
    "tab\tand\x9bcsi\x85.py",
    "{0} and %s and $(id)",
    "..\\..\\secret",
    "C:/Windows/x.py",
    " leading and trailing ",
    "soft\xad\u200bzero\ufeff.py",
    "tag\U000e0041.py",
    "é/größe/文件.py",
    "_under_ *star* ~~tilde~~.py",
    "::error file=x::gotcha",
    "##[set-env name=PATH]x ##vso[task.complete]",
    "a]]>b--><!--.py",
    "=cmd|' /C calc'!A0",
    "@SUM(1,2).py",
    'q"uo"te\\"\\.py',
    "$HOME ${x} &amp; &lt;b&gt; #35; #quot; %%{init: {}}%%",
    "a -> b -> c.py",
    "1. one",
    "- dash",
    "end",
    "raw\\xff.py",  # how a byte that is not UTF-8 is shown
    "long" * 90,
)


def hostile() -> Report:
    findings = tuple(
        Finding(
            f"bad{number:05}", "layer-breach", severity, state, name, f"{name} -> {name}", name, number,
            f"{name} must not import {name}", f"Ask {name}\nand {name}", (name, f"see {name}"), name, name, name,
            group=name, fails=state == "new", excerpt=((number + 9, name), (number + 10, f"  {name}")),
        )
        for number, name in enumerate(HOSTILE_NAMES)
        for severity, state in (("error", "new"), *((("warning", "waived"), ("info", "fixed")) if number < 3 else ()))
    )  # fmt: skip
    everything = " ".join(HOSTILE_NAMES[:-1])
    return Report(
        verdict="failed",
        reasons=HOSTILE_NAMES,
        repo=everything,
        base=BASE,
        merge_base=BASE,
        head="worktree",
        policy=PolicyUsed(everything, BASE, "", HOSTILE_NAMES),
        counts={name: number for number, name in enumerate(HOSTILE_NAMES)},
        coverage=Coverage(
            not_measured=HOSTILE_NAMES,
            selectors_unmatched=HOSTILE_NAMES,
            skipped_files=tuple((name, name) for name in HOSTILE_NAMES),
            read_in_part=tuple((name, 1) for name in HOSTILE_NAMES),
            history=everything,
            languages=(LanguageCoverage(everything, 1, 9, 1, ((everything, 1, everything),)),),
        ),
        findings=findings,
        ahead=findings[:2],
        tool={"name": everything},
        rules=(RuleText("layer-breach", everything, "error", everything, everything),),
    )


REPORTS = {"minimal": minimal, "rich": rich, "hostile": hostile}


@pytest.fixture(params=sorted(REPORTS))
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]()


@pytest.fixture(name="minimal")
def _minimal() -> Report:
    return minimal()


@pytest.fixture(name="rich")
def _rich() -> Report:
    return rich()


@pytest.fixture(name="hostile")
def _hostile() -> Report:
    return hostile()
