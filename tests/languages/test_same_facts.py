"""Facts are a function of the bytes: neither the run nor what was read before counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2] / "analyzer/plumbrule/languages"
PROGRAM = """
import hashlib, random, sys
from pathlib import Path
import tree_sitter
from plumbrule.languages import language_of

paths = sys.argv[2:]
random.Random(sys.argv[1]).shuffle(paths)
found = {}
for path in paths:
    language, data = language_of(path), Path(path).read_bytes()
    if language is None:
        continue
    grammar = tree_sitter.Language(language.grammar())
    tree = tree_sitter.Parser(grammar).parse(language.code_in(data))
    try:
        facts = language.extract(data, tree, tree_sitter.Query(grammar, language.query))
    except ValueError as error:
        facts = error
    found[path] = hashlib.sha256(repr(facts).encode()).hexdigest()
for path in sorted(found):
    print(path, found[path])
"""


# Calls of the same names through what is around them and without it: their order was once that of a set.
AROUND = """\
package shop

import other.*

class Conf : Base()

fun make(block: Conf.() -> Unit) {}

fun use() {
    alpha(); beta(); gamma(); delta(); omega(); sigma(); kappa()
    make { alpha(); beta(); gamma(); delta(); omega(); sigma(); kappa() }
    with(conf) { alpha(); beta(); gamma(); delta(); omega(); sigma(); kappa() }
}
"""


def test_facts_are_the_same_in_every_run_and_order(tmp_path: Path) -> None:
    around = tmp_path / "around.kt"
    around.write_text(AROUND)
    files = sorted(str(path) for path in (around, *HERE.glob("*/fixtures/**/*")) if path.is_file())

    def told(seed: int) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(seed), *files],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    first = told(1)
    assert len(first) > 200
    for seed in (2, 3):
        assert told(seed) == first
