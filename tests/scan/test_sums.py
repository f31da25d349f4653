"""What a reader can add up adds up: findings before + new - fixed = findings after, wherever the three are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from plumbrule.report.history import open_history, sums_up

POLICY = "[rules.complexity-jump]\nlimit = 1\n[rules.oversized-file]\nlimit = 12\n"
CART = "from shop.{tax} import rate\n\n\ndef total() -> float:\n    return rate({asked})\n"
RATE = "{first}def rate({asks}) -> float:\n    return 0.2\n"
TANGLED = "def tangled(rows):\n    for row in rows:\n        if row:\n            return row\n"
ACTS = ("knot", "tangle", "mend", "break", "move", "lengthen", "adapt", "nothing")
COUNTS = "SELECT position, name, value FROM trend WHERE repo = 'repo' ORDER BY position, name"


class Life:
    """A repository whose files come, go, knot, move and break promises by chance."""

    def __init__(self, repo: Any, seed: int) -> None:  # Any: a Builder
        self.repo, self.chance = repo, Random(seed)
        self.tax, self.knotted, self.asks, self.long = "tax", False, "", False
        self.asked = ""
        self.tangled: set[int] = set()
        self.last = repo.clock
        self.acts = [*ACTS, *ACTS]
        self.chance.shuffle(self.acts)
        self.acts += ["adapt", "break"]  # a promise that nothing else in its batch can hide

    def step(self, act: str) -> None:
        changes: dict[str, str | None] = {}
        if act == "knot":
            self.knotted = not self.knotted
        elif act == "tangle":
            number = len(self.tangled)
            self.tangled.add(number)
            changes[f"shop/t{number}.py"] = TANGLED
        elif act == "mend" and self.tangled:
            number = self.chance.choice(sorted(self.tangled))
            self.tangled.discard(number)
            changes[f"shop/t{number}.py"] = "x = 1\n"
        elif act == "break":
            self.asks += f"{', ' if self.asks else ''}p{len(self.asks)}: int"
        elif act == "move":
            changes[f"shop/{self.tax}.py"] = None
            self.tax = "levy" if self.tax == "tax" else "tax"
        elif act == "lengthen":
            self.long = not self.long
        elif act == "adapt":
            self.asked = ", ".join("1" for one in self.asks.split(",") if one)
        first = "from shop.cart import total\n\n\n" if self.knotted else ""
        changes[f"shop/{self.tax}.py"] = RATE.format(first=first, asks=self.asks) + "X = 1\n" * (20 if self.long else 0)
        changes["shop/cart.py"] = CART.format(tax=self.tax, asked=self.asked)
        changes["note.txt"] = f"{self.chance.random()}\n"
        self.last += timedelta(minutes=200 if act == "break" else self.chance.choice([10, 10, 200]))
        self.repo.commit(changes, act, at=self.last)


@pytest.fixture(params=[1, 2, 3])
def life(request: pytest.FixtureRequest, make_repo: Callable[..., Any]) -> Life:
    shop = {
        "plumbrule.toml": POLICY,
        "shop/__init__.py": "",
        "shop/cart.py": CART.format(tax="tax", asked=""),
        "shop/tax.py": RATE.format(first="", asks=""),
    }
    return Life(make_repo(shop, name="repo"), request.param)


def apart(finding: str) -> str:
    return finding.partition(":")[0]


@pytest.mark.parametrize("at_once", [True, False])
def test_counts_of_findings_add_up_along_a_line(life: Life, scanned: Callable, rows: Callable, at_once: bool):
    told: list[dict[str, Any]] = []
    scanned(life.repo)
    for number, act in enumerate(life.acts, 1):
        life.step(act)
        if number == len(life.acts) or (not at_once and life.chance.random() < 0.5):
            (summary,) = scanned(life.repo)
            told += reversed(summary["batches"])
    folder = life.repo.path
    at: dict[int, dict[str, float]] = defaultdict(dict)
    for position, name, value in rows(folder, COUNTS):
        at[position][name] = value
    line = [at[position] for position in sorted(at)]

    for before, now in pairwise(line):  # the views
        assert now["findings"] == before["findings"] + now["new"] - now["fixed"]
    for counts in line:
        of_rules = {name: value for name, value in counts.items() if name.startswith(("findings.", "of_change."))}
        for whole in ("findings", "of_change"):
            parts = {name.partition(".")[2]: v for name, v in of_rules.items() if name.startswith(f"{whole}.")}
            by_severity = sum(parts.pop(severity, 0) for severity in ("error", "warning", "info"))
            assert counts[whole] == by_severity == sum(parts.values())
    standing = "SELECT count(*) FROM finding WHERE state IN ('new', 'known') AND NOT of_change"
    assert rows(folder, standing) == [line[-1]["findings"]]

    stands = line[0]["findings"]  # the summaries of the scans
    for batch in told:
        assert batch["findings"] == [stands, stands + len(batch["new"]) - len(batch["fixed"])]
        assert not {apart(one) for one in batch["new"]} & {"contract-break", "contract-narrowed", "unusual-change"}
        stands = batch["findings"][1]
    assert stands == line[-1]["findings"]
    assert sum(len(batch["of_change"]) for batch in told) == sum(counts["of_change"] for counts in line) > 0

    with open_history(folder / ".plumbrule") as history:  # the pages of the dashboard
        moves = history.batches()
        series = history.series("findings")
        assert [moment.value for moment in series] == [counts["findings"] for counts in line]
        assert series[0].value + sum(move.new - move.fixed for move in moves) == series[-1].value
        assert {move.otherwise for move in moves} == {0}
        assert max(move.fixed for move in moves) > 0
        for move in moves:
            opened = history.opened("repo", move.batch.batch)
            assert opened is not None
            lists = (opened.new, opened.fixed, opened.of_change)
            assert tuple(map(len, lists)) == (move.new, move.fixed, move.of_change)
            assert not any(sums_up(count.name) for count in opened.counts)
            if opened.before is not None and not opened.between:
                (findings,) = [count for count in opened.counts if count.name == "findings"]
                assert findings.now == (findings.before or 0) + move.new - move.fixed


def test_a_batch_that_goes_on_after_another_answers_for_its_own_commits(grown: Callable, scanned: Callable):
    repo = grown(1)
    (repo.path / "plumbrule.toml").write_text(POLICY)
    identity = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for number, batch in enumerate(("left", "right", "left", "right")):
        made = repo.commit({f"shop/t{number}.py": TANGLED})
        repo.git("notes", "--ref=refs/notes/plumbrule", "add", "-m", f"batch: {batch}", made, environ=identity)
    scanned(repo)
    with open_history(repo.path / ".plumbrule") as history:
        moves = {move.batch.batch: (move.new, move.moved) for move in history.batches()}
        opened = history.opened("repo", "left")
    assert (moves["left"], moves["right"]) == ((2, 2), (2, 2))
    assert opened is not None
    assert [one.subject for one in opened.new] == ["shop/t0.py::tangled", "shop/t2.py::tangled"]
    assert opened.between == 1


def test_a_broken_contract_is_counted_with_its_batch_and_lapses_nowhere(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(1)
    scanned(repo)
    repo.commit({"shop/tax.py": "def rate(country: str) -> float:\n    return 0.2\n"})
    (summary,) = scanned(repo)
    assert [text.partition(":")[0] for text in summary["batches"][0]["of_change"]] == ["contract-break"]
    assert (summary["batches"][0]["new"], summary["findings"]) == ([], [])
    repo.commit({"a.py": "x = 1\n"})
    scanned(repo)
    counts = "SELECT value FROM trend WHERE name = '{}' ORDER BY position DESC LIMIT 3"
    assert rows(repo.path, counts.format("findings")) == [0, 0, 0]
    assert rows(repo.path, counts.format("of_change")) == [0, 1, 0]
    assert rows(repo.path, counts.format("contract_breaks")) == [0, 1, 0]
    assert rows(repo.path, "SELECT DISTINCT name FROM trend WHERE name LIKE '%contract-break'") == [
        "of_change.contract-break"
    ]


def test_a_waiver_that_ended_is_told_apart_from_what_is_new(grown: Callable, scanned: Callable, plumbrule: Callable):
    waiver = (
        '[[waiver]]\nrule = "complexity-jump"\nsubject = "shop/old.py::tangled"\nreason = "soon"\nowner = "@ada"\n'
        "expires = 2024-01-15\n"
    )
    repo = grown(0)
    repo.commit({"shop/old.py": TANGLED, "plumbrule.toml": POLICY + waiver})
    scanned(repo, "--today", "2024-01-10")
    repo.commit({"shop/new.py": TANGLED})
    (summary,) = scanned(repo, "--today", "2024-01-20")
    (batch,) = summary["batches"]
    assert (list(map(apart, batch["new"])), batch["fixed"]) == (["complexity-jump"], [])
    assert batch["findings"] == [0, 3]  # what was waived, and that its waiver has expired
    with open_history(repo.path / ".plumbrule") as history:
        assert history.batches()[-1].otherwise == 2


STANDING = "SELECT rule, subject FROM finding WHERE state IN ('new', 'known') AND NOT of_change ORDER BY ALL"
NEWEST = (
    "SELECT value FROM trend WHERE name = 'findings' AND snapshot ="
    " (SELECT snapshot FROM snapshot WHERE kind = 'main' ORDER BY position DESC LIMIT 1)"
)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_whatever_happens_between_scans_the_store_tells_what_a_scan_of_today_finds(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Any, seed: int
):
    """The policy beside the repository changes, the line is rewritten, nothing is new, little of it is read."""
    chance = Random(seed)
    arch = make_repo({"plumbrule.toml": f'{POLICY}[[repository]]\nname = "repo"\npath = "../repo"\n'}, name="arch")
    shop = {
        "shop/__init__.py": "",
        "shop/cart.py": CART.format(tax="tax", asked=""),
        "shop/tax.py": "def rate(): 1\n",
        "shop/one.py": "import shop.two\n",  # a finding of every line, from its first commit on
        "shop/two.py": "import shop.one\n",
    }
    life = Life(make_repo(shop, name="repo"), seed)
    happenings = ["step", "step", "policy", "rewrite", "nothing", "step", "policy"]
    chance.shuffle(happenings)
    read = ["--history", chance.choice(["1", "3", "all"])]
    for happening in ("nothing", *happenings):
        if happening == "step":
            for _ in range(chance.randint(1, 3)):
                life.step(life.acts.pop())
        elif happening == "rewrite":
            if life.repo.git("rev-list", "--count", "HEAD") != "1":
                life.repo.git("reset", "--hard", "--quiet", "HEAD~1")
            life.step(life.acts.pop())
        elif happening == "policy":
            settings = {"oversized-file": chance.choice([1, 12, 400]), "complexity-jump": chance.choice([1, 2, 90])}
            text = "".join(f"[rules.{rule}]\nlimit = {limit}\n" for rule, limit in settings.items())
            arch.commit({"plumbrule.toml": f'{text}[[repository]]\nname = "repo"\npath = "../repo"\n'})
        (summary,) = scanned(arch, *read)
        store, fresh = arch.path / ".plumbrule", tmp_path / f"fresh{chance.random()}"
        scanned(arch, *read, "--store", str(fresh))
        found = rows(arch.path, STANDING, store)
        assert found == rows(arch.path, STANDING, fresh)
        assert len(found) == summary["counts"]["findings"] == rows(arch.path, NEWEST, store)[0]
