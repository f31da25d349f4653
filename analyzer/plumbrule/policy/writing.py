"""How texts, lists and names are written in TOML, so that nothing in them is hidden and all of it is read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def text(value: str) -> str:
    """A TOML string on one line in which nothing is hidden; safe inside a comment, too."""
    out = []
    for char in value:
        if char in '"\\':
            out.append(f"\\{char}")
        elif char.isprintable():
            out.append(char)
        else:
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
    return f'"{"".join(out)}"'


def listed(values: Iterable[str]) -> str:
    """A list of texts; of one, the text itself."""
    quoted = [text(value) for value in values]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else text(name)


def value(given: object) -> str:
    """Any value that a policy may hold: a text, a number, true or false, or a list of them."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return repr(given)
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(value, given))}]"
    return text(str(given))


def shown(names: Iterable[str]) -> dict[str, str]:
    """Each name as a policy may hold it: only visible characters, none like another."""
    found = {name: visible(name) for name in names}
    taken = {name for name in found if found[name] == name}
    for name in sorted(found):
        if found[name] != name:
            number = 2
            plain = found[name]
            while found[name] in taken:
                found[name] = f"{plain} {number}"
                number += 1
            taken.add(found[name])
    return found


def visible(name: str) -> str:
    bare = name.strip()
    first = name.find(bare) if bare else len(name)
    return "".join(
        char if char.isprintable() and first <= at < first + len(bare) else f"\\u{ord(char):04x}"
        for at, char in enumerate(name)
    )


def literal(path: str) -> str:
    """A glob that means this very path."""
    escaped = "".join(f"\\{char}" if char in "*?[\\" else char for char in path)
    escaped = f"\\{escaped}" if escaped.startswith(("!", "#")) else escaped
    return f"{escaped[:-1]}\\ " if escaped.endswith(" ") else escaped


def file_glob(path: str) -> str:
    """A glob that means this very file; without a slash it would be looked for in every folder."""
    return literal(path) if "/" in path else "/" + literal(path)


def table(name: str, keys: Mapping[str, object]) -> list[str]:
    """The lines of one table of a list of tables."""
    return [f"[[{key(name)}]]", *(f"{key(one)} = {value(said)}" for one, said in keys.items())]
