"""`[[placement]]`: where definitions of a kind lie."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    return (
        ""
        if contract.options["symbols"]
        else '`symbols` is missing; say which names are meant: `symbols = ["*Repository"]`'
    )


KIND = Kind(
    "What is defined under such a name lies in one part of the system.",
    (Role("in", "where it lies"),),
    (
        Option("symbols", (), "names that are meant: one of these, `*` for any characters"),
        Option("kinds", (), "only symbols of these kinds, as `plumbrule query` shows them; left out: classes"),
    ),
    fault=_fault,
)
