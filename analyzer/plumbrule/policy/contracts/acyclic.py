"""`[[acyclic]]`: siblings that may depend on each other, but not in a circle."""

from plumbrule.policy.contracts import Kind, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    several = len(contract.of("members")) > 1 or contract.of("siblings")
    return "" if several else 'one member alone makes no circle; name two `members`, or `siblings = "folder/*"`'


KIND = Kind(
    "The members may depend on each other, but never in a circle.",
    (
        Role("members", "parts among which there is no circle", least=0),
        Role("siblings", "a glob each of whose folders is a member, as in `features/*`", least=0, each=True),
    ),
    fault=_fault,
)
