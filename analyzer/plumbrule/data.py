"""What all rooms make their values with, and where the shipped rules and report templates are.

Hides what a value costs: `dataclass` is as the library has it, for a fifth of what that costs a start. The library
writes and compiles eight functions for each frozen class with slots: 0.6 ms each, and 50 of the 300 ms of a gate, which
makes hardly any value of most of them. Here functions are shared by all classes but for `__init__`, which is written
when the first value is made. `fields`, `replace`, `asdict` and the like work as ever. Type checkers are shown the
library's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from dataclasses import MISSING, FrozenInstanceError, fields
    from dataclasses import dataclass as _library
    from operator import attrgetter

    def dataclass(cls=None, /, *, frozen=False, slots=False):
        """The library's, with slots; for a class without them that one itself."""
        if cls is not None or not slots:
            return _library(frozen=frozen) if cls is None else _library(cls)
        return lambda plain: _made(plain, frozen)

    def _made(plain, frozen):
        plain.__doc__ = plain.__doc__ or plain.__name__  # or the library looks for the signature, to say that
        parts = fields(_library(init=False, repr=False, eq=False)(plain))
        if any(part.kw_only for part in parts):
            raise TypeError(f"{plain.__qualname__}: a field given by its name alone; take the library's dataclass")
        taken = {name for base in plain.__mro__[1:] for name in _slots(base)}
        body = dict(plain.__dict__)
        for name in ("__dict__", "__weakref__", *(part.name for part in parts)):
            body.pop(name, None)
        body["__slots__"] = tuple(part.name for part in parts if part.name not in taken)
        for name, function in _shared(parts, frozen).items():
            body.setdefault(name, function)
        cls = type(plain)(plain.__name__, plain.__bases__, body)
        cls.__qualname__ = plain.__qualname__
        if "__init__" not in plain.__dict__:

            def first(self, *values, **named):
                cls.__init__ = _initialiser(cls, parts)
                cls.__init__(self, *values, **named)

            cls.__init__ = first
        return cls

    def _slots(base):
        slots = base.__dict__.get("__slots__", ())
        return (slots,) if isinstance(slots, str) else slots

    def _shared(parts, frozen):
        """The functions of a class, by name; what it has itself stays."""
        values = _getter([part.name for part in parts])
        compared = _getter([part.name for part in parts if part.compare])
        hashed = _getter([part.name for part in parts if (part.compare if part.hash is None else part.hash)])
        told = [part.name for part in parts if part.repr]

        def eq_(self, other):
            return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

        def repr_(self):
            said = ", ".join(f"{name}={getattr(self, name)!r}" for name in told)
            return f"{self.__class__.__qualname__}({said})"

        def hash_(self):
            return hash(hashed(self))

        def setattr_(self, name, value):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")

        def delattr_(self, name):
            raise FrozenInstanceError(f"cannot delete field {name!r}")

        def getstate_(self):
            return list(values(self))

        def setstate_(self, state):
            for part, value in zip(parts, state, strict=True):
                object.__setattr__(self, part.name, value)

        found = {"__eq__": eq_, "__repr__": repr_, "__hash__": hash_ if frozen else None}
        if frozen:
            found |= {"__setattr__": setattr_, "__delattr__": delattr_}
            found |= {"__getstate__": getstate_, "__setstate__": setstate_}
        return found

    def _getter(names):
        """The values of these fields as a tuple."""
        if len(names) == 1:
            get = attrgetter(*names)
            return lambda one: (get(one),)
        return attrgetter(*names) if names else lambda one: ()

    def _initialiser(cls, parts):
        known = {"absent": MISSING}
        given, body = [], []
        for part in parts:
            name = part.name
            known[f"set_{name}"] = getattr(cls, name).__set__  # of the slot: past what refuses to set a frozen value
            if part.default_factory is not MISSING:
                known[f"make_{name}"] = part.default_factory
                value = f"make_{name}() if {name} is absent else {name}" if part.init else f"make_{name}()"
                default = "absent"
            elif part.default is not MISSING:
                known[f"default_{name}"] = part.default
                value, default = name if part.init else f"default_{name}", f"default_{name}"
            elif part.init:
                value, default = name, ""
            else:
                continue  # `__post_init__` gives it one
            if part.init:
                given.append(f"{name}={default}" if default else name)
            body.append(f" set_{name}(self, {value})")
        if hasattr(cls, "__post_init__"):
            body.append(" self.__post_init__()")
        made = {}
        exec(f"def __init__(self, {', '.join(given)}):\n" + "\n".join(body or [" pass"]), known, made)
        return made["__init__"]


def data_folder(name: str) -> Path:
    """`rules` or `reports`: inside the wheel under `_data/`, in a checkout beside `analyzer/`."""
    package = Path(__file__).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent.parent / name


__all__ = ["data_folder", "dataclass"]
