"""`[[independent]]`: siblings that may not know each other."""

from plumbrule.policy.contracts import SIBLINGS, Kind, Option, lonely

KIND = Kind(
    "None of the members may depend on another of them.",
    SIBLINGS,
    (Option("transitive", False, "nor reach it by way of files that belong to none of them", asks="more"),),
    fault=lambda contract: lonely(contract, "has no sibling"),
)
