"""`[[packages]]`: which packages of others a part may use, by name and by licence."""

from plumbrule.policy.contracts import Kind, Option, Role
from plumbrule.policy.model import Contract

_LISTS = ("forbid", "allow", "licences_forbid", "licences_allow")


def _fault(contract: Contract) -> str:
    said = [(key, text) for key in _LISTS for text in _texts(contract, key)]
    if not said:
        return 'it names neither packages nor licences; write some, as in `forbid = ["requests"]`'
    for key, text in said:
        if not text.strip() or text != text.strip():
            return f"`{key}` has {text!r}; write a name without blanks around it"
        if any(sign in text for sign in "[]?!"):
            return f"`{key}` has {text!r}; a name may have `*` for any characters, and no other sign stands for some"
    both = sorted(set(_texts(contract, "forbid")) & set(_texts(contract, "allow")))
    both += sorted(set(_texts(contract, "licences_forbid")) & set(_texts(contract, "licences_allow")))
    return f"{both[0]!r} is allowed and forbidden; keep one" if both else ""


def _texts(contract: Contract, key: str) -> tuple[str, ...]:
    said = contract.options[key]
    assert isinstance(said, tuple)
    return tuple(map(str, said))


KIND = Kind(
    "Code of a part uses only such packages of others; the language's own library is none.",
    (
        Role(
            "from",
            "whose files are bound; left out: all code, and every package that lock files hold",
            least=0,
            turns=True,
        ),
    ),
    (
        Option(
            "forbid", (), "packages, or modules inside them, as code imports them; `*` for any characters", asks="more"
        ),
        Option("allow", (), "the same; with it every other package is forbidden", asks="less", nothing=()),
        Option(
            "licences_forbid",
            (),
            "SPDX identifiers; `unknown` is what neither lock file nor metadata states",
            asks="more",
        ),
        Option("licences_allow", (), "the same; with it every other licence is forbidden", asks="less", nothing=()),
        Option("development", True, "false: leave out what lock files hold for development alone", asks="more"),
    ),
    fault=_fault,
)
