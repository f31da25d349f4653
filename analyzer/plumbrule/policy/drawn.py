"""The diagrams that a policy names, read and compared with its components. Hides the formats; they are imported only
for a policy that names one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from plumbrule.errors import SettingsError
from plumbrule.policy.contracts import PAIR
from plumbrule.policy.model import Arrow, Contract, Drawn, Policy, Unmapped


def with_diagrams(policy: Policy, read: Callable[[str], str]) -> Policy:
    """The policy with what its diagrams draw. `read` gives the text of a file beside the policy, and raises
    SettingsError, which says why, for one that is not there; so does a diagram that cannot be read."""
    found = tuple(_drawn(one, policy, read) for one in policy.contracts if one.kind == "diagram")
    return replace(policy, drawn=found)


def _drawn(contract: Contract, policy: Policy, read: Callable[[str], str]) -> Drawn:
    from plumbrule.policy.diagrams import read_drawing
    from plumbrule.policy.diagrams._mapping import mapped

    file = str(contract.options["file"])
    where = f"{policy.source}:{contract.line}" if contract.line else policy.source
    declared = [part.name for part in policy.components]
    if not declared:
        raise SettingsError(f"{where}: a diagram speaks of components, and none is declared; write [components]")
    names = {}
    for pair in contract.options["map"] if isinstance(contract.options["map"], tuple) else ():
        box, _, component = str(pair).partition(PAIR)
        if component and component not in declared:
            from difflib import get_close_matches

            near = get_close_matches(component, declared, 1, 0.5)
            mend = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(declared)}"
            raise SettingsError(f"{where}: [diagram.map] {box!r}: component {component!r} is not declared; {mend}")
        names[box] = component
    try:
        drawing = read_drawing(read(file), file)
    except SettingsError as error:
        raise SettingsError(f"{where}: [[diagram]] {contract.name!r}: {error}") from None
    found = mapped(drawing, declared, names)
    arrows = [Arrow(a, b, True, line) for (a, b), line in found.needs.items()]
    both = {pair: line for (a, b), line in found.either.items() for pair in ((a, b), (b, a)) if pair not in found.needs}
    arrows += [Arrow(a, b, False, line) for (a, b), line in both.items()]
    return Drawn(
        name=contract.name,
        file=file,
        components=tuple(sorted(found.drawn)),
        arrows=tuple(sorted(arrows, key=lambda arrow: (arrow.source, arrow.target))),
        unmapped=tuple(Unmapped(box, why, line) for box, line, why in found.lost),
        remarks=tuple(f"line {remark.line}: {remark.words}" for remark in drawing.remarks),
    )
