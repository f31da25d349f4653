"""`[[pattern]]`: code that must not look like this, as a Tree-sitter query."""

import re

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract

_FILE = re.compile(r"[^\s()\[\]\"'@#;]+\.scm")


def is_file(query: str) -> bool:
    """Whether it is the name of a file that holds the query; no query looks like one."""
    return _FILE.fullmatch(query) is not None


def _fault(contract: Contract) -> str:
    language, query = str(contract.options["language"]), str(contract.options["query"])
    if not language:
        return '`language` is missing; say whose grammar the query is for, as in `language = "python"`'
    if not query.strip():
        return "`query` is missing; write it in Tree-sitter's query language, as in `query = '(call) @found'`"

    if is_file(query):  # what it says is looked at once it is read
        outside = query.startswith("/") or ".." in query.split("/")
        return f"`query` has {query!r}; name a file below the policy's folder" if outside else ""

    from plumbrule.extract.patterns import fault

    return fault(language, query)


KIND = Kind(
    "No code of a part matches a query of Tree-sitter.",
    (Role("in", "whose files are bound; left out: all files of the language", least=0, turns=True),),
    (
        Option("language", "", "whose files are looked at, as `plumbrule query` shows it"),
        Option(
            "query",
            "",
            "the query, or a file that holds it, relative to the policy: `queries/sleep.scm`; the place is what it"
            " captures as `@found`, else the outermost capture, and names that begin with `_` are none",
        ),
        Option("message", "", "what is wrong with such code, in a sentence", asks="words"),
    ),
    fault=_fault,
)
