"""Widgets whose value is in the page's address, both ways. Hides how Streamlit keeps widgets and addresses apart.

The address wins when it was changed from outside (a link, the back button), the widget when a person used it; a value
that is the default is left out. Streamlit's own `bind="query-params"` was tried (1.67): a bound name can not be given
to `st.switch_page`, and is dropped from links to pages that have no such widget.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")
_LEFT_OUT = "_left_out"


def asked(name: str) -> str:
    """What the address says, "" if nothing."""
    return str(st.query_params.get(name, ""))


def set_address(**values: str) -> None:
    """Put these into the address; an empty one is taken out. Draws nothing anew."""
    for name, value in values.items():
        _write(name, [value] if value else [])


def one_of(name: str, options: Sequence[str]) -> str:
    """What the address says if it is one of these, else "", which `left_out` tells."""
    return next(iter(_known(name, st.query_params.get_all(name)[:1], options)), "")


def left_out() -> Sequence[tuple[str, str]]:
    """(name, value) of what the address asked for since the last call and nothing here is called."""
    found: list[tuple[str, str]] = st.session_state.pop(_LEFT_OUT, [])
    return found


def _known(name: str, given: Sequence[str], options: Sequence[str]) -> list[str]:
    unknown = [(name, value) for value in given if value and value not in options]
    if unknown:
        st.session_state[_LEFT_OUT] = [*st.session_state.get(_LEFT_OUT, []), *unknown]
    return [value for value in given if value in options]


def many(
    label: str,
    name: str,
    options: Sequence[str],
    draw: Callable[..., list[str]],
    default: Sequence[str] = (),
    **how: object,
) -> list[str]:
    """Some of several options; `draw` is `st.multiselect`, or `st.pills` in its multiple form."""

    def read(given: list[str]) -> list[str]:
        known = _known(name, given, options)
        return known if known or given == [""] else list(default)

    def write(value: list[str]) -> list[str]:
        return [] if sorted(value) == sorted(default) else value or [""]

    return _kept(name, read, write, lambda key: list(draw(label, options, key=key, **how)))


def one(
    label: str, name: str, options: Sequence[str], draw: Callable[..., str | None], default: str, **how: object
) -> str:
    """One of several options; `draw` is `st.segmented_control` or `st.selectbox`."""

    def read(given: list[str]) -> str:
        return next(iter(_known(name, given[:1], options)), default)

    def write(value: str) -> list[str]:
        return [] if value == default else [value]

    return _kept(name, read, write, lambda key: draw(label, options, key=key, **how) or default)


def words(label: str, name: str, **how: object) -> str:
    """A text field."""

    def write(value: str) -> list[str]:
        return [value] if value else []

    return _kept(name, lambda given: "".join(given[:1]), write, lambda key: st.text_input(label, key=key, **how) or "")


def yes(label: str, name: str) -> bool:
    """A switch that is off unless the address says so."""
    return _kept(
        name, lambda given: given == ["1"], lambda on: ["1"] if on else [], lambda key: bool(st.toggle(label, key=key))
    )


def _kept(
    name: str, read: Callable[[list[str]], Value], write: Callable[[Value], list[str]], draw: Callable[[str], Value]
) -> Value:
    key, seen = f"address-{name}", f"_seen-{name}"
    given = st.query_params.get_all(name)
    if key not in st.session_state or given != st.session_state.get(seen):
        st.session_state[key] = read(given)
    value = draw(key)
    _write(name, write(value))
    st.session_state[seen] = st.query_params.get_all(name)
    return value


def _write(name: str, values: list[str]) -> None:
    if values == st.query_params.get_all(name):
        return
    if values:
        st.query_params[name] = values
    else:
        st.query_params.pop(name, None)
