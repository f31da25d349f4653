"""`[[visible]]`: who may depend on a part."""

from plumbrule.policy.contracts import Kind, Role

KIND = Kind(
    "Only what is listed under `to` may depend on what is listed under `what`.",
    (
        Role("what", "the part that is kept"),
        Role("to", "who may depend on it; empty: nobody outside", least=0, lets=True),
    ),
)
