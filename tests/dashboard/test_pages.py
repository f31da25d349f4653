"""Every page, drawn by Streamlit's own test harness over a real store."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from plumbrule.data import data_folder
from plumbrule.report.escapes import code_span
from plumbrule.report.history import open_history
from plumbrule.report.reviews import FILE, add_review, read_reviews
from plumbrule.store import Store

QUESTIONS = ("shallow.py", "leaks.py", "unusual.py", "people.py")
PAGES = ("drift.py", "findings.py", "components.py", "batch.py", "about.py", *QUESTIONS)
Draw = Callable[..., AppTest]


@pytest.fixture
def draw(store: Path, monkeypatch: pytest.MonkeyPatch) -> Draw:
    """`draw("findings.py", rule="layer-breach")`: the page as somebody called ada sees it who follows that link."""
    monkeypatch.setenv("PLUMBRULE_STORE", str(store))
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setattr("sys.argv", ["app.py"])

    def page(name: str = "drift.py", **address: str | list[str]) -> AppTest:
        test = AppTest.from_file(data_folder("reports") / "dashboard" / "app.py", default_timeout=60)
        if name != "drift.py":
            monkeypatch.setenv("PLUMBRULE_STORE", "nowhere")  # pages are known after a first run, which can be short
            test.run()
            monkeypatch.setenv("PLUMBRULE_STORE", str(store))
            test.switch_page(name)
        for key, value in address.items():
            test.query_params[key] = value
        return whole(test.run())

    return page


def whole(test: AppTest) -> AppTest:
    assert not test.exception, test.exception[0].message
    return test


def said(test: AppTest) -> str:
    """Everything a page says in words."""
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "code")
    return "\n".join(element.value for kind in kinds for element in test.get(kind))


def table(test: AppTest, column: str) -> list[dict[str, object]]:
    """The rows of the first table that has this column."""
    frame = next(frame.value for frame in test.dataframe if column in frame.value.columns)
    return list(frame.to_dict("records"))


def finding_id(store: Path, rule: str, subject: str) -> str:
    with open_history(store) as history:
        return next(
            one.finding.id for one in history.findings() if (one.finding.rule, one.finding.subject) == (rule, subject)
        )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_over_a_damaged_store_says_that_it_shows_an_older_generation(draw: Draw, store: Path, name: str) -> None:
    assert not draw(name).warning
    with Store.open(store).writer(lambda _: None) as writer:
        writer.remember("policy:shop", "{}")
        writer.publish()
    (store / "generations" / "000002.duckdb").write_bytes(b"not a database " * 2000)
    (warning,) = draw(name).warning
    assert "This is generation 1, an older state: a newer generation could not be read" in warning.value
    assert "000002.duckdb" in warning.value
    assert "Run `plumbrule scan` again" in warning.value


def test_a_generation_that_breaks_while_it_is_shown_is_no_news_of_a_scan(draw: Draw, store: Path) -> None:
    with Store.open(store).writer(lambda _: None) as writer:
        writer.remember("policy:shop", "{}")
        writer.publish()
    test = draw()
    (store / "generations" / "000002.duckdb").write_bytes(b"not a database " * 2000)
    whole(test.run())
    assert test.warning
    assert not test.toast


@pytest.mark.parametrize("name", ["drift.py", "about.py"])
def test_repositories_that_are_not_renewed_are_named(draw: Draw, store: Path, name: str) -> None:
    with Store.open(store).writer(lambda _: None) as writer:
        left_out = {"shop": "/srv/shop: there is no such folder.", "<i>evil</i>": "gone"}
        writer.remember("fleet", json.dumps({"members": ["shop", "late"], "left_out": left_out}))
        writer.publish()
    (warning,) = draw(name).warning
    assert "shop was not renewed by its last scan" in warning.value
    assert "late is missing here. It is in the policy and was never scanned." in warning.value
    assert "`<i>evil</i>` is missing here" in warning.value
    (warning,) = draw(name, repo="shop").warning
    assert "late" not in warning.value


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_the_generation_and_the_commit_it_shows(draw: Draw, store: Path, name: str) -> None:
    with open_history(store) as history:
        commits = [snapshot.commit[:12] for snapshot in history.newest()]
    words = said(draw(name))
    assert "Generation 1 " in words
    assert all(commit in words for commit in commits)
    assert "2 policies, see About" in words


def test_a_page_names_the_policy_and_its_commit(draw: Draw) -> None:
    assert "policy `plumbrule.toml at 4d1f4d1f4d1f`" in said(draw(repo="shop"))
    assert [row["Policy"] for row in table(draw("about.py"), "Policy")] == [
        "built-in defaults",
        "plumbrule.toml at 4d1f4d1f4d1f",
    ]


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_are_text_everywhere(draw: Draw, store: Path, hostile: SimpleNamespace, name: str) -> None:
    finding = finding_id(store, "layer-breach", f"{hostile.path} -> shared/m1.py")
    test = draw(
        name, repo=hostile.repo if name in ("batch.py", "about.py") else "shop", finding=finding, batch=hostile.batch
    )
    shown = [element for element in test.markdown if element.allow_html]
    assert shown == [], "no element that may hold a name is ever drawn as HTML"
    raw = ("\u202e", "](javascript:", "![x](")
    for element in (*test.markdown, *test.caption, *test.title, *test.info):
        outside = "".join(element.value.split("`")[::2])
        assert not any(text in outside for text in raw), element.value
    assert "\u202e" not in said(test)


# -- questions


@pytest.mark.parametrize(("page", "rule"), [("leaks.py", "reach-through"), ("shallow.py", "pass-through-module")])
def test_a_question_counts_every_rule_that_answers_it_those_without_a_finding_too(draw: Draw, page: str, rule: str):
    rows = {row["Rule"]: row["Findings"] for row in table(draw(page), "Fault")}
    assert rule in rows
    assert "layer-breach" not in rows


def test_a_finding_is_judged_where_the_question_is_asked(
    store: Path, draw: Draw, write_store: Callable[..., Path], reached_through: Callable[[object], None]
):
    write_store(store, reached_through)
    told = finding_id(store, "reach-through", "sea/dock.py -> land/_crane.py")
    test = draw("leaks.py", repo="ports", finding=told)
    assert [row["Findings"] for row in table(test, "Fault") if row["Rule"] == "reach-through"] == [1]
    assert [row["Subject"] for row in table(test, "Subject")] == ["sea/dock.py -> land/_crane.py"]
    whole(test.button(key=f"wrong-{told}").click().run())
    assert [(one.who, one.finding, one.verdict) for one in read_reviews(store).remarks] == [("ada", told, "wrong")]
    assert [row["Subject"] for row in table(draw("unusual.py", repo="ports"), "Fault") if row["Findings"]] == []


def test_people_tells_who_should_talk_and_where_few_know(
    store: Path, draw: Draw, write_store: Callable[..., Path], told_by_its_past: Callable[[object], None]
) -> None:
    write_store(store, told_by_its_past)
    test = draw("people.py", repo="past")
    assert [(row["Other"], row["Together"], row["Of work on either"]) for row in table(test, "One")] == [
        ("two/b.py", 7, 10)
    ]
    assert [(row["Component"], row["Absence factor"]) for row in table(test, "Absence factor")] == [("two", 1)]
    assert [(row["Changes"], row["Cognitive complexity"]) for row in table(test, "Cognitive complexity")] == [(9, 40)]


# -- drift


def test_drift_tells_what_drifts_slowly_and_how_much_is_written_again(
    store: Path, draw: Draw, write_store: Callable[..., Path], told_by_its_past: Callable[[object], None]
) -> None:
    write_store(store, told_by_its_past)
    test = draw(repo="past")
    assert [(row["Series"], row["Drifts"], row["Since"]) for row in table(test, "Told from")] == [
        ("how much", True, "c" * 12), ("share", False, ""),
    ]  # fmt: skip
    assert [(row["Removed"], row["Reworked"]) for row in table(test, "Reworked")] == [(60, 15)]


def test_drift_counts_first_and_says_how_they_moved(draw: Draw, store: Path) -> None:
    with open_history(store) as history:
        findings, edges = history.series("findings", "shop"), history.series("component_edges", "shop")
    test = draw(repo="shop")
    tiles = {metric.label: metric.value for metric in test.metric}
    assert tiles["Findings"] == f"{findings[-1].value:,.0f}"
    assert tiles["Component edges"] == f"{edges[-1].value:,.0f}"
    assert "7 days +" in said(test)


@pytest.mark.parametrize(
    ("batches", "label", "said", "colour", "points"),
    [
        (9, "Findings", "-1", "GREEN", "DOWN"),  # this batch mended one
        (8, "Findings", "+2", "RED", "UP"),
        (8, "Edges not allowed", "+1", "RED", "UP"),
        (10, "Findings", "±0", "GRAY", "NONE"),
        (8, "Component edges", "+1", "GRAY", "UP"),  # the size of a system is neither good nor bad
    ],
)
def test_a_tile_points_where_its_count_went_and_is_green_only_if_that_is_better(
    draw: Draw, store: Path, write_store: Callable[..., Path], shop_after: Callable[[int], object],
    batches: int, label: str, said: str, colour: str, points: str,
) -> None:  # fmt: skip
    shutil.rmtree(store)
    write_store(store, shop_after(batches))
    metric = next(metric.proto for metric in draw().metric if metric.label == label)
    assert metric.delta == said
    assert metric.MetricColor.Name(metric.color) == colour
    assert metric.MetricDirection.Name(metric.direction) == points


def test_a_batch_that_brought_files_into_cycles_is_shown_red_and_its_size_grey(draw: Draw) -> None:
    tiles = {metric.label: metric.proto for metric in draw("batch.py", repo="shop", batch="batch-8").metric}
    shown = [tiles[label] for label in ("Files in cycles", "Component edges")]
    assert [(tile.delta, tile.MetricColor.Name(tile.color)) for tile in shown] == [("+2", "RED"), ("+1", "GRAY")]


def test_all_repositories_are_summed_unless_one_is_asked_for(draw: Draw) -> None:
    every = {metric.label: int(metric.value) for metric in draw().metric}
    shop = {metric.label: int(metric.value) for metric in draw(repo="shop").metric}
    assert every["Findings"] == shop["Findings"] + 1


def test_a_period_in_the_address_is_chosen_on_the_page(draw: Draw) -> None:
    test = draw(period="30 days")
    assert test.get("button_group")[0].value == "30 days"


def test_batches_that_moved_findings_are_listed_newest_first(draw: Draw) -> None:
    rows = table(draw(repo="shop"), "Batch")
    assert rows[0]["Batch"] == "batch-28"
    assert all(row["New findings"] or row["Fixed"] for row in rows)


# -- findings


def test_filters_in_the_address_are_applied(draw: Draw) -> None:
    rows = table(draw("findings.py", repo="shop", rule="layer-breach", component=["billing", "shared"]), "Subject")
    assert rows
    assert {row["Rule"] for row in rows} == {"layer-breach"}
    assert {row["Component"] for row in rows} == {"billing", "shared"}


@pytest.mark.parametrize(("name", "value"), [("state", "nwe"), ("severity", "fatal"), ("repo", "shpo`*x*")])
def test_what_the_address_asks_for_and_nothing_is_called_is_said(draw: Draw, name: str, value: str) -> None:
    test = draw("findings.py", **{name: value})
    assert [element.value for element in test.warning] == [
        f"There is no {name} {code_span(value)} here; the address is read without it."
    ]
    assert {row["State"] for row in table(test, "Subject")} == {"new"}


def test_a_page_of_one_repository_says_that_another_is_not_here(
    draw: Draw, store: Path, write_store: Callable[..., Path], one_snapshot: object
) -> None:
    shutil.rmtree(store)
    write_store(store, one_snapshot)
    assert "There is no repo `shpo` here" in said(draw(repo="shpo"))
    assert not draw(repo="shop").warning


def test_a_filter_that_is_used_goes_into_the_address(draw: Draw) -> None:
    test = draw("findings.py", repo="shop")
    test.multiselect[0].select("oversized-file")
    whole(test.run())
    assert test.query_params["rule"] in ("oversized-file", ["oversized-file"])
    assert {row["Rule"] for row in table(test, "Subject")} == {"oversized-file"}


def test_an_address_that_changes_changes_the_filter(draw: Draw) -> None:
    test = draw("findings.py", repo="shop", rule="layer-breach")
    test.query_params["rule"] = "oversized-file"
    whole(test.run())
    assert test.multiselect[0].value == ["oversized-file"]


def test_the_drift_page_says_from_where_its_days_count(draw: Draw, store: Path) -> None:
    with open_history(store) as history:
        newest = max(snapshot.at for snapshot in history.newest())
    words = said(draw())
    assert f"end with the newest commit, of {newest:%-d %b %Y}." in words
    assert "brought findings" in words, "what the marks mean is said beside the chart, where nothing cuts it"
    assert all(metric.label != "Contract breaks, all batches" for metric in draw().metric)


def test_an_agent_that_nobody_knows_has_one_name(draw: Draw) -> None:
    page = draw()
    assert "unknown" in {row["Agent, at least"] for row in table(page, "Agent, at least")}
    assert "no agent known" not in json.dumps([str(chart.proto) for chart in page.get("arrow_vega_lite_chart")])


def test_what_a_batch_moved_is_said_before_where(draw: Draw, store: Path) -> None:
    with open_history(store) as history:
        batch = next(move.batch.batch for move in history.batches("shop") if move.new)
    rows = table(draw("batch.py", repo="shop", batch=batch), "What")
    assert list(rows[0])[2] == "What"
    what, subject = str(rows[0]["What"]), str(rows[0]["Subject"])
    assert what.startswith(subject.partition(" -> ")[0].rpartition("/")[2])
    assert "/" in subject
    assert "/" not in what


def test_findings_are_found_by_a_piece_of_their_path(draw: Draw) -> None:
    rows = table(draw("findings.py", path="CATALOG/M1"), "Subject")
    assert rows
    assert all("catalog/m1" in str(row["Subject"]) for row in rows)


def test_errors_come_before_warnings(draw: Draw) -> None:
    severities = [row["Severity"] for row in table(draw("findings.py"), "Subject")]
    order = [("error", "warning", "info").index(list(severity)[0]) for severity in severities]  # noqa: RUF015  # numpy
    assert order == sorted(order)


def test_the_edges_of_one_cycle_stand_together_and_name_it(
    draw: Draw, store: Path, write_store: Callable[..., Path], two_cycles: object
) -> None:
    shutil.rmtree(store)
    write_store(store, two_cycles)
    assert [(row["Subject"], row["Group"]) for row in table(draw("findings.py"), "Subject")] == [
        ("one/a.py -> one/c.py", "2 of one/a.py"),
        ("one/c.py -> one/a.py", "2 of one/a.py"),
        ("one/b.py -> one/d.py", "1 of one/b.py"),
    ]


def test_a_link_to_a_finding_shows_its_evidence_origin_and_remedy(draw: Draw, store: Path) -> None:
    asked = finding_id(store, "layer-breach", "billing/m8.py -> web/m2.py")
    words = said(draw("findings.py", finding=asked))
    assert "billing/m8.py:3 imports web/m2.py" in words
    assert "at least `copilot`" in words
    assert "Move the name to where its knowledge belongs." in words


def test_a_link_to_a_finding_that_was_fixed_shows_it_as_it_was_and_what_became_of_it(draw: Draw, store: Path) -> None:
    with open_history(store) as history:
        opened = history.opened("shop", "batch-9")
    assert opened is not None
    (fixed,) = opened.fixed
    words = said(draw("findings.py", repo="shop", finding=fixed.id))
    assert "Fixed in batch `batch-9`" in words
    assert "of batch `batch-8`" in words
    assert f"{fixed.path}:3 imports" in words
    assert "What to do" in words


def test_a_link_to_a_finding_about_one_change_names_that_change(
    draw: Draw, store: Path, write_store: Callable[..., Path], about_one_change: object
) -> None:
    write_store(store, about_one_change)
    words = said(draw("findings.py", finding="c0ffee000000"))
    assert "It spoke of the change of batch `first`" in words
    assert "lib/a.py::price" in words


def test_a_link_to_a_finding_of_another_repository_shows_it(draw: Draw, store: Path, hostile: SimpleNamespace) -> None:
    asked = finding_id(store, "layer-breach", f"{hostile.path} -> shared/m1.py")
    assert "This finding is of another repository, `shop`." in said(
        draw("findings.py", repo=hostile.repo, finding=asked)
    )


def test_a_link_to_a_finding_that_never_was_says_so(draw: Draw) -> None:
    assert "has no finding `gone`" in said(draw("findings.py", finding="gone"))


def test_filters_that_leave_nothing_say_so(draw: Draw) -> None:
    assert "No finding passes these filters." in said(draw("findings.py", rule="no-such-rule"))


def test_a_remark_goes_to_the_reviews_file_and_the_same_button_takes_it_back(draw: Draw, store: Path) -> None:
    asked = finding_id(store, "oversized-file", "catalog/m14.py")
    test = draw("findings.py", finding=asked)
    test.text_input(key=f"note-{asked}").input("it is generated")
    test.button(key=f"wrong-{asked}").click()
    whole(test.run())
    (line,) = (store / FILE).read_text().splitlines()
    kept = json.loads(line)
    assert (kept["who"], kept["finding"], kept["verdict"], kept["note"]) == ("ada", asked, "wrong", "it is generated")
    assert kept["when"].endswith("+00:00")
    test.text_input(key=f"note-{asked}").input("")
    test.button(key=f"wrong-{asked}").click()
    whole(test.run())
    assert read_reviews(store).standing() == {}


def test_a_long_remark_is_cut_and_a_remark_that_cannot_be_kept_says_why_and_what_to_do(
    draw: Draw, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = finding_id(store, "oversized-file", "catalog/m14.py")
    add_review(store, "bob", datetime(2026, 5, 4, tzinfo=UTC), asked, "wrong", "x" * 20_000)
    test = draw("findings.py", finding=asked)
    assert "(1600 more characters)" in said(test)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        test.button(key=f"true-{asked}").click()
        whole(test.run())
    (error,) = test.error
    assert "\n\n" in error.value
    assert r"\n" not in error.value


def test_what_a_remedy_says_in_backticks_is_code(
    draw: Draw, store: Path, write_store: Callable[..., Path], about_one_change: object
) -> None:
    write_store(store, about_one_change)
    words = said(draw("findings.py", finding="c0ffee000000"))
    assert "Keep `price`, or change `[[layers]]`. See `<b>`." in words


def test_what_somebody_called_wrong_comes_last(draw: Draw, store: Path) -> None:
    test = draw("findings.py", repo="shop")
    first = str(table(test, "Subject")[0]["Subject"])
    asked = finding_id(store, "dependency-cycle", first)
    test = draw("findings.py", repo="shop", finding=asked)
    test.button(key=f"wrong-{asked}").click()
    whole(test.run())
    rows = table(test, "Subject")
    assert (rows[-1]["Subject"], rows[-1]["Remarks"]) == (first, "1 wrong")


def test_muting_keeps_the_judgement_and_can_be_undone(draw: Draw, store: Path) -> None:
    asked = finding_id(store, "oversized-file", "catalog/m14.py")
    test = draw("findings.py", finding=asked)
    for button in ("wrong", "mute"):
        test.button(key=f"{button}-{asked}").click()
        whole(test.run())
    assert "**wrong**" in said(test)
    assert "**mute**" in said(test)
    test.button(key=f"unmute-{asked}").click()
    whole(test.run())
    assert "**wrong**" in said(test)
    assert "**mute**" not in said(test)
    assert "catalog/m14.py" in [row["Subject"] for row in table(test, "Subject")]


def test_a_muted_finding_is_hidden_from_the_one_who_muted_it(draw: Draw, store: Path) -> None:
    asked = finding_id(store, "oversized-file", "catalog/m14.py")
    test = draw("findings.py", finding=asked)
    test.button(key=f"mute-{asked}").click()
    whole(test.run())
    assert "catalog/m14.py" not in [row["Subject"] for row in table(test, "Subject")]
    assert "catalog/m14.py" in [row["Subject"] for row in table(draw("findings.py", muted="1"), "Subject")]
    test = draw("findings.py")
    next(field for field in test.text_input if field.label == "You are").input("bob")
    whole(test.run())
    assert "catalog/m14.py" in [row["Subject"] for row in table(test, "Subject")]


def test_accepting_shows_a_waiver_that_means_exactly_this_finding(
    draw: Draw, store: Path, hostile: SimpleNamespace
) -> None:
    subject = f"{hostile.path} -> shared/m1.py"
    asked = finding_id(store, "layer-breach", subject)
    test = draw("findings.py", finding=asked)
    test.text_input(key=f"reason-{asked}").input("until the move")
    whole(test.run())
    text = next(code.value for code in test.code if code.language == "toml")
    (waiver,) = tomllib.loads(text)["waiver"]
    assert (waiver["rule"], waiver["subject"], waiver["owner"]) == ("layer-breach", subject, "@ada")
    assert waiver["expires"] > date.today()
    assert "\u202e" not in text


def test_who_says_who_they_are_after_opening_a_finding_owns_its_waiver(
    draw: Draw, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = finding_id(store, "layer-breach", "billing/m8.py -> web/m2.py")
    monkeypatch.delenv("LOGNAME", raising=False)
    test = draw("findings.py", finding=asked)
    test.text_input(key="_who_typed").input("")
    whole(test.run())
    assert test.text_input(key=f"owner-{asked}").value == ""
    test.text_input(key="_who_typed").input("eve")
    whole(test.run())
    assert test.text_input(key=f"owner-{asked}").value == "@eve"
    test.text_input(key=f"owner-{asked}").input("@shop")
    whole(test.run())
    test.text_input(key="_who_typed").input("bob")
    whole(test.run())
    assert test.text_input(key=f"owner-{asked}").value == "@shop"


@pytest.mark.parametrize(("owner", "reason"), [("@ada", " "), ("@", "until the move"), ("", "until the move")])
def test_a_waiver_that_the_policy_would_refuse_is_not_shown(draw: Draw, store: Path, owner: str, reason: str) -> None:
    asked = finding_id(store, "oversized-file", "catalog/m14.py")
    test = draw("findings.py", finding=asked)
    test.text_input(key=f"owner-{asked}").input(owner)
    test.text_input(key=f"reason-{asked}").input(reason)
    whole(test.run())
    assert not any(code.language == "toml" for code in test.code)
    assert "a policy refuses a waiver without" in said(test)


def test_lines_of_the_reviews_file_that_cannot_be_read_are_told(draw: Draw, store: Path) -> None:
    (store / FILE).write_bytes(b'{"who": "b')
    assert "1 lines of the reviews file cannot be read" in said(draw("findings.py"))


# -- components


def test_the_map_of_a_repository_says_what_is_not_allowed(draw: Draw, store: Path) -> None:
    with open_history(store) as history:
        accused = {(edge.src, edge.dst) for edge in history.component_edges("shop") if not edge.allowed}
    test = draw("components.py", repo="shop")
    assert f"**{len(accused)}** not allowed" in said(test)
    assert {(row["From"], row["To"]) for row in table(test, "From")} == accused


def test_an_edge_of_the_map_opens_to_the_imports_behind_it(draw: Draw) -> None:
    test = draw("components.py", repo="shop", src="billing", dst="web")
    rows = table(test, "Needs")
    assert rows
    assert all(str(row["File"]).startswith("billing/") and str(row["Needs"]).startswith("web/") for row in rows)
    assert "not allowed by the policy" in said(test)


def test_a_component_opens_to_what_it_needs_and_who_needs_it(draw: Draw) -> None:
    words = said(draw("components.py", repo="shop", of="billing"))
    assert "12 files" in words
    assert "**Depends on**" in words
    assert "**Used by**" in words


def test_edges_both_ways_that_are_no_cycle_are_told_with_the_reason(
    store: Path, write_store: Callable[..., Path], loose_both_ways: Callable[..., None], draw: Draw
) -> None:
    shutil.rmtree(store)
    write_store(store, loose_both_ways)
    words = said(draw("components.py"))
    assert "**0** on a cycle." in words
    assert "2 more edges lead back to where they begin without being on a cycle" in words
    assert "loose beside those folders" in words
    page = draw("components.py", src="top", dst="one")
    assert "1 pair of files, 1 import" in said(page)
    assert "that is no cycle" in said(page)


def test_a_component_that_is_not_there_says_so(draw: Draw) -> None:
    assert "There is no component `nowhere`" in said(draw("components.py", repo="shop", of="nowhere"))


def test_the_drift_overlay_lists_the_edges_that_moved(draw: Draw) -> None:
    test = draw("components.py", repo="shop", overlay="Drift of 30 days")
    assert {(row["From"], row["To"]) for row in table(test, "Change")} >= {("accounts", "catalog"), ("web", "shared")}


# -- one batch


def test_a_batch_opens_to_its_agent_commits_and_what_it_moved(draw: Draw) -> None:
    test = draw("batch.py", repo="shop", batch="batch-8")
    words = said(test)
    assert "at least `copilot` (by its signature in a commit message), 90% sure" in words
    tiles = {metric.label: metric.value for metric in test.metric}
    assert (tiles["New findings"], tiles["Fixed findings"]) == ("2", "0")
    assert {(row["From"], row["To"], row["What"]) for row in table(test, "From")} == {
        ("billing", "web", "added, not allowed"),
        ("web", "billing", "changed"),
    }
    (commit,) = table(test, "Commit")
    assert (commit["Subject"], commit["Author"]) == ("do what batch-8 asks", "Ada Lovelace")


SUM = re.compile(r"Findings that stand: (\d+) before(?: \+ (\d+) new)?(?: \u2212 (\d+) fixed)? = (\d+) (?:now|after)\.")


def sums(test: AppTest) -> list[int]:
    """What a page says of findings: how many there were, came, went and are."""
    (found,) = SUM.findall(said(test))
    return [int(number or 0) for number in found]


def test_the_numbers_of_drift_and_of_its_table_add_up(draw: Draw) -> None:
    test = draw(repo="shop")
    before, new, fixed, now = sums(test)
    assert before + new - fixed == now == int(next(m.value for m in test.metric if m.label == "Findings"))
    rows = table(test, "Batch")
    assert [sum(counted(row[name]) for row in rows) for name in ("New findings", "Fixed")] == [new, fixed]
    every = table(draw("batch.py", repo="shop"), "Batch")
    assert [sum(counted(row[name]) for row in every) for name in ("New findings", "Fixed")] == [new, fixed]
    listed = said(draw("findings.py", repo="shop"))
    assert f"{now} of {now + counted(every[0]['Fixed'])} findings: {now} stand" in listed


def counted(cell: object) -> int:
    return 0 if str(cell) in ("nan", "None") else int(float(str(cell)))


@pytest.mark.parametrize("number", [1, 8, 9, 18, 28])
def test_the_numbers_of_a_batch_add_up(draw: Draw, number: int) -> None:
    test = draw("batch.py", repo="shop", batch=f"batch-{number}")
    tiles = {metric.label: metric.value for metric in test.metric}
    if number == 1:
        assert not SUM.search(said(test))
        return
    before, new, fixed, now = sums(test)
    assert before + new - fixed == now
    assert (str(new), str(fixed)) == (tiles["New findings"], tiles["Fixed findings"])


def test_the_first_batch_says_that_there_is_nothing_before_it(draw: Draw) -> None:
    assert "The history kept here begins with this batch" in said(draw("batch.py", repo="shop", batch="batch-1"))


def test_a_batch_that_is_not_there_says_so(draw: Draw) -> None:
    assert "has no batch `nowhere`" in said(draw("batch.py", batch="nowhere"))


def test_without_a_batch_every_batch_is_listed(draw: Draw) -> None:
    assert len(table(draw("batch.py", repo="shop"), "Batch")) == 30


# -- what there may be instead of a store


def test_about_says_what_the_numbers_rest_on(draw: Draw) -> None:
    rows = table(draw("about.py", repo="shop"), "Parsed")
    assert rows[0]["Files"] == rows[0]["Parsed"]
    assert table(draw("about.py"), "Main line")[1]["Main line"] == "refs/heads/main"


def test_a_store_that_is_not_there_says_what_to_do(draw: Draw, store: Path) -> None:
    shutil.rmtree(store)
    test = draw()
    assert "No store to show" in said(test)
    assert "plumbrule scan" in said(test)


def test_a_store_with_nothing_scanned_says_what_to_do(
    draw: Draw, store: Path, write_store: Callable[..., Path]
) -> None:
    shutil.rmtree(store)
    write_store(store)
    assert "Nothing has been scanned into this store yet." in said(draw())


def test_a_damaged_store_says_which_file(draw: Draw, store: Path) -> None:
    (generation,) = (store / "generations").glob("*.duckdb")
    generation.write_bytes(b"not a database" * 1000)
    test = draw()
    assert "No store to show" in said(test)
    assert generation.name in said(test)


@pytest.mark.parametrize("name", PAGES)
def test_a_single_snapshot_is_enough_for_every_page(
    draw: Draw, store: Path, write_store: Callable[..., Path], one_snapshot: object, name: str
) -> None:
    shutil.rmtree(store)
    write_store(store, one_snapshot)
    assert "Generation 1 " in said(draw(name))


def test_findings_of_a_store_without_any_say_so(
    draw: Draw, store: Path, write_store: Callable[..., Path], one_snapshot: object
) -> None:
    shutil.rmtree(store)
    write_store(store, one_snapshot)
    assert "Nothing was found." in said(draw("findings.py"))


def test_a_generation_published_meanwhile_is_picked_up_and_said(draw: Draw, store: Path) -> None:
    test = draw()
    with Store.open(store).writer(lambda _: None) as writer:
        writer.remember("a test", "something new")
        writer.publish()
    whole(test.run())
    assert "Generation 2 " in said(test)
    assert "generation 2 now" in test.toast[0].value
