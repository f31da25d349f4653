"""Questions asked of a graph: ways, communities, places. networkx answers them, and its answers count."""

from __future__ import annotations

import networkx
import pytest

from plumbrule.questions import communities, layout, modularity, shortest_paths

LINKS = [("web", "cart"), ("cart", "tax"), ("web", "mail"), ("mail", "tax"), ("tax", "rate"), ("rate", "cart")]


def test_every_shortest_way_is_told_the_first_by_name_first():
    assert shortest_paths(LINKS, "web", "rate") == [["web", "cart", "tax", "rate"], ["web", "mail", "tax", "rate"]]
    assert shortest_paths(reversed(LINKS), "web", "rate", most=1) == [["web", "cart", "tax", "rate"]]


def test_the_way_around_a_cycle_comes_back_to_where_it_began():
    assert shortest_paths(LINKS, "cart", "cart") == [["cart", "tax", "rate", "cart"]]
    assert shortest_paths([("a", "a")], "a", "a") == [["a", "a"]]


@pytest.mark.parametrize(("src", "dst"), [("rate", "web"), ("web", "web"), ("web", "nowhere"), ("", "")])
def test_where_no_way_leads_none_is_told(src, dst):
    assert shortest_paths(LINKS, src, dst) == []


def test_networkx_finds_the_ways(monkeypatch):
    monkeypatch.setattr(networkx, "all_shortest_paths", lambda graph, src, dst: iter([[src, "by", dst]]))
    assert shortest_paths(LINKS, "web", "rate") == [["web", "by", "rate"]]


def two_teams():
    links = {("a1", "b1"): 1.0}
    for team in "ab":
        links |= {(f"{team}{n}", f"{team}{m}"): 2.0 for n in range(4) for m in range(4) if n != m}
    return links


def test_what_is_tightly_linked_is_one_community():
    groups = communities({**two_teams(), ("a4", "a0"): 5.0})
    assert groups == {**{f"a{n}": 0 for n in range(5)}, **{f"b{n}": 1 for n in range(4)}}


def test_communities_do_not_depend_on_the_order_of_links():
    links = two_teams()
    assert communities(links) == communities(dict(reversed(links.items())))


def test_networkx_finds_the_communities(monkeypatch):
    monkeypatch.setattr(networkx.community, "louvain_communities", lambda graph, **settings: [{node} for node in graph])
    assert len(set(communities(two_teams()).values())) == 8


def test_modularity_is_high_for_the_teams_and_low_across_them():
    links = two_teams()
    assert modularity(links, {node: node[0] for node in communities(links)}) > 0.4
    assert modularity(links, {node: node[1] for node in communities(links)}) < 0.0
    assert modularity({}, {}) == 0.0


def test_networkx_weighs_the_groups(monkeypatch):
    monkeypatch.setattr(networkx.community, "modularity", lambda graph, parts, **settings: 0.123)
    assert modularity(two_teams(), {}) == 0.123


def test_linked_nodes_lie_near_each_other_and_all_within_the_map():
    places = layout(two_teams(), ["alone"])

    def far(one, other):
        return sum((a - b) ** 2 for a, b in zip(places[one], places[other], strict=True))

    assert far("a0", "a2") < far("a0", "b2")
    assert set(places) == {*communities(two_teams()), "alone"}
    assert all(-1 <= at <= 1 for place in places.values() for at in place)


def test_places_do_not_depend_on_the_order_of_links():
    links = two_teams()
    assert layout(links) == layout(dict(reversed(links.items())))


def test_networkx_finds_the_places(monkeypatch):
    monkeypatch.setattr(networkx, "spring_layout", lambda graph, **settings: dict.fromkeys(graph, (0.5, -0.5)))
    assert set(layout(two_teams()).values()) == {(0.5, -0.5)}


@pytest.mark.parametrize("count", [0, 1, 600])
def test_any_number_of_nodes_gets_a_place(count):
    assert len(layout({}, [f"n{number}" for number in range(count)])) == count
