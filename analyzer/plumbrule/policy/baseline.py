"""The baseline file: findings accepted once, one a line, sorted, for people to review. Hides its escaping.

A line ends with a print of what stands in it, so that none can be half of one finding and half of another. The lines
are a set: what git merges line by line is right whichever side added or removed what, an order that a merge has left
does not matter, and a line that both sides have counts once. What git cannot merge it marks, and a file with such a
mark, or with a line whose print is another's, is refused, naming the line. One that a person wrote without a print is
read, too; the next `plumbrule baseline` gives it one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from hashlib import sha256

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError

_Entry = tuple[str, str, str]
_PRINT = re.compile(r"[0-9a-f]{12}")
_HEADER = """\
# Findings accepted once: rule, subject, print of both. `plumbrule baseline` takes out what is gone, and only that.
"""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted findings as (rule, repository, subject); the repository is "" outside a fleet, and then means any."""

    entries: frozenset[tuple[str, str, str]] = frozenset()
    going: frozenset[tuple[str, str, str]] = field(default=frozenset(), compare=False)  # what the change takes out

    def accepts(self, rule: str, repo: str, subject: str) -> bool:
        return (rule, "", subject) in self.entries or (rule, repo, subject) in self.entries

    def weigh(self, state: str, rules: Iterable[str], repo: str, subjects: Iterable[str]) -> tuple[str, bool]:
        """The state of a finding that is new or known, under every name that it has or had, and whether it is known
        though nobody accepted it."""
        names = tuple(subjects)
        if any(self.accepts(rule, repo, subject) for rule in rules for subject in names):
            return "known", False
        return state, state == "known"

    def unknown_rules(self, rules: Iterable[str], repo: str) -> tuple[str, ...]:
        """A sentence on each rule that it names for this repository and that is none of these: what such a line was
        meant to accept is not accepted."""
        known = set(rules)
        named = Counter(rule for rule, of, _ in self.entries if of in ("", repo) and rule not in known)
        found = []
        for rule, lines in sorted(named.items()):
            from difflib import get_close_matches

            near = get_close_matches(rule, sorted(known), 1)
            hint = f"did you mean {near[0]!r}?" if near else "`plumbrule baseline` writes it anew."
            told = "1 line of the baseline names" if lines == 1 else f"{lines:,} lines of the baseline name"
            found.append(f"{told} the rule {rule!r}, and there is none of that name\n{hint}")
        return tuple(found)

    def shrunk(
        self, present: Iterable[tuple[str, str, str]], former: Mapping[tuple[str, str, str], Collection[_Entry]]
    ) -> Baseline:
        """Without the findings that are gone; those that have another name now under that. Nothing new is accepted.
        `former` tells by what other names a finding went."""
        kept = set()
        for entry in present:
            rule, _, subject = entry
            for name in (entry, *former.get(entry, ())):
                if name in self.entries:
                    kept.add(entry)
                elif (name[0], "", name[2]) in self.entries:
                    kept.add((rule, "", subject))
        return Baseline(frozenset(kept))

    def text(self) -> str:
        """The file, ending in a newline; the same findings give the same bytes."""
        lines = []
        for rule, repo, subject in sorted(self.entries):
            fields = (rule, repo, subject) if repo else (rule, subject)
            lines.append("\t".join((*map(_escaped, fields), _print(rule, repo, subject))) + "\n")
        return _HEADER + "".join(lines)


def _print(rule: str, repo: str, subject: str) -> str:
    """The same that names the finding in every report, where the repository is told."""
    return sha256("\0".join((rule, repo, subject)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_baseline(text: str, source: str) -> Baseline:
    """The findings that a baseline file accepts; SettingsError names the line that cannot be read."""
    entries = set()
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise SettingsError(f"{source}:{number}: a merge conflict is left; keep the lines of both sides")
        fields = line.split("\t")
        printed = fields.pop() if len(fields) > 2 and _PRINT.fullmatch(fields[-1]) else ""
        if len(fields) not in (2, 3) or not all(fields):
            raise SettingsError(
                f"{source}:{number}: {line!r} is not `rule<TAB>subject`; write the file anew with `plumbrule baseline`"
            )
        try:
            rule, *repo, subject = map(_plain, fields)
        except ValueError as error:
            raise SettingsError(f"{source}:{number}: {error}; write the file anew with `plumbrule baseline`") from None
        entry = (rule, repo[0] if repo else "", subject)
        if printed and printed != _print(*entry):
            raise SettingsError(
                f"{source}:{number}: the print {printed} is not that of {rule} of {subject!r}, so the line was edited;"
                " put it back as it was, or take it out and run `plumbrule baseline`"
            )
        entries.add(entry)
    return Baseline(frozenset(entries))


def _escaped(text: str) -> str:
    """On one line, with every character that a reviewer could not see spelled out."""
    out = []
    for char in text:
        if char == "\\":
            out.append("\\\\")
        elif char != " " and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Co", "Cn"):
            out.append({"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char) or f"\\u{{{ord(char):x}}}")
        else:
            out.append(char)
    escaped = "".join(out)
    # Editors strip spaces at the end of a line, so there one is spelled out too.
    return escaped[:-1] + "\\u{20}" if escaped.endswith(" ") else escaped


def _plain(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found[2]:
            return chr(int(found[2], 16))
        plain = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}.get(found[1])
        if plain is None:
            raise ValueError(f"the escape \\{found[1]} means nothing")
        return plain

    return re.sub(r"\\(u\{([0-9a-fA-F]{1,6})\}|.|$)", one, text)
