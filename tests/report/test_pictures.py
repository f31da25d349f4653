"""The drawn formats, each read by a reader of it: pydot, a grammar of D2, networkx. Mermaid's own is in a browser."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import networkx
import pydot
import pytest
import tree_sitter_d2
from tree_sitter import Language, Node, Parser

from plumbrule.report import Finding, Report, render
from plumbrule.report.escapes import visible
from plumbrule.report.picture import Picture, picture

NEW = Finding("1", "layer-breach", "error", "new", "shop", "web/a.py -> domain/b.py", "web/a.py", 2, "no", "")


def drawn(report: Report, *findings: Finding) -> set[tuple[str, str, str]]:
    """(from, to, in words) of every arrow."""
    return arrows(picture(replace(report, findings=findings)))


def arrows(of: Picture) -> set[tuple[str, str, str]]:
    names = {node.id: node.name for node in of.nodes}
    return {(names[arrow.src], names[arrow.dst], arrow.mark.words) for arrow in of.arrows}


# -- what is drawn -------------------------------------------------------------------------------------------------


def test_the_breach_is_drawn_as_new_and_its_surroundings_as_what_they_are(minimal: Report):
    known = replace(NEW, state="known", subject="domain/b.py -> web/c.py", path="domain/b.py")
    assert drawn(minimal, NEW, known, replace(known, state="waived", subject="domain/b.py -> web/d.py")) == {
        ("web/a.py", "domain/b.py", "new: layer-breach"),
        ("domain/b.py", "web/c.py", "known"),
        ("domain/b.py", "web/d.py", "waived"),
    }


def test_what_touches_nothing_new_is_counted_and_drawn_where_nothing_is_new(minimal: Report):
    far = replace(NEW, state="known", subject="x/a.py -> y/b.py", path="x/a.py")
    assert len(drawn(minimal, NEW, far)) == 1
    assert picture(replace(minimal, findings=(NEW, far))).notes == (
        "not drawn: 1 more finding; the formats text and json have them all",
    )
    assert drawn(minimal, far) == {("x/a.py", "y/b.py", "known")}


def test_the_rest_of_a_cycle_is_drawn_with_its_new_edge(minimal: Report):
    edges = [replace(NEW, subject=f"{a}.py -> {b}.py", path=f"{a}.py", group="abcd") for a, b in pairwise("abcde")]
    edges = [edges[0], *(replace(edge, state="known") for edge in edges[1:])]
    assert {words for _, _, words in drawn(minimal, *edges)} == {"new: layer-breach", "known"}
    assert len(drawn(minimal, *edges)) == 4


def test_two_rules_about_one_dependency_are_one_arrow_in_the_look_of_the_worst(minimal: Report):
    cycle = replace(NEW, rule="dependency-cycle", severity="warning")
    known = replace(NEW, rule="reach-through", state="known")
    of = picture(replace(minimal, findings=(cycle, known, NEW)))
    assert arrows(of) == {("web/a.py", "domain/b.py", "new: layer-breach, dependency-cycle")}
    assert of.arrows[0].mark.severity == "error"


@pytest.mark.parametrize(
    ("subject", "path", "nodes"),
    [
        ("web/a.py -> b/c.py::_secret", "web/a.py", {"web/a.py", "b/c.py"}),
        ("web -> domain", "web/a.py", {"web", "domain"}),
        ("odd -> name.py -> b.py", "odd -> name.py", {"odd -> name.py", "b.py"}),
        ("a.py -> odd -> name.py", "a.py", {"a.py", "odd -> name.py"}),
        ("a.py::Cart.total", "a.py", {"a.py"}),
        ("a.py", "a.py", {"a.py"}),
        ("one -> two -> three", "", set()),  # nobody can say which
        ("components web: src/**", "plumbrule.toml", set()),
        ("this change", "", set()),
    ],
)
def test_what_a_finding_is_about_is_told_by_its_subject(minimal: Report, subject: str, path: str, nodes: set[str]):
    of = picture(replace(minimal, findings=(replace(NEW, subject=subject, path=path),)))
    assert {node.name for node in of.nodes} == nodes
    assert len(of.arrows) == (len(nodes) == 2)
    assert len(of.notes) == (not nodes)


def test_files_of_one_name_in_two_repositories_are_two(minimal: Report):
    of = picture(replace(minimal, findings=(NEW, replace(NEW, repo="orders"))))
    assert [node.name for node in of.nodes] == [
        *("domain/b.py", "web/a.py", "orders: domain/b.py", "orders: web/a.py"),
    ]


def test_a_picture_of_very_much_is_cut_and_says_so_and_a_graph_for_programs_is_not(minimal: Report):
    many = tuple(replace(NEW, subject=f"a{n}.py -> b{n}.py", path=f"a{n}.py") for n in range(900))
    report = replace(minimal, findings=many)
    of = picture(report)
    assert len(of.arrows) <= 60
    assert of.notes == (f"not drawn: {900 - len(of.arrows)} more findings; the formats text and json have them all",)
    assert len(networkx.parse_graphml(render(report, "graphml")).edges) == 900


def test_of_a_large_cycle_the_edge_that_the_change_made_and_the_shortest_way_back_are_drawn(minimal: Report):
    ring = [(f"a{n}", f"a{(n + 1) % 90}") for n in range(90)]
    edges = [("web/new", "a50"), ("a53", "web/new"), *ring]
    cycle = tuple(
        replace(NEW, id=src + dst, rule="dependency-cycle", subject=f"{src} -> {dst}", path=src, group="all")
        for src, dst in edges
    )
    report = replace(minimal, findings=(replace(cycle[0], touched=True), *cycle[1:], NEW))
    assert arrows(picture(report)) == {
        ("web/new", "a50", "new: dependency-cycle"),
        ("a50", "a51", "new: dependency-cycle"),
        ("a51", "a52", "new: dependency-cycle"),
        ("a52", "a53", "new: dependency-cycle"),
        ("a53", "web/new", "new: dependency-cycle"),
        ("web/a.py", "domain/b.py", "new: layer-breach"),
    }
    assert {arrow.mark.width for arrow in picture(report).arrows} == {2, 3}


# -- read back -----------------------------------------------------------------------------------------------------


def dot_text(quoted: str) -> str:
    """A label as Graphviz shows it; pydot gives the source."""
    assert quoted[0] == quoted[-1] == '"'
    shown, rest = "", quoted[1:-1]
    while rest:
        taken = 2 if rest[0] == "\\" else 1
        shown += rest[1].replace("n", "\n") if taken == 2 and rest[1] in '\\"n' else rest[:taken]
        rest = rest[taken:]
    return shown.replace("&amp;", "&")


def read_dot(report: Report) -> tuple[str, dict[str, str], set[tuple[str, str, str]]]:
    """The title, by id what a node's tooltip says, and (from, to, label) of the arrows."""
    (graph,) = pydot.graph_from_dot_data(render(report, "dot")) or []
    frames = [graph, *graph.get_subgraphs()]
    nodes = [node for frame in frames for node in frame.get_nodes() if node.get_name() not in ("graph", "node", "edge")]
    tips = {node.get_name(): dot_text(node.get("tooltip")) for node in nodes}
    edges = {(e.get_source(), e.get_destination(), dot_text(e.get("label"))) for e in graph.get_edges()}
    return dot_text(graph.get_graph_defaults()[0]["label"]), tips, edges


def test_graphviz_draws_each_arrow_between_files_in_frames(rich: Report):
    title, names, edges = read_dot(rich)
    assert title.startswith("Plumbrule: failed: 3 new errors")
    assert {(names[src], names[dst], words) for src, dst, words in edges} == {
        ("billing/invoice.py", "billing/tax.py", "new: dependency-cycle"),
        ("billing/tax.py", "billing/invoice.py", "new: dependency-cycle"),
    }
    assert 'label="api.py\\nnew: contract-break"' in render(rich, "dot")


def d2_parts(report: Report) -> tuple[Node, dict[str, str], list[tuple[str, str]]]:
    """The tree, the labels by key, and both ends of every connection."""
    text = render(report, "d2").encode()
    tree = Parser(Language(tree_sitter_d2.language())).parse(text).root_node
    labels: dict[str, str] = {}
    ends = []
    for line in tree.named_children:
        keys = [c.text.decode() for c in line.named_children if c.type in ("identifier", "identifier_chain") and c.text]
        label = next((c.text.decode() for c in line.named_children if c.type == "label" and c.text), "")
        if len(keys) == 2:
            ends.append((keys[0], keys[1]))
        else:
            labels[keys[0]] = label
    return tree, labels, ends


def test_d2_draws_the_same(rich: Report):
    tree, labels, ends = d2_parts(rich)
    assert not tree.has_error
    assert sorted((labels[src], labels[dst]) for src, dst in ends) == [
        ('"invoice.py"', '"tax.py"'),
        ('"tax.py"', '"invoice.py"'),
    ]
    assert labels["title"].startswith('"Plumbrule: failed: 3 new errors')


def test_programs_read_names_states_and_rules_from_graphml(rich: Report):
    graph = networkx.parse_graphml(render(rich, "graphml"))
    assert graph.is_directed()
    assert graph.graph["verdict"] == "failed"
    names = networkx.get_node_attributes(graph, "name")
    told = {(names[a], names[b], data["state"], data["rules"]) for a, b, data in graph.edges(data=True)}
    assert told == {
        ("billing/invoice.py", "billing/tax.py", "new", "dependency-cycle"),
        ("billing/tax.py", "billing/invoice.py", "new", "dependency-cycle"),
        ("web/a.py", "domain/b.py", "unaccepted", "layer-breach"),
        ("web/c.py", "domain/d.py", "waived", "layer-breach"),
        ("old/a.py", "old/b.py", "fixed", "dependency-cycle"),
    }


def test_hostile_names_are_names_in_every_picture(hostile: Report):
    _, tips, edges = read_dot(hostile)
    graph = networkx.parse_graphml(render(hostile, "graphml"))
    tree, labels, ends = d2_parts(hostile)
    of = picture(hostile)
    names = {visible(node.name) for node in of.nodes}
    assert names == set(tips.values())
    assert names == set(networkx.get_node_attributes(graph, "name").values())
    assert not tree.has_error
    assert len(of.arrows) == len(edges) == len(ends) == len(graph.edges)
    assert {key for pair in ends for key in pair} <= labels.keys()


def test_an_empty_report_is_a_picture_with_the_verdict(minimal: Report):
    title, names, edges = read_dot(minimal)
    assert (title, names, edges) == ("Plumbrule: passed: nothing new", {}, set())
    assert d2_parts(minimal)[1] == {"direction": "right", "title": '"Plumbrule: passed: nothing new"'}
    assert networkx.parse_graphml(render(minimal, "graphml")).graph["headline"] == "passed: nothing new"


@pytest.mark.parametrize("format_name", ["dot", "d2", "mermaid", "graphml", "html", "badge"])
def test_a_picture_of_what_could_not_be_judged_says_so(minimal: Report, format_name: str):
    assert "not judged" in render(replace(minimal, verdict="not-judged", reasons=("no base",)), format_name)
