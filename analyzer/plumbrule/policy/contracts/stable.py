"""`[[stable]]`: dependencies go from what changes easily to what does not."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    if not 0 <= float(str(contract.options["tolerance"])) <= 1:
        return "`tolerance` is a difference of two shares, from 0 to 1"
    several = len(contract.of("members")) > 1 or contract.of("siblings")
    return "" if several else 'one member alone depends on no other; name two `members`, or `siblings = "folder/*"`'


KIND = Kind(
    "No member may depend on one that is less stable than itself (Martin 1994).",
    (
        Role("members", "parts that are compared", least=0),
        Role("siblings", "a glob each of whose folders is a member, as in `packages/*`", least=0, each=True),
    ),
    (Option("tolerance", 0.0, "how much less stable it may be, as a difference of instabilities from 0 to 1"),),
    fault=_fault,
)
