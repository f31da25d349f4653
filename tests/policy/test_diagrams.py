"""Diagrams of every format are read as boxes and arrows, and what is not understood is told with its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plumbrule.errors import SettingsError
from plumbrule.policy.diagrams import Drawing, formats, read_drawing
from plumbrule.policy.diagrams._mapping import mapped


def arrows(drawing: Drawing) -> list[str]:
    return [f"{edge.source} {'->' if edge.directed else '--'} {edge.target}" for edge in drawing.edges]


def names(drawing: Drawing) -> dict[str, str]:
    return {node.id: node.names[-1] for node in drawing.nodes}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a --> b", ["a -> b"]),
        ("a-->b-->c", ["a -> b", "b -> c"]),
        ("a -- reads from --> b", ["a -> b"]),
        ("a -->|reads; from| b", ["a -> b"]),
        ("a -. now and then .-> b", ["a -> b"]),
        ("a ==> b & c", ["a -> b", "a -> c"]),
        ("a <--> b", ["a -> b", "b -> a"]),
        ("a --- b", ["a -- b"]),
        ("a ~~~ b", []),
        ("a --o b; c --x d", ["a -> b", "c -> d"]),
        ('a["x --> y"] --> b(("z"))', ["a -> b"]),
        ("order-service --> mail-service", ["order-service -> mail-service"]),
        ("a e1@==> b:::loud", ["a -> b"]),
        ("src/web --> src/domain", ["src/web -> src/domain"]),
    ],
)
def test_arrows_of_mermaid(line, found):
    drawing = read_drawing(f"flowchart LR\n  {line}\n", "a.mmd")
    assert arrows(drawing) == found
    assert drawing.remarks == ()


def test_mermaid_has_labels_groups_data_stores_and_looks():
    drawing = read_drawing(
        """---
title: Shop
---
%%{init: {"theme": "dark"}}%%
graph TD
    subgraph tier ["Web tier"]
        ui["The <b>web</b><br/>pages"]
        %% a note --> x
    end
    ui --> db[(Rows)]
    style ui fill:#fff
    click ui "https://example.org/a-->b"
""",
        "a.mmd",
    )
    assert names(drawing) == {"tier": "Web tier", "ui": "The web", "db": "Rows"}
    by_id = {node.id: node for node in drawing.nodes}
    assert (by_id["ui"].within, by_id["db"].outside, by_id["ui"].line) == ("tier", True, 7)


def test_c4_macros_are_the_same_in_mermaid_and_plantuml():
    body = """
Person(ann, "Ann")
Container_Boundary(shop, "Shop") {
    Component(web, "Web", "Python", "Pages, and (more)")
    ComponentDb(rows, "Rows")
}
System_Ext(mail, "Mail")
Rel(ann, web, "Looks", "https")
BiRel(web, mail, "Talks")
Rel_Back(web, rows, "Fills")
"""
    mermaid = read_drawing(f"C4Component\n title x{body}", "a.mmd")
    plantuml = read_drawing(f"@startuml\n!include <C4/C4_Component>{body}@enduml\n", "a.puml")
    assert arrows(mermaid) == arrows(plantuml) == ["ann -> web", "web -> mail", "mail -> web", "rows -> web"]
    assert [node.id for node in mermaid.nodes if node.outside] == ["ann", "rows", "mail"]
    assert {node.id: node.within for node in plantuml.nodes}["web"] == "shop"
    assert mermaid.remarks == plantuml.remarks == ()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[Web pages] --> [Domain]", ["Web pages -> Domain"]),
        ("web ..> domain : uses it", ["web -> domain"]),
        ("web -down-> domain", ["web -> domain"]),
        ("web -[#red,dashed]-> domain", ["web -> domain"]),
        ("domain <-- web", ["web -> domain"]),
        ("web <|-- domain", ["domain -> web"]),
        ("web *-- domain", ["web -> domain"]),
        ("web -- domain", ["web -- domain"]),
        ("web -[hidden]- domain", []),
        ('web "1" --> "*" domain', ["web -> domain"]),
        ("web --( orders", ["web -> orders"]),
    ],
)
def test_arrows_of_plantuml(line, found):
    text = f"@startuml\ncomponent web\ncomponent domain\n[Domain]\n{line}\n@enduml\n"
    assert arrows(read_drawing(text, "a.puml")) == found


def test_an_interface_of_plantuml_leads_to_what_provides_it():
    text = "@startuml\n[Web] --> orders\ninterface orders\norders - [Domain]\n@enduml\n"
    assert arrows(read_drawing(text, "a.puml")) == ["Web -> Domain"]


def test_plantuml_is_read_past_its_looks_and_notes():
    drawing = read_drawing(
        """@startuml
' a comment
/' [no] --> [box] '/
skinparam component {
  BackgroundColor #fff
}
package "The shop" as shop #eee {
  component "Web pages" as web <<ui>> [[https://example.org]]
  database rows
}
note left of web
  [not] --> [this]
end note
web --> rows
!$x = 1
@enduml
@startuml
Ann -> web : hello
@enduml
""",
        "a.puml",
    )
    assert names(drawing) == {"shop": "The shop", "web": "Web pages", "rows": "rows"}
    assert arrows(drawing) == ["web -> rows"]
    assert [remark.line for remark in drawing.remarks] == [15, 18]


STRUCTURIZR = """workspace {
    !identifiers hierarchical
    model {
        !const UI "Web pages"
        ann = person "Ann"
        group "ours" {
            shop = softwareSystem "Shop" {
                web = container "${UI}" {
                    page = component "Page"
                    page -> domain "asks" // the sibling of web
                }
                domain = container "Domain" "" "Python" {
                    tags "core"
                }
                rows = container "Rows" "" "Postgres" "Database"
                web -> rows
                -> mail "sends"
            }
        }
        mail = softwareSystem "Mail" "" "External System"
        ann -> shop.web
        shop.web -> nowhere
        deploymentEnvironment "Live" {
            deploymentNode "x" {
                containerInstance shop.web
            }
        }
    }
    views {
        systemContext shop {
            include *
        }
    }
}
"""


def test_structurizr_has_scopes_and_leaves_out_what_is_not_the_model():
    drawing = read_drawing(STRUCTURIZR, "a.dsl")
    assert arrows(drawing) == [
        "shop.web.page -> shop.domain", "shop.web -> shop.rows", "shop -> mail", "ann -> shop.web",
    ]  # fmt: skip
    assert {node.names[-1]: node.within for node in drawing.nodes}["Page"] == "shop.web"
    assert sorted(node.names[-1] for node in drawing.nodes if node.outside) == ["Ann", "Mail", "Rows"]
    assert [(remark.line, remark.words.split()[0]) for remark in drawing.remarks] == [(22, "'nowhere'")]


BACKSTAGE = """apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
---
kind: Component
metadata: {name: web, title: Web pages}
spec:
  system: shop
  dependsOn: ["component:default/domain", "resource:rows"]
  consumesApis: [money]
---
kind: Component
metadata: {name: bank}
spec: {providesApis: [money], dependencyOf: ["component:domain"]}
---
kind: Component
metadata: {name: domain}
---
kind: Location
spec: {targets: [./more.yaml]}
"""


def test_a_catalog_of_backstage_has_components_their_system_and_apis():
    drawing = read_drawing(BACKSTAGE, "services/catalog-info.yaml")
    assert arrows(drawing) == [
        "component:web -> component:domain", "component:web -> resource:rows", "component:web -> component:bank",
        "component:domain -> component:bank",
    ]  # fmt: skip
    assert {node.id: node.within for node in drawing.nodes}["component:web"] == "system:shop"
    assert [remark.line for remark in drawing.remarks] == [19]


def test_all_diagrams_of_a_markdown_file_are_one_and_keep_their_lines():
    text = (
        "# Shop\n\n```mermaid\nflowchart LR\n  a --> b\n```\n\n```sh\na --> c\n```\n\n~~~plantuml\n[b] --> [c]\n~~~\n"
    )
    drawing = read_drawing(text, "docs/README.md")
    assert [(edge.source, edge.target, edge.line) for edge in drawing.edges] == [("1:a", "1:b", 5), ("3:b", "3:c", 13)]


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("a --> b", "a.txt", "no format of diagrams is known by that name"),
        ("sequenceDiagram\n a->>b: x", "a.mmd", "line 1: a sequenceDiagram says nothing of components"),
        ("# only words", "a.md", "nothing is drawn in it"),
        ("kind: [", "catalog-info.yaml", "this is not YAML"),
    ],
)
def test_a_file_in_which_nothing_is_drawn_is_refused(text, file, words):
    with pytest.raises(SettingsError) as refused:
        read_drawing(text, file)
    assert words in str(refused.value)


def test_what_is_not_understood_is_told_with_its_line():
    drawing = read_drawing("flowchart LR\n  a --> b\n  ]][[ what\n", "a.mmd")
    assert [(remark.line, "what" in remark.words) for remark in drawing.remarks] == [(3, True)]


SIGNS = some.text("ab-->.=<|[](){}\"' \n;&:/\\*#@~kindgroup", max_size=120)


@given(some.sampled_from(sorted(formats())), SIGNS)
def test_no_text_is_too_odd_to_be_read_or_refused(name, text):
    heads = {"mermaid": "flowchart LR\n", "plantuml": "@startuml\n[a]\n", "structurizr": "workspace {\nmodel {\n"}
    file = formats()[name].FILES[0].replace("*", "a")
    try:
        drawing = read_drawing(heads.get(name, "") + text, file)
    except SettingsError:
        return
    known = {node.id for node in drawing.nodes}
    assert all({edge.source, edge.target} <= known for edge in drawing.edges)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.mmd", "flowchart LR\n" + "a[" * 20_000),
        ("a.mmd", "flowchart LR\na " + "-- x " * 20_000),
        ("a.mmd", "flowchart LR\n" + "subgraph x\n" * 5_000 + "a --> b\n"),
        ("a.puml", "@startuml\n[a]\n" + "a -[#x]" * 20_000 + "\n@enduml"),
        ("a.puml", "@startuml\n" + "package x {\n" * 5_000 + "[a] --> [b]\n@enduml"),
        ("a.dsl", "workspace {\nmodel {\n" + 'a = softwareSystem "a" {\n' * 5_000),
        ("catalog-info.yaml", "[" * 5_000),
        ("catalog-info.yaml", "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(2_000))),
    ],
)
def test_a_diagram_made_to_be_slow_is_read_or_refused(file, text):
    with contextlib.suppress(SettingsError):
        assert read_drawing(text, file).nodes


def test_boxes_are_known_by_their_id_their_label_and_in_any_spelling():
    drawing = read_drawing("flowchart LR\n  a[order-service] --> B[Web UI]\n  web_ui --> x[Elsewhere]\n", "a.mmd")
    found = mapped(drawing, ["orderService", "web-ui"], {"Elsewhere": ""})
    assert list(found.needs) == [("orderService", "web-ui")]
    assert (found.lost, found.outside) == ((), 1)


def test_a_box_inside_a_component_is_part_of_it_and_an_arrow_to_a_group_means_all_in_it():
    groups = "subgraph web\n form --> page\n end\n subgraph below\n domain\n rows\n end\n"
    drawing = read_drawing(f"flowchart LR\n {groups} form --> below\n", "a.mmd")
    found = mapped(drawing, ["web", "domain", "rows"], {})
    assert sorted(found.needs) == [("web", "domain"), ("web", "rows")]
    assert found.lost == ()


def test_a_box_that_two_components_are_called_like_is_lost_and_says_so():
    found = mapped(read_drawing("flowchart LR\n web_ui --> b\n", "a.mmd"), ["web-ui", "WebUI", "b"], {})
    assert [(box, "more than one component" in why) for box, _, why in found.lost] == [("web_ui", True)]
