"""One format known twice: 2, 4 or 8 of a file's literals written again in another package, without an import."""

from __future__ import annotations

import random
import re

from inject import DOSES, Injection, Tree, done, shuffled
from inject.kinds.boundary import unlinked

DISGUISES = ("plain", "parts", "record")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_FIELDS = ("carrier_code", "parcel_weight", "pickup_point", "insured_value", "customs_form", "return_label", "eta_day",
           "drop_off_note")  # fmt: skip


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (2, 4, 8)[DOSES.index(dose)]
    for one, other in unlinked(tree, chance):
        if (other, one) in tree.folder_links:
            continue
        src, dst = chance.choice(tree.folders[one]), chance.choice(tree.folders[other])
        if tree.family == "java" and not (tree.offered(src) and tree.offered(dst)):
            continue
        if disguise == "record":
            _record(tree, src, wanted + 3)
            _record(tree, dst, wanted + 3)
            return done(tree, [src, dst], f"one layout of {wanted + 3} fields in {src} and {dst}")
        known = _literals(tree.read(src))
        own = [f"x-{field.replace('_', '-')}/v1:{at}" for at, field in enumerate(_FIELDS)]
        literals = (shuffled(chance, known) + own)[:wanted]
        if len(known) < wanted:
            _tell(tree, src, literals, "plain")
        _tell(tree, dst, literals, disguise)
        return done(tree, [src, dst], f"{wanted} literals in {src} and {dst} ({disguise})")
    return None


def _literals(text: str) -> list[str]:
    found = set(
        re.findall(r"""(?<![\w"'])"([\w\-./:%]{6,50})"(?!["\w])|(?<![\w"'])'([\w\-./:%]{6,50})'(?!['\w])""", text)
    )
    flat = {one or two for one, two in found}
    return sorted(one for one in flat if re.search(r"[-_./:%]", one) and not one.startswith((".", "/", "@")))


def _tell(tree: Tree, path: str, literals: list[str], disguise: str) -> None:
    writer = tree.writer
    called = [f"part{at}" for at in range(len(literals))]
    values = [
        f'"{one}"' if disguise == "plain" else f'"{one[: len(one) // 2]}" + "{one[len(one) // 2 :]}"'
        for one in literals
    ]
    if disguise == "parts" and tree.family == "python":
        values = [f'f"{one}{{amount}}"' for one in literals]
    elif disguise == "parts" and tree.family == "javascript":
        values = [f"`{one}${{amount}}`" for one in literals]
    body = [writer.let(name, value) for name, value in zip(called, values, strict=True)]
    body.append(writer.give(" + ".join(called)))
    text = tree.read(path)
    name = writer.name("describe", "shipment", "as" if path.count("/") % 2 else "for", "text")
    tree.write(path, writer.append(text, [writer.function(text, name, ["amount"], body)]))


def _record(tree: Tree, path: str, fields: int) -> None:
    named = [_FIELDS[at % len(_FIELDS)] + ("" if at < len(_FIELDS) else f"_{at}") for at in range(fields)]
    text = tree.read(path)
    if tree.family == "python":
        made = "class ShipmentRecord:\n" + "\n".join(f"    {one}: str" for one in named)
    elif tree.family == "go":
        shown = "\n".join(f"\t{''.join(w.capitalize() for w in one.split('_'))} string" for one in named)
        made = f"type ShipmentRecord struct {{\n{shown}\n}}"
    elif tree.family == "java":
        made = "static class ShipmentRecord {\n" + "\n".join(f"    String {one};" for one in named) + "\n}"
    elif path.endswith((".ts", ".tsx", ".mts")):
        made = "export interface ShipmentRecord {\n" + "\n".join(f"  {one}: string;" for one in named) + "\n}"
    else:
        made = "class ShipmentRecord {\n" + "\n".join(f"  {one} = '';" for one in named) + "\n}"
    tree.write(path, tree.writer.append(text, [made]))
