"""Rules from outside, each statement in a child process that can be killed. Hides the process and how it gets its data.

The child holds a read-only copy of the tables that the rules read and nothing else: no external access, bounded memory,
time and output. Whatever happens to it, the rule it worked on is named and the next one gets a fresh child.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from plumbrule.data import dataclass
from plumbrule.errors import RuleError
from plumbrule.judge.database import fresh
from plumbrule.judge.policy_tables import TOLD
from plumbrule.judge.query import Reads, reads
from plumbrule.judge.rulefile import Rule
from plumbrule.store import engine
from plumbrule.tables import Row

if TYPE_CHECKING:
    from subprocess import Popen

    from plumbrule.judge.sides import Sides


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What rules may cost: one statement of a rule from outside, and all that ship together."""

    together: float = 300.0  # seconds
    seconds: float = 20.0
    memory_mb: int = 512
    rows: int = 20_000
    answer_mb: int = 32


_START_SECONDS = 60.0


class Confined:
    """A child process for rules from outside, started when the first one comes. A context manager."""

    def __init__(self, sides: Sides, limits: RunLimits) -> None:
        self._sides = sides
        self._limits = limits
        self._child: Popen[bytes] | None = None
        self._data = ""

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def examine(self, rule: Rule) -> Reads:
        """As `Sides.examine`, where a parser that crashes takes nobody along."""
        answer = self._ask(rule, {"examine": rule.sql, "line": rule.sql_line})
        columns = answer["columns"]
        return Reads(
            frozenset(answer["now"]), frozenset(answer["before"]), None if columns is None else frozenset(columns)
        )

    def take(self, names: Collection[str]) -> None:
        """Copy these tables for the child, once, while the sides may still write a file."""
        self._data = str(self._sides.copied(names))

    def select(self, rule: Rule, parameters: Mapping[str, object], side: str) -> tuple[list[str], list[Row]]:
        """As `Sides.select`; RuleError if the statement fails or costs more than the limits allow."""
        answer = self._ask(rule, {"select": rule.sql, "parameters": parameters, "side": side, "data": self._data})
        return answer["columns"], [tuple(row) for row in answer["rows"]]

    def _ask(self, rule: Rule, question: Mapping[str, object]) -> dict[str, Any]:  # Any: parsed JSON
        about = {
            "id": rule.id,
            "source": rule.source,
            "declared": [parameter.name for parameter in rule.parameters],
            "known": sorted(set(self._sides.names()) - TOLD),
        }
        try:
            child = self._begin()
            assert child.stdin is not None
            child.stdin.write(json.dumps({**about, **question}).encode() + b"\n")
            child.stdin.flush()
            line = self._answer(child, self._limits.seconds)
        except (BrokenPipeError, TimeoutError, EOFError, OverflowError) as error:
            self._end()
            why = {
                TimeoutError: f"ran longer than {self._limits.seconds:g} s",
                OverflowError: f"answered with more than {self._limits.answer_mb} MB",
            }.get(type(error), f"ended its process; it may need more than {self._limits.memory_mb} MB")
            raise RuleError(f"{rule.source}:{rule.sql_line}: rule {rule.id}: the SQL {why}; let it do less") from None
        answer: dict[str, Any] = json.loads(line)  # Any: parsed JSON
        if "error" in answer:
            raise RuleError(answer["error"])
        return answer

    def _answer(self, child: Popen[bytes], seconds: float) -> bytes:
        import selectors
        import time

        assert child.stdout is not None
        ends = time.monotonic() + seconds
        got = bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            while not got.endswith(b"\n"):
                if not ready.select(max(0.0, ends - time.monotonic())):
                    raise TimeoutError
                part = child.stdout.read1(1 << 16)  # type: ignore[attr-defined]  # a buffered reader, typed as IO
                if not part:
                    raise EOFError
                got += part
                if len(got) > self._limits.answer_mb << 20:
                    raise OverflowError
        return bytes(got)

    def _begin(self) -> Popen[bytes]:
        if self._child is None:
            import subprocess

            # Isolated, so that no file of the folder it runs in, and no variable, decides what is imported.
            code = "import sys; sys.path.insert(0, sys.argv[1]); from plumbrule.judge.confined import serve; serve()"
            home = str(Path(__file__).resolve().parents[2])
            limits = (str(self._limits.seconds), str(self._limits.memory_mb), str(self._limits.rows))
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-c", code, home, *limits],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={},
            )  # fmt: skip
            # Its start is no rule's fault and does not count against one.
            self._answer(self._child, _START_SECONDS)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


# In the child


def serve() -> None:
    """Answer one JSON line with one JSON line until the parent hangs up."""
    engine.ready()
    _, _, seconds, memory_mb, rows = sys.argv
    _restrict(float(seconds), int(memory_mb))
    examining = engine.memory()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    asked: dict[str, dict[str, engine.Connection]] = {}
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            if "examine" in question:
                answer = _examined(examining, question)
            else:
                if question["data"] not in asked:
                    asked[question["data"]] = _sides(Path(question["data"]), int(memory_mb))
                answer = _selected(asked[question["data"]][question["side"]], question, int(rows))
        except RuleError as error:
            answer = {"error": str(error)}
        except (engine.Error, MemoryError) as error:
            answer = {"error": f"{question['source']}: rule {question['id']}: {engine.stripped(error)}"}
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


def _restrict(seconds: float, memory_mb: int) -> None:
    try:
        import resource
    except ImportError:
        return  # not on Windows; there the parent's clock is what ends it
    # The engine itself maps about 300 MB before the first row.
    size = (memory_mb + 1024) << 20
    for kind, limit in (
        (resource.RLIMIT_AS, size),
        (resource.RLIMIT_CPU, max(1, int(seconds * 50))),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _examined(connection: engine.Connection, question: Mapping[str, Any]) -> dict[str, Any]:  # Any: parsed JSON
    found = reads(
        connection,
        question["examine"],
        (question["source"], question["line"], question["id"]),
        question["declared"],
        question["known"],
    )
    columns = None if found.columns is None else sorted(found.columns)
    return {"now": sorted(found.now), "before": sorted(found.before), "columns": columns}


def _sides(file: Path, memory_mb: int) -> dict[str, engine.Connection]:
    own = engine.memory()
    own.execute(f"SET threads = 1; SET memory_limit = '{memory_mb}MB'; SET temp_directory = ''")
    engine.attach(own, file, "data")
    own.execute("ATTACH ':memory:' AS earlier; CREATE SCHEMA now; CREATE SCHEMA before;"
                "CREATE SCHEMA earlier.now; CREATE SCHEMA earlier.before")  # fmt: skip
    copied = own.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'data' AND schema_name = 'now'")
    for (name,) in copied.fetchall():
        own.execute(
            f"CREATE VIEW now.{name} AS SELECT * FROM data.now.{name};"
            f"CREATE VIEW before.{name} AS SELECT * FROM data.before.{name};"
            f"CREATE VIEW earlier.now.{name} AS SELECT * FROM data.before.{name};"
            f"CREATE VIEW earlier.before.{name} AS SELECT * FROM data.before.{name}"
        )
    both = {"now": fresh(own), "before": fresh(own)}
    both["before"].execute("USE earlier")
    own.execute("SET enable_external_access = false; SET lock_configuration = true")
    return both


def _selected(connection: engine.Connection, question: Mapping[str, Any], most: int) -> dict[str, Any]:  # Any: JSON
    connection.execute(question["select"], question["parameters"])
    columns = engine.column_names(connection)
    rows = connection.fetchmany(most + 1)
    if len(rows) > most:
        raise RuleError(
            f"{question['source']}: rule {question['id']}: the SQL gives more than {most} rows; select only breaches"
        )
    return {"columns": columns, "rows": rows}


if __name__ == "__main__":
    serve()
