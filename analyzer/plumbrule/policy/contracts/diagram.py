"""`[[diagram]]`: a drawing of the components is kept true by the code."""

from plumbrule.policy.contracts import Kind, Option
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    file = str(contract.options["file"])
    if not file:
        return '`file` is missing; name the diagram, as in `file = "docs/architecture.mmd"`'
    if file.startswith("/") or ".." in file.split("/") or "\0" in file or not file.strip():
        return f"{file!r} leaves the folder of the policy; name a file beside or below it"
    return ""


KIND = Kind(
    "Components that a diagram draws depend on each other as it draws them.",
    (),
    (
        Option(
            "file", "", "the diagram, relative to the policy: Mermaid, PlantUML, Structurizr DSL, a Backstage catalog"
        ),
        Option(
            "closed",
            False,
            "components that are not drawn may not be depended on, nor depend on those that are",
            asks="more",
        ),
        Option("complete", True, "what is drawn must be there; false: it may be ahead of the code", asks="more"),
        Option("map", (), "boxes and the components that they stand for; an empty one is no code of yours", pairs=True),
    ),
    fault=_fault,
)
