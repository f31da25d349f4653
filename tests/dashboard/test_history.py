"""What the store knows, as the pages and the mails ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from plumbrule.errors import StoreError
from plumbrule.report.history import History, Moment, PolicyInUse, movement, open_history, summed
from plumbrule.report.screen import policy_words
from plumbrule.report.steady import steady
from plumbrule.store import BatchRow, FindingRow, SnapshotRecord, TrendRow
from plumbrule.store.writer import Writer

DAY = 86_400


@pytest.fixture
def history(store: Path) -> Iterator[History]:
    with open_history(store) as opened:
        yield opened


def moments(*values: float, hours: int = 24) -> list[Moment]:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    pairs = zip((0, *values), values, strict=False)
    return [
        Moment(first + timedelta(hours=hours * n), value, value - before if n else 0, "shop", f"s{n}", f"b{n}", "")
        for n, (before, value) in enumerate(pairs)
    ]


class Steps:
    """Snapshots that hold nothing but counts."""

    def __init__(self, repo: str, *steps: tuple[int, dict[str, float]]) -> None:
        self.repo, self.steps = repo, steps

    def __call__(self, writer: Writer) -> None:
        for position, (at, counts) in enumerate(self.steps):
            record = SnapshotRecord(
                f"{self.repo}@{position:012}", self.repo, position, f"{position:040}", "", at, f"b{position}", "codex",
                0, 0, 0, 0, 0,
            )  # fmt: skip
            writer.append(self.repo, record, {}, {}, {})
            batch = BatchRow(record.batch, "codex", "trailer", 1.0, record.commit, record.commit, at, at)
            writer.batches(self.repo, [batch])
            writer.trend(self.repo, record.snapshot, [TrendRow(name, value) for name, value in counts.items()])


def test_the_sum_of_repositories_moves_only_when_one_of_them_moved(
    write_store: Callable[..., Path], tmp_path: Path
) -> None:
    early = Steps("early", (DAY, {"findings": 5}), (4 * DAY, {"findings": 7}))
    late = Steps("late", (2 * DAY, {"findings": 10}), (3 * DAY, {"findings": 9}))
    with open_history(write_store(tmp_path / "s", early, late)) as history:
        shown = [(moment.repo, moment.value, moment.moved) for moment in history.series("findings")]
    assert shown == [("early", 15, 0), ("late", 15, 0), ("late", 14, -1), ("early", 16, 2)]


def test_a_commit_dated_before_its_parent_keeps_its_place(write_store: Callable[..., Path], tmp_path: Path) -> None:
    steps = Steps("r", (9 * DAY, {"findings": 1}), (2 * DAY, {"findings": 2}), (10 * DAY, {"findings": 3}))
    with open_history(write_store(tmp_path / "s", steps)) as history:
        series = history.series("findings")
    assert [moment.value for moment in series] == [1, 2, 3]
    assert series[0].at == series[1].at < series[2].at


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([], []),
        ([3, 1], [3, 3]),
        ([1, 2, 2, 9], [1, 2, 2, 9]),
        ([1, 2, 0, 3, 4], [1, 2, 2, 3, 4]),  # a clock that was behind
        ([1, 2, 90, 3, 4], [1, 2, 2, 3, 4]),  # one that was ahead spoils nothing that comes after
        ([90, 1, 2, 3], [1, 1, 2, 3]),
        ([4, 5, 1, 2, 3, 6], [1, 1, 1, 2, 3, 6]),
    ],
)
def test_the_fewest_dates_that_contradict_the_line_are_overruled(said: list[int], shown: list[int]) -> None:
    def days(numbers: list[int]) -> list[datetime]:
        return [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in numbers]

    assert steady(days(said)) == days(shown)


def test_batches_stand_in_the_order_of_the_line_whatever_their_clocks_said(
    write_store: Callable[..., Path], tmp_path: Path
) -> None:
    days = (1, 2, 90, 3, 0, 4)
    steps = Steps("r", *((day * DAY, {"findings": at}) for at, day in enumerate(days)))
    with open_history(write_store(tmp_path / "s", steps)) as history:
        moves, series, line = history.batches(), history.series("findings"), history.line("r")
    assert [move.batch.batch for move in moves] == [f"b{at}" for at in range(6)]
    assert [moment.value for moment in series] == list(range(6))
    times = [move.batch.last_at for move in moves]
    assert times == sorted(times) == [moment.at for moment in series] == [snapshot.at for snapshot in line]


def test_a_rule_without_a_count_found_nothing_there(write_store: Callable[..., Path], tmp_path: Path) -> None:
    rule = "findings.layer-breach"
    steps = Steps("r", (DAY, {"findings": 0}), (2 * DAY, {"findings": 1, rule: 1}), (3 * DAY, {"findings": 0}))
    with open_history(write_store(tmp_path / "s", steps)) as history:
        assert [moment.value for moment in history.series(rule)] == [0, 1, 0]


def test_what_moved_for_no_reason_in_the_code_is_told_apart(write_store: Callable[..., Path], tmp_path: Path) -> None:
    steps = Steps(
        "r", (DAY, {"findings": 4, "new": 4}), (2 * DAY, {"findings": 6, "new": 3, "fixed": 2, "of_change": 5})
    )
    with open_history(write_store(tmp_path / "s", steps)) as history:
        begun, move = history.batches()
    assert (begun.new, begun.fixed, begun.of_change, begun.moved, begun.otherwise) == (0, 0, 0, 0, 0)
    assert (move.new, move.fixed, move.of_change, move.moved, move.otherwise) == (3, 2, 5, 2, 1)


def test_movement_looks_back_from_the_newest_snapshot() -> None:
    moved = movement("findings", moments(*range(40)))
    assert (moved.now, moved.batch, moved.week, moved.month) == (39, 1, 7, 30)


def test_movement_without_an_older_snapshot_is_unknown_not_nothing() -> None:
    moved = movement("findings", moments(4, 6))
    assert (moved.now, moved.batch, moved.week, moved.month) == (6, 2, None, None)
    assert movement("findings", moments(4)).batch is None


def test_what_each_batch_did_is_summed_over_the_last_days() -> None:
    moved = summed("contract_breaks", moments(*([1] * 40)))
    assert (moved.now, moved.batch, moved.week, moved.month) == (40, 1, 7, 30)


def test_a_batch_opened_up_shows_what_it_moved(history: History) -> None:
    opened = history.opened("shop", "batch-8")
    assert opened is not None
    assert {(finding.rule, finding.subject) for finding in opened.new} == {
        ("layer-breach", "billing/m8.py -> web/m2.py"),
        ("dependency-cycle", "billing/m8.py -> web/m2.py"),
    }
    assert opened.fixed == ()
    assert {(edge.src, edge.dst, edge.before, edge.now, edge.allowed) for edge in opened.edges} == {
        ("billing", "web", 0, 1, False),
        ("web", "billing", 1, 2, True),
    }
    counts = {move.name: (move.before, move.now) for move in opened.counts}
    assert counts["files_in_cycles"] == (2, 4)
    assert "contract_breaks" not in counts


def test_a_batch_that_mended_shows_what_is_fixed(history: History) -> None:
    fixed = [move.batch.batch for move in history.batches("shop") if move.fixed]
    opened = history.opened("shop", fixed[0])
    assert opened is not None
    assert len(opened.fixed) == 1
    assert opened.fixed[0].state != "fixed"


def test_the_first_batch_of_a_history_has_nothing_before_it(history: History) -> None:
    opened = history.opened("shop", "batch-1")
    assert opened is not None
    assert opened.before is None
    assert opened.new == opened.fixed == opened.edges == ()


def test_a_batch_that_is_not_there_is_none(history: History) -> None:
    assert history.opened("shop", "no such") is None
    assert history.opened("no such", "batch-8") is None


def test_behind_an_edge_lie_the_imports_with_their_lines(history: History) -> None:
    rows, total = history.behind("shop", "billing", "web")
    assert total == len(rows) > 0
    assert all(row.src.startswith("billing/") and row.dst.startswith("web/") and row.line for row in rows)


def test_findings_come_with_their_component_and_origin(history: History) -> None:
    one = next(one for one in history.findings("shop") if one.finding.rule == "layer-breach")
    assert one.component == one.finding.path.split("/")[0]
    assert one.finding.batch.startswith("batch-")
    assert one.first_at is not None
    assert one.first_at.tzinfo is UTC


def test_names_with_quotes_and_sql_are_data(history: History, hostile: SimpleNamespace) -> None:
    repo, batch = hostile.repo, hostile.batch
    opened = history.opened(repo, batch)
    assert opened is not None
    assert [finding.subject for finding in opened.new] == ["one/<i>.py -> two/a.py"]
    assert [snapshot.repo for snapshot in history.newest(repo)] == [repo]
    assert history.series("findings", "' OR 1=1 --") == ()


def test_the_policy_in_use_is_what_the_scan_remembered(write_store: Callable[..., Path], tmp_path: Path) -> None:
    def fill(writer: Writer) -> None:
        text = '{"path": "plumbrule.toml", "commit": "abc", "hash": "123"}'
        writer.remember("policy:r", text)

    with open_history(write_store(tmp_path / "s", Steps("r", (DAY, {"findings": 0})), fill)) as history:
        used = history.policy_in_use("r")
        assert used is not None
        assert (used.path, used.commit, used.hash) == ("plumbrule.toml", "abc", "123")
        assert history.policy_in_use("other") is None


def test_a_store_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="plumbrule scan"), open_history(tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()


def test_a_finding_row_without_origin_is_shown_as_old(write_store: Callable[..., Path], tmp_path: Path) -> None:
    steps = Steps("r", (DAY, {"findings": 1}))

    def fill(writer: Writer) -> None:
        row = FindingRow("f", "layer-breach", "error", "known", "a -> b", "a", 0, "", (), "", "", "", None)
        writer.findings("r", f"r@{0:012}", [row])

    with open_history(write_store(tmp_path / "s", steps, fill)) as history:
        (one,) = history.findings()
    assert (one.first_at, one.component, one.finding.evidence) == (None, "", ())


def test_a_policy_is_named_with_what_tells_its_text_from_another():
    assert policy_words(PolicyInUse("plumbrule.toml", "8c1f0aa2" * 5, "5e88")) == "plumbrule.toml at 8c1f0aa28c1f"
    assert policy_words(PolicyInUse("plumbrule.toml", "", "5e884898da28")) == "plumbrule.toml, text 5e884898da28"
    assert policy_words(PolicyInUse()) == "built-in defaults"


def test_a_generation_that_turns_out_to_be_damaged_is_a_fault_of_the_store(store: Path) -> None:
    file = store / "generations" / "000001.duckdb"
    whole = file.read_bytes()
    told = 0
    for at in range(3 * 4096, len(whole), 65536):  # what is read first may be unharmed
        file.write_bytes(whole[:at] + bytes(byte ^ 0x55 for byte in whole[at : at + 65536]) + whole[at + 65536 :])
        try:
            with open_history(store) as history:
                history.newest()
                history.batches()
                history.findings()
        except StoreError as fault:
            told += "damaged" in str(fault)
    assert told
