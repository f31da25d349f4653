"""`[[acyclic]]`: siblings that may depend on each other, but not in a circle."""

from plumbrule.policy.contracts import SIBLINGS, Kind, lonely

KIND = Kind(
    "The members may depend on each other, but never in a circle.",
    SIBLINGS,
    fault=lambda contract: lonely(contract, "makes no circle"),
)
