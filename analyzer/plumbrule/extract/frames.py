"""Running figures of definitions while nodes stream by; hides how what lies inside counts for what is around it.

A function that decides nothing itself, having all its decisions in functions inside, is only the place where they live:
then each of those stands for itself (SonarSource has it so). Those with a symbol have figures of their own; of the
others the most complex one stands for the place.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

_MOST_PARTS = 5  # functions inside one other that are told each
_LONGEST = 200  # of a name


class Unnamed:
    """A function without a symbol, a callback, or a class without a name: what the figures were where it began."""

    __slots__ = ("cognitive", "in_class", "inside", "nest", "outer", "scaled", "start", "worst")

    def __init__(self, frame: Frame, start: int, *, is_class: bool):
        self.outer = frame.unnamed
        self.in_class: bool = is_class or (self.outer is not None and self.outer.in_class)
        self.start = start
        self.cognitive = frame.cognitive
        self.scaled = frame.scaled
        self.nest = frame.nest
        self.inside = 0
        self.worst = 0


class Frame:
    """Running figures of one definition; classes and the module have one too, so that nothing leaks outwards."""

    __slots__ = (
        "body", "children", "cognitive", "cyclomatic", "deepest", "depth", "end", "handlers", "inside",
        "is_function", "is_inner", "layout", "level", "name", "nest", "node", "outer", "parts", "raises", "reach",
        "recursive", "scaled", "start", "statements", "symbol", "unnamed", "worst",
    )  # fmt: skip

    def __init__(self, symbol: int, name: bytes, node: Node | None, span: tuple[int, int, int], outer: Frame | None):
        self.symbol = symbol
        self.name = name
        self.node = node
        self.start, self.body, self.end = span
        self.outer = outer
        self.is_function = False
        self.is_inner = False  # a function in a function
        self.cyclomatic = 1
        self.cognitive = 0
        self.scaled = 0  # points of `cognitive` that grow with nesting: an outer function adds them once more a level
        self.nest = 0
        self.inside = 0  # points of `cognitive` that lie in functions inside
        self.worst = 0  # the most that an unnamed function inside weighs
        self.parts: list[tuple[int, int, bytes]] = []  # where they lie: (points, start, name)
        self.unnamed: Unnamed | None = None  # innermost unnamed function around the node at hand
        self.depth = 0
        self.deepest = 0
        self.reach = 0  # the same of the definitions inside, from here
        self.statements = 0
        self.layout = 0  # at which depth each statement stands
        self.level = 0
        self.handlers = 0
        self.raises = 0
        self.recursive = False
        self.children: list[Frame] = []

    def take(self, inner: Frame) -> None:
        """Counts a definition inside that has ended."""
        # Each scaled point inside is one dearer for every level at which this definition lies in the outer one.
        deeper = self.nest + inner.is_function if self.is_function or self.outer is not None else 0
        points = inner.cognitive + inner.scaled * deeper
        if points:
            self.cognitive += points
            self.scaled += inner.scaled
            around = self.unnamed or self
            around.inside += points
            if not inner.is_function and inner.worst > around.worst:
                around.worst = inner.worst
            if self.unnamed is None:
                self.parts.append((points, inner.start, inner.name))
        if inner.deepest or inner.reach:
            self.reach = max(self.reach, self.depth + max(inner.deepest, inner.reach))

    def leave(self, unnamed: Unnamed) -> None:
        """The innermost unnamed function around the node at hand has ended."""
        self.nest -= 1
        self.unnamed = unnamed.outer
        points = self.cognitive - unnamed.cognitive
        if not points:
            return
        # What it would have by itself; where it decides nothing, what the worst of those in it has.
        alone = points - (self.scaled - unnamed.scaled) * unnamed.nest if points > unnamed.inside else unnamed.worst
        around = unnamed.outer or self
        around.inside += points
        if alone > around.worst:
            around.worst = alone
        if unnamed.outer is None:
            self.parts.append((points, unnamed.start, b""))

    def weighed(self, line: Callable[[int], int]) -> tuple[int, int, int, str]:
        """Its own points, the points that it stands for, how deep it nests with what is inside, and what lies where;
        `line` gives the line of an offset."""
        if not self.inside:
            return self.cognitive, self.cognitive, max(self.deepest, self.reach), ""
        own = self.cognitive - self.inside
        parts = sorted(self.parts, key=lambda part: (-part[0], part[1]))
        told = [
            f"{points} in {name.decode('utf-8', 'replace')[:_LONGEST]} (line {line(start)})"
            if name
            else f"{points} at line {line(start)}"
            for points, start, name in parts[:_MOST_PARTS]
        ]
        rest = parts[_MOST_PARTS:]
        if rest:
            told.append(f"{sum(part[0] for part in rest)} in {len(rest)} more")
        return own, self.cognitive if own else self.worst, max(self.deepest, self.reach), ", ".join(told)
