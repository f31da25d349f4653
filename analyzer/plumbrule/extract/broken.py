"""What a parser leaves where the text is no program.

Hides how that is found without a look at the parts that were understood.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Tree

# At each node the cursor looks for a named sibling after it: 50,000 brackets that nothing closes, in a row under one
# error node, took 1.7 s and twice as many four times that. Code that a typing error breaks has runs of a few tokens.
_LONGEST_RUN = 20_000


def refuse_runs(tree: Tree, size: int) -> None:
    """Raises ValueError if error recovery left so many tokens in a row that looking through them takes minutes."""
    if size <= _LONGEST_RUN or not tree.root_node.has_error:
        return
    cursor = tree.walk()
    runs = [0]  # tokens since the last named node, of every node around
    while True:
        node = cursor.node
        assert node is not None  # there is always one under a cursor
        runs[-1] = 0 if node.is_named else runs[-1] + 1
        if runs[-1] > _LONGEST_RUN:
            raise ValueError(f"broken beyond reading: over {_LONGEST_RUN:,} signs in a row that belong to nothing")
        if node.has_error and cursor.goto_first_child():
            runs.append(0)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            runs.pop()


def put_in(tree: Tree) -> Iterator[int]:
    """Where the parser put in a token that the source lacks, to go on behind it; ordered."""
    cursor = tree.walk()
    while True:
        node = cursor.node
        assert node is not None  # there is always one under a cursor
        if node.is_missing:
            yield node.start_byte
        if node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
