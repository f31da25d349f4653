"""`[[allow]]`: a part may depend on what is listed, and on nothing else."""

from plumbrule.policy.contracts import Kind, Role

KIND = Kind(
    "What is listed under `from` may depend on what is listed under `to`, on itself, and on nothing else here.",
    (Role("from", "who is bound"), Role("to", "what it may depend on; empty: nothing but itself", least=0, lets=True)),
)
