"""Charts, the map, the waiver text and the command: what the pages and the mails are made of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import SettingsError
from plumbrule.report import charts
from plumbrule.report.component_map import Map, component_map, leading_back
from plumbrule.report.dashboard import command, settings
from plumbrule.report.history import Batch, BatchMove, Component, ComponentEdge, Moment
from plumbrule.report.model import Finding
from plumbrule.report.theme import MODES, theme
from plumbrule.report.waivers import waiver_text

FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)
EVIL = "</script><script>alert(1)</script>\n\u202e'\"datum.x"


def moments(*values: float) -> list[Moment]:
    pairs = zip((values[0], *values), values, strict=False)
    return [
        Moment(FIRST + timedelta(days=n), value, value - before, "shop", f"s{n}", EVIL, EVIL)
        for n, (before, value) in enumerate(pairs)
    ]


def batches(*moved: tuple[str, int, int]) -> list[BatchMove]:
    return [
        BatchMove(Batch(f"b{n}", "shop", agent, "trailer", 0.9, "", "", FIRST, FIRST + timedelta(days=n)), new, fixed)
        for n, (agent, new, fixed) in enumerate(moved)
    ]


def every_chart(mode: str) -> dict[str, object]:
    look, series = theme(mode), moments(3, 3, 5, 4)
    moved = batches(("codex", 2, 0), ("", 0, 1), (EVIL, 0, 0))
    span = charts.span_of(series, moved)
    assert span is not None
    return {
        "over_time": charts.over_time(series, look, span=span, width=400),
        "small": charts.small(series, look, span=span, colour=look.error).properties(width=200),
        "per_batch": charts.per_batch(series, look, span=span, width=400),
        "batches_by_agent": charts.batches_by_agent(moved, look, span=span, width=400),
        "findings_by_severity": charts.findings_by_severity({"error": series}, look, span=span, width=400),
        "moved_by_rule": charts.moved_by_rule([("layer-breach", 2, 1), (EVIL, 0, 3)], look, width=400),
    }


def values_in(node: object) -> Iterator[object]:
    """Everything of a chart but its rows."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("values", "datasets", "domain", "sort"):
                yield key
                yield from values_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from values_in(value)
    else:
        yield node


@pytest.mark.parametrize("mode", MODES)
def test_a_chart_takes_names_as_rows_only(mode: str) -> None:
    for name, chart in every_chart(mode).items():
        drawn = chart.to_dict()
        assert "alert(1)" not in json.dumps(list(values_in(drawn))), name
        shown = set(re.findall(r'"field": "(\w+)"', json.dumps(drawn)))
        assert not shown & {"batch", "repo"}, "these two are there for the click, and as they are"


def test_every_chart_of_the_screen_can_be_mailed_and_is_the_same_each_time() -> None:
    first = {name: charts.png(chart) for name, chart in every_chart("light").items()}
    assert all(png.startswith(b"\x89PNG") for png in first.values())
    assert {name: charts.png(chart) for name, chart in every_chart("light").items()} == first


def outlines(drawn: str, mark: str) -> list[str]:
    """The outlines of an SVG's lines or areas."""
    return re.findall(rf'class="mark-{mark} [^>]*><path aria-label[^>]*? d="([^"]+)"', drawn)


@pytest.mark.parametrize("name", ["over_time", "small"])
def test_counts_of_one_instant_are_filled_up_to_their_line(name: str) -> None:
    import vl_convert

    look, series = theme("light"), moments(2, 3, 6, 4, 5)
    backdated = [moment._replace(at=series[1].at) if 1 < n < 4 else moment for n, moment in enumerate(series)]
    span = charts.span_of(series)
    assert span is not None
    if name == "small":
        chart = charts.small(backdated, look, span=span, colour=look.error).properties(width=200)
    else:
        chart = charts.over_time(backdated, look, span=span, width=400)
    drawn = vl_convert.vegalite_to_svg(chart.to_dict())
    (line,), (area,) = outlines(drawn, "line"), outlines(drawn, "area")
    assert area.startswith(line)


def test_a_chart_is_drawn_in_utc_whatever_the_machine_says(tmp_path: Path) -> None:
    source = (
        "import sys; from datetime import *; from plumbrule.report.charts import *\n"
        "from plumbrule.report.history import Moment; from plumbrule.report.theme import theme\n"
        "m = [Moment(datetime(2026, 1, d, 1, tzinfo=UTC), d, 1, 'r', 's', 'b', '') for d in (1, 2, 3)]\n"
        "sys.stdout.buffer.write(png(over_time(m, theme(), span=span_of(m), width=300)))"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", source], env={"TZ": zone, "HOME": str(tmp_path)}, stdout=subprocess.PIPE, check=True
        ).stdout
        for zone in ("UTC", "Asia/Tokyo")
    }
    assert len(drawn) == 1


def test_a_count_that_held_before_the_time_line_is_drawn_from_its_beginning() -> None:
    series = moments(3, 5, 5, 6)
    span = (FIRST + timedelta(days=2, hours=12), FIRST + timedelta(days=4))
    shown = charts.within(series, span)
    assert [(moment.at, moment.value, moment.moved) for moment in shown] == [
        (span[0], 5, 0),
        (FIRST + timedelta(days=3), 6, 1),
    ]


def test_without_moments_there_is_no_time_line() -> None:
    assert charts.span_of([], []) is None


def test_an_agent_is_always_at_least() -> None:
    assert charts.at_least("codex", "trailer") == "at least codex (by its signature in a commit message)"
    assert charts.at_least("") == "unknown"


@pytest.mark.parametrize("mode", MODES)
def test_severities_differ_in_lightness_not_only_in_hue(mode: str) -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    shades = sorted(lightness(theme(mode).severity(name)) for name in ("error", "warning", "info"))
    assert all(b - a > 0.02 for a, b in pairwise(shades))
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in theme(mode).series)


# -- the map


def drawn_map(*edges: tuple[str, str, int], banned: frozenset[tuple[str, str]] = frozenset()) -> Map:
    names = sorted({name for src, dst, _ in edges for name in (src, dst)})
    return component_map(
        [Component("shop", name, 10) for name in names],
        [ComponentEdge("shop", src, dst, weight, (src, dst) not in banned) for src, dst, weight in edges],
        {(src, dst) for src, dst, _ in edges if (dst, src) in {(a, b) for a, b, _ in edges}},
    )


def test_what_is_used_stands_below_what_uses_it() -> None:
    drawn = drawn_map(("web", "api", 5), ("api", "domain", 5), ("web", "domain", 1), ("domain", "shared", 9))
    height = {node.name: node.y for node in drawn.nodes}
    assert height["web"] < height["shared"]
    assert height["api"] < height["shared"]


def test_the_lighter_edge_of_a_cycle_is_the_one_that_closes_it() -> None:
    kinds = {(link.src, link.dst): link.kind for link in drawn_map(("a", "b", 9), ("b", "a", 1), ("b", "c", 3)).links}
    assert kinds == {("a", "b"): "cycle", ("b", "a"): "closes", ("b", "c"): "plain"}


def test_arrows_that_lead_back_without_a_counted_cycle_are_told_apart() -> None:
    edges = [ComponentEdge("r", *pair, 1, True) for pair in ("ab", "ba", "bc", "cd", "dc", "xa")]
    assert leading_back(edges, {("a", "b"), ("b", "a")}) == {("c", "d"), ("d", "c")}
    assert leading_back(edges, {("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")}) == frozenset()


def test_what_is_not_allowed_is_drawn_last_and_on_top() -> None:
    links = drawn_map(("a", "b", 9), ("a", "c", 1), banned=frozenset({("a", "c")})).links
    assert [link.kind for link in links] == ["plain", "not-allowed"]


def test_components_never_stand_on_each_other() -> None:
    edges = [(f"c{n}", f"c{(n * 7 + step) % 40}", 1 + n % 5) for n in range(40) for step in (1, 2, 3)]
    nodes = drawn_map(*((src, dst, weight) for src, dst, weight in edges if src != dst)).nodes
    for place, one in enumerate(nodes):
        for other in nodes[place + 1 :]:
            assert abs(one.x - other.x) + abs(one.y - other.y) > one.radius + other.radius


def test_the_same_components_give_the_same_map() -> None:
    edges = [("a", "b", 2), ("b", "c", 2), ("c", "a", 2), ("d", "a", 1)]
    assert drawn_map(*edges) == drawn_map(*reversed(edges))


def test_a_map_of_very_many_components_keeps_the_accused_ones() -> None:
    components = [Component("r", f"c{n:03}", 1000 - n) for n in range(300)]
    edges = [ComponentEdge("r", "c298", "c299", 1, False), ComponentEdge("r", "c000", "c001", 1, True)]
    drawn = component_map(components, edges, ())
    assert {"c298", "c299"} <= {node.name for node in drawn.nodes}
    assert drawn.left_out == 300 - len(drawn.nodes) > 0


def test_a_component_without_an_edge_is_on_the_map() -> None:
    drawn = component_map([Component("r", "alone", 0)], [], ())
    assert [(node.name, node.community) for node in drawn.nodes] == [("alone", -1)]


def test_labels_of_a_row_that_stand_at_one_height_have_room_beside_each_other() -> None:
    names = [f"c{n}" for n in range(40)]
    drawn = component_map([Component("r", name, n * n) for n, name in enumerate(names)], [], ())
    for one in drawn.nodes:
        for other in drawn.nodes:
            level = abs((one.y + one.radius) - (other.y + other.radius)) < 30
            if one.name < other.name and level and abs(one.x - other.x) > 1:
                assert (one.room + other.room) / 2 <= abs(one.x - other.x) + 1, (one, other)


# -- accepting


@pytest.mark.parametrize("subject", ['a"b -> c\\d', "a\nb\tc\x00\x7f", EVIL, "caf\u00e9 -> \u65e5\u672c", ""])
def test_a_waiver_text_reads_back_as_the_very_subject(subject: str) -> None:
    finding = Finding("id", "layer-breach", "error", "new", "shop", subject, "", 0, "", "")
    text = waiver_text(finding, " because\n", "@shop", date(2026, 5, 1), "shop")
    (waiver,) = tomllib.loads(text)["waiver"]
    assert waiver == {
        "rule": "layer-breach", "subject": subject, "reason": "because", "owner": "@shop", "repository": "shop",
        "expires": date(2026, 5, 1),
    }  # fmt: skip


# -- the command


def test_the_command_serves_this_machine_only_and_reports_to_nobody(tmp_path: Path) -> None:
    line = command(tmp_path, 8765, "ada")
    flags = dict(pairwise(line))
    assert flags["--server.address"] == "127.0.0.1"
    assert flags["--browser.gatherUsageStats"] == "false"
    assert flags["--server.port"] == "8765"
    assert Path(flags["run"]).is_file()


def test_the_pages_are_told_what_the_command_was_told(tmp_path: Path) -> None:
    line = command(tmp_path / "-- odd 'name'", 8765, "ada")
    told = settings(line[line.index("--") + 1 :], {"PLUMBRULE_STORE": "elsewhere", "USER": "eve"}, date(2026, 1, 1))
    assert (told.store, told.who, told.today) == (tmp_path / "-- odd 'name'", "ada", date(2026, 1, 1))


def test_a_reader_whom_the_command_does_not_know_is_the_user_of_the_machine(tmp_path: Path) -> None:
    line = command(tmp_path, 8765)
    assert settings(line[line.index("--") + 1 :], {"USER": "eve"}, date(2026, 1, 1)).who == "eve"


def test_without_arguments_the_environment_names_the_store() -> None:
    told = settings(["-q", "tests"], {"PLUMBRULE_STORE": "elsewhere", "USER": "eve"}, date(2026, 1, 1))
    assert (told.store, told.who) == (Path("elsewhere"), "eve")


def test_without_streamlit_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find: Callable[[str], object] = lambda name: None  # noqa: E731  # nothing is installed
    monkeypatch.setattr("plumbrule.report.dashboard.find_spec", find)
    with pytest.raises(SettingsError, match=r"pip install 'plumbrule\[dashboard\]'"):
        command(tmp_path, 8765)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9)), min_size=1, max_size=120), st.integers(1, 40))
def test_an_outline_is_the_line_itself_in_every_column_of_pixels(steps: list[tuple[int, int]], columns: int) -> None:
    series = [
        Moment(FIRST + timedelta(hours=hour), value, 0.0, "r", f"s{n}", f"b{n}", "")
        for n, (hour, value) in enumerate(sorted(steps))
    ]
    span = charts.span_of(series)
    assert span is not None
    wide = (span[1] - span[0]) / columns

    def drawn(line: list[Moment]) -> list[tuple[float, float, float]]:
        """What the line is at the beginning of each column, at its end, and the least and most in it, one by one."""
        found, held, rest = [], line[0].value, list(line)
        for column in range(columns):
            values = [held]
            while rest and (rest[0].at - span[0]) // wide <= column:
                values.append(rest.pop(0).value)
            held = values[-1]
            found.append((min(values), max(values), held))
        return found

    outline = charts.outline(series, span, columns)
    assert drawn(outline) == drawn(series)
    assert len(outline) <= 4 * columns


def test_of_many_marks_in_one_place_the_highest_is_drawn() -> None:
    first = moments(*range(5000))
    series = [moment._replace(at=FIRST + timedelta(seconds=n), value=float(n % 7)) for n, moment in enumerate(first)]
    span = charts.span_of(series)
    assert span is not None
    (rows,) = charts.spec(charts.per_batch(series, theme("light"), span=span))["datasets"].values()
    assert len(rows) <= 600
    assert {row["value"] for row in rows} == {6.0}
    (few,) = charts.spec(charts.per_batch(series[:300], theme("light"), span=span))["datasets"].values()
    assert len(few) == sum(1 for moment in series[:300] if moment.value)
