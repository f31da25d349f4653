"""`[[require]]`: files that must depend on a part."""

from plumbrule.policy.contracts import Kind, Role

KIND = Kind(
    "Each file under `from` must import something of what is listed under `to`.",
    (Role("from", "whose files are bound"), Role("to", "what each of them must import", lets=True)),
)
