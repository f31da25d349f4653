"""The page, the badge and the chart that Mermaid draws: by strict readers, then as a browser shows them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
import streamlit
from playwright.sync_api import Page, Route, sync_playwright

from plumbrule.report import Finding, Report, render
from plumbrule.report.escapes import visible
from plumbrule.report.picture import picture

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
PATIENCE = 90_000  # milliseconds; a busy machine draws slowly
ELEMENTS = (
    "html head meta title style body h1 h2 h3 p ul li dl dt dd code pre span strong br section article details summary"
    " table thead tbody tr th td"
)


def parsed(report: Report) -> ElementTree.Element:
    """The page, if it is without a fault."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render(report, "html"))


def test_the_page_is_html_of_a_few_elements_and_asks_for_nothing(report: Report):
    page = parsed(report)
    assert {element.tag for element in page.iter()} <= set(ELEMENTS.split())
    named = {name for element in page.iter() for name in element.attrib}
    assert named <= {"lang", "charset", "http-equiv", "content", "name", "class", "style"}
    styles = [element.get("style", "") for element in page.iter()]
    assert {style for style in styles if not re.fullmatch(r"--mark: var\(--\w+\)", style)} <= {""}
    assert not re.search(r"url\(|@import|//", page.findtext("head/style") or "")


def test_the_page_forbids_what_it_does_not_use(minimal: Report):
    (policy,) = [meta.get("content", "") for meta in parsed(minimal).iter("meta") if meta.get("http-equiv")]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_the_page_says_what_is_new_with_its_source_and_what_to_do(rich: Report):
    page = parsed(rich)
    assert page.findtext("body/h1", "").startswith("Plumbrule: failed: 3 new errors")
    sources = ["".join(pre.itertext()) for pre in page.iter("pre")]
    assert "3from billing.tax import (\n4    rate,\n5)" in sources
    said = " ".join("".join(page.itertext()).split())
    assert "Promises that others rely on, broken error: 1 new" in said
    assert said.count("What to do instead: Break the cheapest edge") == 1
    assert "waived: 1" in said
    assert "history is partial: shallow clone" in said


def test_hostile_names_stand_on_the_page_as_they_are_shown(hostile: Report):
    said = "".join(parsed(hostile).itertext())
    assert [finding.path for finding in hostile.findings if visible(finding.path) not in said] == []


def test_the_badge_is_a_picture_that_says_its_words(rich: Report, minimal: Report):
    def words(report: Report) -> tuple[str, str]:
        svg = ElementTree.fromstring(render(report, "badge"))
        assert svg.get("aria-label") == svg.findtext("{*}title")
        assert {element.tag.rpartition("}")[2] for element in svg.iter()} == {
            "svg",
            "title",
            "clipPath",
            "rect",
            "g",
            "text",
        }
        return svg.findtext("{*}title", ""), svg.findall("{*}g/{*}rect")[1].get("fill", "")

    unjudged = replace(minimal, verdict="not-judged", reasons=("no base",))
    warned = replace(minimal, findings=(replace(rich.findings[3]),))
    assert words(minimal)[0] == "plumbrule: passed"
    assert words(rich)[0] == "plumbrule: failed: 3 findings"
    assert words(warned)[0] == "plumbrule: passed, 1 to look at"
    assert words(unjudged)[0] == "plumbrule: not judged"
    assert words(replace(minimal, policy=replace(minimal.policy, preview=True)))[0] == "plumbrule: preview: passed"
    assert len({words(report)[1] for report in (minimal, rich, unjudged)}) == 3


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A page that is given Mermaid's own code, as Streamlit brings it along, and nothing else."""
    scripts = Path(streamlit.__file__).parent / "static/static/js"

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if not name:
            route.fulfill(body="<!DOCTYPE html><title>x</title><body></body>", content_type="text/html")
        elif (scripts / name).is_file():
            route.fulfill(body=(scripts / name).read_bytes(), content_type="text/javascript")
        else:
            route.abort()

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "no browser: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS, timeout=PATIENCE)
        page = started.new_page()
        page.set_default_timeout(PATIENCE)
        page.route("**/*", answer)
        yield page
        started.close()


def chart(page: Page, report: Report) -> dict[str, list[str]]:
    """What Mermaid drew: the words of nodes, arrows and frames, and the elements of the picture."""
    (core,) = [file.name for file in Path(streamlit.__file__).parent.glob("static/static/js/mermaid.core.*.js")]
    page.goto("http://page.test/")
    return page.evaluate(
        """async ([core, text]) => {
            const mermaid = (await import('/' + core)).default;
            mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
            document.body.innerHTML = (await mermaid.render('chart', text)).svg;
            const words = where => [...document.querySelectorAll(where)].map(one => one.textContent);
            return {
                nodes: words('g.node'),
                arrows: [...document.querySelectorAll('path.flowchart-link')].map(one => one.id),
                labels: words('g.edgeLabel'),
                frames: words('.cluster-label'),
                elements: [...new Set([...document.querySelectorAll('svg *')].map(one => one.tagName))],
                title: words('.flowchartTitleText'),
            };
        }""",
        [core, render(report, "mermaid")],
    )


def test_mermaid_draws_the_arrows_and_says_what_they_are(browser: Page, rich: Report):
    shown = chart(browser, rich)
    assert len(shown["arrows"]) == 2
    assert {label.strip() for label in shown["labels"]} >= {"new: dependency-cycle"}
    assert "api.pynew: contract-break" in {node.strip() for node in shown["nodes"]}
    assert {frame.strip() for frame in shown["frames"]} == {"billing", "web"}
    assert shown["title"] == ["Plumbrule: failed: 3 new errors, 1 new warning, 1 known error never accepted"]


def test_mermaid_draws_an_empty_report(browser: Page, minimal: Report):
    assert [node.strip() for node in chart(browser, minimal)["nodes"]] == ["passed: nothing new"]


def test_hostile_names_are_names_in_mermaid(browser: Page, hostile: Report):
    shown = chart(browser, hostile)
    of = picture(hostile)
    nodes = {" ".join(node.split()) for node in shown["nodes"]}
    short = {visible(node.label) for node in of.nodes if len(visible(node.label)) <= 40}
    assert {" ".join(name.split()) for name in short} <= nodes
    assert len(shown["arrows"]) == len(of.arrows)
    assert {"script", "a", "img", "iframe"}.isdisjoint(shown["elements"])


def test_a_chart_of_very_much_is_one_that_mermaid_still_draws(browser: Page, minimal: Report):
    many = tuple(
        Finding(str(n), "layer-breach", "error", "new", "shop", f"{'(' * 90}{n} -> {')' * 90}{n}", "", 0, "no", "")
        for n in range(900)
    )
    shown = chart(browser, replace(minimal, findings=many))
    assert shown["arrows"]
    assert any("not drawn" in node for node in shown["nodes"])


def test_a_browser_shows_the_page_and_the_badge_and_reports_no_fault(browser: Page, hostile: Report):
    faults: list[str] = []
    browser.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    browser.on("dialog", lambda dialog: faults.append(dialog.message))
    browser.set_content(render(hostile, "html"))
    assert browser.locator("article").count() == sum(finding.state == "new" for finding in hostile.findings)
    browser.set_content(render(hostile, "badge"))
    box = browser.locator("svg").bounding_box()
    assert box is not None
    assert 19 < box["height"] < 21
    assert faults == []
