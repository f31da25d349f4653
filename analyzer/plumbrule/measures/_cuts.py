"""Which edges to break so that a cycle falls apart: a light feedback arc set. Hides how it is searched.

Minimum feedback arc set is NP-hard. Every directed cycle lies inside one biconnected block of the undirected graph,
so the cycle is split into blocks; blocks of up to 12 nodes are solved exactly (dynamic programming over subsets),
larger ones by the greedy order of Eades, Lin and Smyth (1993). When more than three edges are needed, the three named
are those after which the fewest members are still tied together; a cycle too large for that names its lightest edges.

networkx does the blocks too, but costs 90 ms to import, and every scan that meets a cycle comes here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from plumbrule.measures._structure import strongly_connected

Arc = tuple[str, str]

_EXACT = 12  # nodes: 4,096 subsets, 25 ms at most
_NAMED = 3
_TRIED = 8  # candidates whose effect is looked at
_LARGE = 200  # nodes from which on effects are not looked at: 8 candidates cost 8 passes over all edges


class Cut(NamedTuple):
    named: tuple[Arc, ...]  # what to break first, at most three
    rest: tuple[Arc, ...]  # the further edges of the whole feedback arc set, cheapest first

    @property
    def size(self) -> int:
        return len(self.named) + len(self.rest)


def cut(weights: Mapping[Arc, int]) -> Cut:
    """A light feedback arc set of one strongly connected graph, given the price of every edge."""
    targets: dict[str, list[str]] = {}
    for src, dst in sorted(weights):
        targets.setdefault(src, []).append(dst)
    arcs: list[Arc] = []
    for block in _blocks(weights):
        nodes = sorted(block)
        inside = [(src, dst) for src in nodes for dst in targets.get(src, ()) if dst in block]
        order = _exact_order(nodes, inside, weights) if len(nodes) <= _EXACT else _greedy_order(nodes, inside, weights)
        place = {node: position for position, node in enumerate(order)}
        arcs.extend(arc for arc in inside if place[arc[0]] > place[arc[1]])
    arcs.sort(key=lambda arc: (weights[arc], arc))
    if len(arcs) <= _NAMED:
        return Cut(tuple(arcs), ())
    if len({node for arc in weights for node in arc}) > _LARGE:
        return Cut(tuple(arcs[:_NAMED]), tuple(arcs[_NAMED:]))
    named: list[Arc] = []
    while len(named) < _NAMED:
        tied = {arc: _tied(targets, {*named, arc}) for arc in [arc for arc in arcs if arc not in named][:_TRIED]}
        named.append(min(tied, key=lambda arc: (tied[arc], weights[arc], arc)))
    return Cut(tuple(named), tuple(arc for arc in arcs if arc not in named))


def _tied(targets: Mapping[str, Sequence[str]], broken: Set[Arc]) -> int:
    """Pairs of nodes that lead to each other without the broken edges."""
    number: dict[str, int] = {}
    for src, others in targets.items():
        for node in (src, *others):
            number.setdefault(node, len(number))
    left: list[list[int]] = [[] for _ in number]
    for src, others in targets.items():
        left[number[src]] = [number[dst] for dst in others if (src, dst) not in broken]
    return sum(len(part) ** 2 for part in strongly_connected(left))


def _blocks(arcs: Collection[Arc]) -> Iterator[Set[str]]:
    """Biconnected components of the undirected graph of these edges, single nodes left out (Hopcroft, Tarjan 1973)."""
    beside: dict[str, dict[str, None]] = {}
    for src, dst in sorted(arcs):
        if src != dst:
            beside.setdefault(src, {})[dst] = None
            beside.setdefault(dst, {})[src] = None
    place: dict[str, int] = {}
    for root in beside:
        if root not in place:
            yield from _blocks_from(root, beside, place)


def _blocks_from(root: str, beside: Mapping[str, Mapping[str, None]], place: dict[str, int]) -> Iterator[Set[str]]:
    """Those that can be reached from one node; `place`, the order in which nodes are met, is added to."""
    place[root] = len(place)
    low = {root: place[root]}  # the first met of those that a node leads back to
    waiting = [root]  # in no block yet
    path = [(root, iter(beside[root]))]
    while path:
        node, others = path[-1]
        other = next(others, None)
        if other is None:
            path.pop()
            around = path[-1][0] if path else node
            low[around] = min(low[around], low[node])
            if path and low[node] >= place[around]:
                yield {around, *_popped(waiting, node)}
        elif other in place:
            low[node] = min(low[node], place[other])
        else:
            place[other] = low[other] = len(place)
            waiting.append(other)
            path.append((other, iter(beside[other])))


def _popped(waiting: list[str], last: str) -> list[str]:
    """What stands behind this one, and itself, taken off."""
    taken = [waiting.pop()]
    while taken[-1] != last:
        taken.append(waiting.pop())
    return taken


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

    left = _Left(nodes, arcs, weights)
    front: list[int] = []
    tail: list[int] = []
    while len(front) + len(tail) < len(nodes):
        while left.free:
            node = left.free.pop()
            if not left.gone[node]:
                (tail if left.take(node) else front).append(node)
        while left.heap:
            value, node = heapq.heappop(left.heap)
            if not left.gone[node] and -value == left.surplus[node]:
                (tail if left.take(node) else front).append(node)
                break
    return [nodes[node] for node in front + tail[::-1]]


class _Left:
    """The nodes, by number, that have no place yet, and the edges between them."""

    __slots__ = ("free", "gone", "heap", "predecessors", "successors", "surplus")

    def __init__(self, nodes: Sequence[str], arcs: Sequence[Arc], weights: Mapping[Arc, int]) -> None:
        import heapq

        number = {node: position for position, node in enumerate(nodes)}
        self.successors: list[dict[int, int]] = [{} for _ in nodes]
        self.predecessors: list[dict[int, int]] = [{} for _ in nodes]
        for src, dst in arcs:
            self.successors[number[src]][number[dst]] = weights[src, dst]
            self.predecessors[number[dst]][number[src]] = weights[src, dst]
        # What goes out of a node over what goes in.
        self.surplus = [
            sum(out.values()) - sum(into.values()) for out, into in zip(self.successors, self.predecessors, strict=True)
        ]
        self.heap = [(-surplus, node) for node, surplus in enumerate(self.surplus)]  # also of nodes that are gone
        heapq.heapify(self.heap)
        self.free = [node for node in range(len(nodes)) if not self.successors[node] or not self.predecessors[node]]
        self.gone = bytearray(len(nodes))

    def take(self, node: int) -> bool:
        """Takes a node and its edges out; whether it was a sink that something led to."""
        import heapq

        successors, predecessors, surplus = self.successors, self.predecessors, self.surplus
        out, into = successors[node], predecessors[node]
        self.gone[node] = 1
        for other, weight in out.items():
            del predecessors[other][node]
            surplus[other] += weight
        for other, weight in into.items():
            del successors[other][node]
            surplus[other] -= weight
        for other in (*out, *into):
            heapq.heappush(self.heap, (-surplus[other], other))
            if not successors[other] or not predecessors[other]:
                self.free.append(other)
        return not out and bool(into)
