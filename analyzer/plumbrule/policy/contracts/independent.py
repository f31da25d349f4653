"""`[[independent]]`: siblings that may not know each other."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    several = len(contract.of("members")) > 1 or contract.of("siblings")
    return "" if several else 'one member alone has no sibling; name two `members`, or `siblings = "folder/*"`'


KIND = Kind(
    "None of the members may depend on another of them.",
    (
        Role("members", "parts that may not know each other", least=0),
        Role("siblings", "a glob each of whose folders is a member, as in `features/*`", least=0, each=True),
    ),
    (Option("transitive", False, "nor reach it by way of files that belong to none of them"),),
    fault=_fault,
)
