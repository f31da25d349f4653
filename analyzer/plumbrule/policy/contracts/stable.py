"""`[[stable]]`: dependencies go from what changes easily to what does not."""

from plumbrule.policy.contracts import SIBLINGS, Kind, Option, lonely
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    if not 0 <= float(str(contract.options["tolerance"])) <= 1:
        return "`tolerance` is a difference of two shares, from 0 to 1"
    return lonely(contract, "depends on no other")


KIND = Kind(
    "No member may depend on one that is less stable than itself (Martin 1994).",
    SIBLINGS,
    (
        Option(
            "tolerance",
            0.0,
            "how much less stable it may be, as a difference of instabilities from 0 to 1",
            asks="less",
        ),
    ),
    fault=_fault,
)
