"""Vue and Svelte: what `.vue` and `.svelte` files hold of TypeScript and JavaScript, by their grammars.

A component is a module: its scripts, and a default export that is the component itself. Where its markup names what
the scripts import, that is a use of it.
"""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late
from plumbrule.languages.typescript import LISTED, MANIFESTS, NEEDS

_HERE = Path(__file__).parent
_TYPESCRIPT, _JAVASCRIPT = _HERE.parent / "typescript", _HERE.parent / "javascript"


def _spoken(name: str, kind: str, grammar: str, queries: tuple[Path, ...]) -> Language:
    """The dialect for scripts of one kind; the first one, without a kind, has the files."""
    is_first = not kind
    return Language(
        name=name,
        dialect=f"{name}-{kind}" if kind else name,
        suffixes=(f".{name}",) if is_first else (),
        entries=(f"index.{name}",) if is_first else (),
        needs=NEEDS,
        grammar=Late(grammar),
        extract=Late(f"plumbrule.languages.vue.facts:extract_{name}"),
        # A bundler binds them, which takes scripts before declarations.
        resolver=Late("plumbrule.languages.typescript.resolver:javascript"),
        manifests=MANIFESTS,
        listed=LISTED,
        folder=_HERE,
        standard=Late("plumbrule.languages.typescript.resolver:is_standard"),
        ecosystem="npm",
        in_markup=True,
        declared=((f".{name}", f".{name}.d.ts"),) if is_first else (),
        written_in=Late(f"plumbrule.languages.vue.blocks:dialect_of_{name}") if is_first else None,
        prepared=Late(f"plumbrule.languages.vue.blocks:scripts_of_{name}"),
        queries=queries,
        borrows=(_TYPESCRIPT,),
    )


LANGUAGES = tuple(
    _spoken(name, *how)
    for name in ("vue", "svelte")
    for how in (
        ("", "tree_sitter_typescript:language_typescript", (_TYPESCRIPT / "facts.scm",)),
        ("tsx", "tree_sitter_typescript:language_tsx", (_TYPESCRIPT / "facts.scm", _TYPESCRIPT / "tsx.scm")),
        ("javascript", "tree_sitter_javascript:language", (_JAVASCRIPT / "facts.scm",)),
    )
)
