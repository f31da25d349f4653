"""`[[naming]]`: how files and definitions are called where they lie."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract


def _fault(contract: Contract) -> str:
    said = contract.options["files"] or contract.options["symbols"]
    return (
        "" if said else 'neither `files` nor `symbols` is given; say how names look, as in `files = ["*_handler.py"]`'
    )


KIND = Kind(
    "Files of a part, or what they define at their top, have names of one kind.",
    (Role("in", "whose files are bound"),),
    (
        Option(
            "files",
            (),
            "what a file's name looks like, without its folders: one of these, `*` for any characters",
            asks="less",
            nothing=(),
        ),
        Option(
            "symbols", (), "what a name defined at the top of a file looks like: one of these", asks="less", nothing=()
        ),
        Option("kinds", (), "only symbols of these kinds, as `plumbrule query` shows them; left out: classes"),
    ),
    fault=_fault,
)
