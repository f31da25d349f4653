"""`[[public]]`: a part is entered by its public interface only."""

from plumbrule.policy.contracts import Kind, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    said = contract.of("entry") or contract.of("internal")
    return (
        ""
        if said
        else 'neither `entry` nor `internal` is given; name the files that others may import as `entry = ["…"]`'
    )


KIND = Kind(
    "Code outside may import the entry points of a part, and nothing that is internal to it.",
    (
        Role("of", "the part"),
        Role(
            "entry",
            "its files that others may import; with it, all its other files are internal",
            least=0,
            lets=True,
            turns=True,
        ),
        Role("internal", "its files that nobody else may import", least=0),
        Role("friends", "who may import what is internal all the same", least=0, lets=True),
    ),
    fault=_fault,
)
