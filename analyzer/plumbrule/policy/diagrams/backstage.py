"""Backstage: the components of a `catalog-info.yaml`, what they depend on and which system they are part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import yaml

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.policy.diagrams import Drawing, Sketch

FILES = ("catalog-info.yaml", "catalog-info.yml", "catalog-info-*.yaml", "*.catalog-info.yaml", "catalog.yaml")

_MOST_DOCUMENTS = 5_000
_PARTS = ("component", "system", "domain", "resource", "api")
_OUTSIDE = ("resource", "api")


@dataclass(frozen=True, slots=True)
class _Entity:
    kind: str
    name: str
    title: str
    line: int
    spec: Mapping[str, tuple[tuple[str, int], ...]]  # every text, or list of texts, with their lines

    @property
    def box(self) -> str:
        return f"{self.kind}:{self.name}"

    def texts(self, key: str) -> tuple[tuple[str, int], ...]:
        return self.spec.get(key, ())


def read(text: str) -> Drawing:
    """What the entities in this text say of each other. SettingsError for text that is no YAML."""
    sketch = Sketch()
    try:
        entities = list(_entities(text, sketch))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise SettingsError(f"{where}this is not YAML: {getattr(error, 'problem', None) or error}") from None
    providers: dict[str, list[str]] = {}
    for one in entities:
        within = next(
            (_ref(name, kind) for kind in ("component", "system", "domain") for name in _parents(one, kind)), ""
        )
        sketch.node(one.box, one.line, one.name, one.title, within=within, outside=one.kind in _OUTSIDE)
        for api, _ in one.texts("providesApis"):
            providers.setdefault(_ref(api, "api"), []).append(one.box)
    known = {one.box for one in entities}
    for one in entities:
        for name, line in one.texts("dependsOn"):
            _edge(sketch, one.box, _ref(name, "component"), line, known)
        for name, line in one.texts("dependencyOf"):
            _edge(sketch, _ref(name, "component"), one.box, line, known)
        for api, line in one.texts("consumesApis"):
            for provider in providers.get(_ref(api, "api"), []):
                _edge(sketch, one.box, provider, line, known)
    return sketch.drawing()


def _edge(sketch: Sketch, source: str, target: str, line: int, known: set[str]) -> None:
    for end in (source, target):
        kind, _, name = end.partition(":")
        if end not in known:
            sketch.node(end, line, name, outside=kind in _OUTSIDE)
    sketch.edge(source, target, line)


def _parents(one: _Entity, kind: str) -> Iterator[str]:
    key = "subcomponentOf" if kind == "component" else kind
    yield from (name for name, _ in one.texts(key)[:1])
    wanted = (name for name, _ in one.texts("partOf") if name.partition(":")[0].lower() == kind)
    yield from wanted


def _ref(text: str, kind: str) -> str:
    """`[kind:][namespace/]name` as `kind:name`; namespaces are left out, a policy speaks of one system."""
    given, colon, rest = text.partition(":")
    return f"{given.lower() if colon else kind}:{(rest if colon else text).rpartition('/')[2]}"


def _entities(text: str, sketch: Sketch) -> Iterator[_Entity]:
    # Nodes and not values: they know their lines, and an alias is one node however often it is named.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = yaml.compose_all(text, Loader=loader)
    for document in islice(documents, _MOST_DOCUMENTS):
        if document is None:
            continue
        line = document.start_mark.line + 1
        top = _mapping(document)
        kind = _scalar(top.get("kind")).lower()
        metadata = _mapping(top.get("metadata"))
        name = _scalar(metadata.get("name"))
        if kind == "location":
            sketch.remark(line, "a Location names other files; only this one is read")
        elif kind not in _PARTS:
            if kind not in ("group", "user", "template"):
                sketch.remark(
                    line, f"a document of the kind {kind!r} says nothing of components" if kind else "no kind"
                )
        elif not name:
            sketch.remark(line, f"a {kind} without metadata.name")
        else:
            spec = {key: tuple(_texts(value)) for key, value in _mapping(top.get("spec")).items()}
            yield _Entity(kind, name, _scalar(metadata.get("title")), line, spec)


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {_scalar(key): value for key, value in node.value}


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _texts(node: yaml.Node) -> Iterator[tuple[str, int]]:
    listed: Sequence[yaml.Node] = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for item in listed:
        target = _mapping(item).get("target") if isinstance(item, yaml.MappingNode) else item
        if text := _scalar(target):
            yield text, item.start_mark.line + 1
