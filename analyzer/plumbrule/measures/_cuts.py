"""Which edges to break so that a cycle falls apart: a light feedback arc set. Hides how it is searched.

Minimum feedback arc set is NP-hard. Every directed cycle lies inside one biconnected block of the undirected graph,
so networkx splits the cycle into blocks; blocks of up to 12 nodes are solved exactly (dynamic programming over
subsets), larger ones by the greedy order of Eades, Lin and Smyth (1993). When more than three edges are needed, the
three named are those after which the fewest members are still tied together, by networkx's strongly connected
components; a cycle too large for that names its lightest edges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Arc = tuple[str, str]

_EXACT = 12  # nodes: 4,096 subsets, 25 ms at most
_NAMED = 3
_TRIED = 8  # candidates whose effect is looked at
_LARGE = 200  # nodes from which on effects are not looked at: 8 candidates cost 8 passes over all edges


class Cut(NamedTuple):
    named: tuple[Arc, ...]  # what to break first, at most three
    size: int  # edges of the whole feedback arc set


def cut(weights: Mapping[Arc, int]) -> Cut:
    """A light feedback arc set of one strongly connected graph, given the price of every edge."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_weighted_edges_from((src, dst, weights[src, dst]) for src, dst in sorted(weights))
    arcs: list[Arc] = []
    for block in nx.biconnected_components(graph.to_undirected(as_view=True)):
        nodes = sorted(block)
        inside = [(src, dst) for src in nodes for dst in graph.successors(src) if dst in block]
        order = _exact_order(nodes, inside, weights) if len(nodes) <= _EXACT else _greedy_order(nodes, inside, weights)
        place = {node: position for position, node in enumerate(order)}
        arcs.extend(arc for arc in inside if place[arc[0]] > place[arc[1]])
    arcs.sort(key=lambda arc: (weights[arc], arc))
    if len(arcs) <= _NAMED:
        return Cut(tuple(arcs), len(arcs))
    if graph.number_of_nodes() > _LARGE:
        return Cut(tuple(arcs[:_NAMED]), len(arcs))
    named: list[Arc] = []
    while len(named) < _NAMED:
        tied: dict[Arc, int] = {}
        for arc in [arc for arc in arcs if arc not in named][:_TRIED]:
            graph.remove_edge(*arc)
            tied[arc] = sum(len(part) ** 2 for part in nx.strongly_connected_components(graph) if len(part) > 1)
            graph.add_edge(*arc, weight=weights[arc])
        best = min(tied, key=lambda arc: (tied[arc], weights[arc], arc))
        named.append(best)
        graph.remove_edge(*best)
    return Cut(tuple(named), len(arcs))


def _exact_order(nodes: Sequence[str], arcs: Sequence[Arc], weights: Mapping[Arc, int]) -> list[str]:
    """The order of nodes in which the edges that point back weigh least."""
    count = len(nodes)
    bit = {node: 1 << position for position, node in enumerate(nodes)}
    back = []  # back[v][set] = weight of v's edges into the set, all of them placed before v
    for node in nodes:
        price = {bit[dst]: weights[src, dst] for src, dst in arcs if src == node}
        into = [0] * (1 << count)
        for chosen in range(1, 1 << count):
            low = chosen & -chosen
            into[chosen] = into[chosen ^ low] + price.get(low, 0)
        back.append(into)
    total = [0] * (1 << count)
    last = [0] * (1 << count)
    for chosen in range(1, 1 << count):
        best = -1
        rest = chosen
        while rest:
            low = rest & -rest
            rest ^= low
            node_index = low.bit_length() - 1
            price_here = total[chosen ^ low] + back[node_index][chosen ^ low]
            if best < 0 or price_here < best:
                best = price_here
                last[chosen] = node_index
        total[chosen] = best
    order = []
    chosen = (1 << count) - 1
    while chosen:
        order.append(nodes[last[chosen]])
        chosen ^= 1 << last[chosen]
    return order[::-1]


def _greedy_order(nodes: Sequence[str], arcs: Sequence[Arc], weights: Mapping[Arc, int]) -> list[str]:
    """Eades, Lin, Smyth: sinks to the back, sources to the front, else the node with most weight going out over in."""
    import heapq

    number = {node: position for position, node in enumerate(nodes)}
    successors: list[dict[int, int]] = [{} for _ in nodes]
    predecessors: list[dict[int, int]] = [{} for _ in nodes]
    for src, dst in arcs:
        successors[number[src]][number[dst]] = weights[src, dst]
        predecessors[number[dst]][number[src]] = weights[src, dst]
    surplus = [sum(successors[node].values()) - sum(predecessors[node].values()) for node in range(len(nodes))]
    heap = [(-surplus[node], node) for node in range(len(nodes))]
    heapq.heapify(heap)
    free = [node for node in range(len(nodes)) if not successors[node] or not predecessors[node]]
    gone = bytearray(len(nodes))
    front: list[int] = []
    tail: list[int] = []

    def take(node: int) -> None:
        gone[node] = 1
        (tail if not successors[node] and predecessors[node] else front).append(node)
        for other, weight in successors[node].items():
            del predecessors[other][node]
            surplus[other] += weight
            touched(other)
        for other, weight in predecessors[node].items():
            del successors[other][node]
            surplus[other] -= weight
            touched(other)

    def touched(node: int) -> None:
        heapq.heappush(heap, (-surplus[node], node))
        if not successors[node] or not predecessors[node]:
            free.append(node)

    while len(front) + len(tail) < len(nodes):
        while free:
            node = free.pop()
            if not gone[node]:
                take(node)
        while heap:
            value, node = heapq.heappop(heap)
            if not gone[node] and -value == surplus[node]:
                take(node)
                break
    return [nodes[node] for node in front + tail[::-1]]
