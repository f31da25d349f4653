"""Questions that people ask of a graph, outside the hot path: how does A reach B, which parts belong together, and
where to draw them. Hides networkx. Every answer is deterministic: the same links give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

Link = tuple[str, str]

_SEED = 7
_MOST_DRAWN = 500
_ROUNDS = 200  # of the layout; component maps settle well before


def shortest_paths(links: Iterable[Link], src: str, dst: str, most: int = 3) -> list[list[str]]:
    """Up to `most` shortest ways from `src` to `dst` along links, first the one that sorts first; [] if there is none.

    With `src` equal to `dst`: the shortest ways around, at least one link long.
    """
    import networkx as nx

    graph = nx.DiGraph(sorted(links))
    if src not in graph or dst not in graph:
        return []
    if src != dst:
        if not nx.has_path(graph, src, dst):
            return []
        # Sorted links make the search order, and so the order of equally long ways, the same every time.
        return list(islice(nx.all_shortest_paths(graph, src, dst), most))
    around: list[list[str]] = []
    for following in sorted(graph.successors(src)):
        if following == src:
            around.append([src, src])
        elif nx.has_path(graph, following, src):
            around += [[src, *way] for way in islice(nx.all_shortest_paths(graph, following, src), most)]
    shortest = min(map(len, around), default=0)
    return sorted(way for way in around if len(way) == shortest)[:most]


def communities(links: Mapping[Link, float]) -> dict[str, int]:
    """Groups of nodes with many links among them (Louvain, Blondel 2008), whatever the direction; group by node.

    Groups are numbered by size, the largest 0, ties by their first member. `links` weighs each link.
    """
    import networkx as nx

    graph = _weighted(links)
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED) if graph else []
    ordered = sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))
    return {node: number for number, group in enumerate(ordered) for node in group}


def modularity(links: Mapping[Link, float], groups: Mapping[str, object]) -> float:
    """How much more weight lies inside the groups than chance would put there (Newman 2004); -0.5 to 1, 0 if empty."""
    import networkx as nx

    graph = _weighted(links)
    if not graph.size(weight="weight"):
        return 0.0
    parts: dict[str, set[str]] = {}
    for node in graph:
        parts.setdefault(str(groups.get(node, "")), set()).add(node)
    return round(float(nx.community.modularity(graph, list(parts.values()), weight="weight")), 6)


def layout(links: Mapping[Link, float], nodes: Sequence[str] = ()) -> dict[str, tuple[float, float]]:
    """A place for every node, linked ones near each other; both coordinates lie in -1 to 1.

    `nodes` adds those without links. Force-directed (Fruchterman and Reingold 1991) from a circle in sorted order; from
    500 nodes on, where a map cannot be read and networkx would need SciPy, the circle itself.
    """
    import networkx as nx

    graph = _weighted(links)
    graph.add_nodes_from(sorted(set(nodes) - set(graph)))
    ordered = sorted(graph)
    if len(ordered) < 2:
        return dict.fromkeys(ordered, (0.0, 0.0))
    start = nx.circular_layout(ordered)
    if len(ordered) >= _MOST_DRAWN:
        return {node: (round(float(start[node][0]), 4), round(float(start[node][1]), 4)) for node in ordered}
    found = nx.spring_layout(graph, pos=start, iterations=_ROUNDS, weight="weight", seed=_SEED)
    return {node: (round(float(found[node][0]), 4), round(float(found[node][1]), 4)) for node in ordered}


def on_cycles(links: Iterable[Link]) -> frozenset[Link]:
    """The links from which a way leads back to where they begin (those inside a strongly connected component)."""
    import networkx as nx

    graph = nx.DiGraph(sorted(links))
    place = {node: number for number, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes}
    return frozenset((src, dst) for src, dst in graph.edges if place[src] == place[dst])


def _weighted(links: Mapping[Link, float]) -> nx.Graph:
    """Undirected, both ways of a pair added up; nodes in sorted order because some answers depend on it."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(sorted({node for link in links for node in link}))
    for (src, dst), weight in sorted(links.items()):
        if src != dst:
            before = graph[src][dst]["weight"] if graph.has_edge(src, dst) else 0.0
            graph.add_edge(src, dst, weight=before + weight)
    return graph
