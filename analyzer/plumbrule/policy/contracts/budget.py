"""`[[budget]]`: how large a part may be."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract

_COUNTS = ("files", "lines", "dependencies", "dependents", "public")
NONE = -1


def _fault(contract: Contract) -> str:
    falling = contract.options["may_only_fall"]
    assert isinstance(falling, tuple)
    unknown = [name for name in falling if name not in _COUNTS]
    if unknown:
        return f"`may_only_fall` names {unknown[0]!r}; counts are {', '.join(_COUNTS)}"
    if any(isinstance(said := contract.options[name], int) and said < NONE for name in _COUNTS):
        return "a count is a whole number from 0"
    said = falling or any(contract.options[name] != NONE for name in _COUNTS)
    return "" if said else "it states no count; write one, as in `files = 120`"


KIND = Kind(
    "How much of something a part may have.",
    (Role("of", "the part; each element has the whole budget"),),
    (
        Option("files", NONE, "files", asks="less", nothing=NONE),
        Option("lines", NONE, "lines of code, comments left out", asks="less", nothing=NONE),
        Option("dependencies", NONE, "files outside that it imports", asks="less", nothing=NONE),
        Option("dependents", NONE, "files outside that import it", asks="less", nothing=NONE),
        Option("public", NONE, "names that others can import from its files", asks="less", nothing=NONE),
        Option("may_only_fall", (), "counts that a change may lower and never raise, whatever they are", asks="more"),
    ),
    fault=_fault,
)
