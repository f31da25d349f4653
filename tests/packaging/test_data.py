"""`plumbrule.data.dataclass` behaves as the library's."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field

import pytest

from plumbrule import data as plain


def _both(frozen: bool):
    def make(decorate):
        class Value:
            """A value."""

            name: str
            lines: int = 0
            parts: list[str] = field(default_factory=list)
            aside: str = field(default="x", compare=False, repr=False, metadata={"about": "nothing"})
            size: int = field(init=False, default=7)

            def double(self) -> int:
                return 2 * self.lines

        Value.__qualname__ = "Value"
        return decorate(frozen=frozen, slots=True)(Value)

    return make(plain.dataclass), make(dataclasses.dataclass)


@pytest.mark.parametrize("frozen", [True, False])
def test_it_makes_compares_shows_and_copies_values_as_the_library_does(frozen):
    ours, theirs = _both(frozen)
    for given, named in ((("a",), {}), (("a", 2), {"parts": ["b"]}), (("a", 2, ["b"], "y"), {}), ((), {"name": "c"})):
        one, other = ours(*given, **named), theirs(*given, **named)
        assert repr(one) == repr(other)
        assert dataclasses.asdict(one) == dataclasses.asdict(other)
        assert one == ours(*given, **named)
        assert one != other
        assert dataclasses.replace(one, lines=5).double() == 10
        assert copy.copy(one) == one
        assert not hasattr(one, "__dict__")
    assert ours("a") != ours("b")
    assert ours("a", aside="left out") == ours("a")
    assert ours("a").parts is not ours("a").parts
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert [(f.name, f.metadata) for f in dataclasses.fields(ours)] == [
        (f.name, f.metadata) for f in dataclasses.fields(theirs)
    ]
    for wrong in ((), ("a", 1, [], "x", "more")):
        for cls in (ours, theirs):
            with pytest.raises(TypeError, match="argument"):
                cls(*wrong)


def test_a_frozen_value_cannot_be_changed_and_has_a_hash():
    ours, theirs = _both(frozen=True)
    for cls in (ours, theirs):
        value = cls("a", parts=())
        assert hash(value) == hash(cls("a", parts=()))
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
            value.name = "b"
        with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
            del value.name
    for cls in _both(frozen=False):
        value = cls("a")
        value.name = "b"
        assert value == cls("b")
        with pytest.raises(TypeError, match="unhashable"):
            hash(value)


@plain.dataclass(frozen=True, slots=True)
class _Sent:
    name: str
    total: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", len(self.name))


def test_a_value_can_be_sent_to_another_process():
    sent = pickle.loads(pickle.dumps(_Sent("abc")))
    assert (sent, sent.total) == (_Sent("abc"), 3)


def test_what_is_not_like_the_others_is_refused_or_left_to_the_library():
    with pytest.raises(TypeError, match="by its name alone"):

        @plain.dataclass(frozen=True, slots=True)
        class _ByName:
            name: str = field(kw_only=True)

    @plain.dataclass(frozen=True)
    class _Loose:
        name: str

    assert _Loose("a").__dict__ == {"name": "a"}
