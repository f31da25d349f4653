"""The format of rule pages: what is read, and what each mistake is answered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from plumbrule.data import data_folder
from plumbrule.errors import RuleError
from plumbrule.graph import MemoryGraph
from plumbrule.judge import Moment, Rule, Sides, judge, load_rules, parse_rule
from plumbrule.measures import measures
from plumbrule.policy import Policy
from plumbrule.snapshot import FilesWalk

PAGE = """\
---
id: some-fault
title: "A fault: some"
severity: off
formerly: [old-fault, "older-fault"]
message: 'it''s {path}'
parameters:
  # how many
  most: {default: 3, doc: "lines, at most"}
  share:
    default: 0.5
    doc: of all
  names: {default: [a, "b, c"], doc: left out}
  strict: {default: true, doc: or not}
---
Why it is a fault,
on two lines.

And a second paragraph.

## What to do instead
Mend it.

## When it is right
Never.

## Finds
```sql
SELECT 1
```

## Bad
````files
=== before
--- a.md
```sql
no end of the block
```
=== now
--- a.md
\\--- not a file
\\=== not a part
````

Another one.
```files
=== series 4
--- b{n}.py
x = 1
```

## Good
```files
--- a.py

--- folder/b.py
x = 1


y = 2
```
"""


def parse(text, source="rules/shape/some-fault.md"):
    return parse_rule(text, source, own=False)


def test_a_page_is_read_as_it_says():
    rule = parse(PAGE)
    assert (rule.id, rule.subject, rule.title, rule.severity) == ("some-fault", "shape", "A fault: some", "off")
    assert (rule.message, rule.formerly) == ("it's {path}", ("old-fault", "older-fault"))
    assert rule.reason == "Why it is a fault, on two lines.\n\nAnd a second paragraph."
    assert rule.remedy == "Mend it."
    assert [(p.name, p.default, p.doc) for p in rule.parameters] == [
        ("most", 3, "lines, at most"),
        ("share", 0.5, "of all"),
        ("names", ("a", "b, c"), "left out"),
        ("strict", True, "or not"),
    ]
    assert (rule.sql, PAGE.splitlines()[rule.sql_line - 1]) == ("SELECT 1", "SELECT 1")


def test_examples_are_files_in_parts():
    rule = parse(PAGE)
    first, second = rule.bad
    assert [(part.kind, dict(part.files)) for part in first.parts] == [
        ("before", {"a.md": "```sql\nno end of the block\n```\n"}),
        ("now", {"a.md": "--- not a file\n=== not a part\n"}),
    ]
    assert [(part.kind, part.name, dict(part.files)) for part in second.parts] == [
        ("series", "4", {"b{n}.py": "x = 1\n"})
    ]
    assert dict(rule.good[0].parts[0].files) == {"a.py": "\n", "folder/b.py": "x = 1\n\n\ny = 2\n"}


def test_line_ends_of_other_systems_change_nothing():
    def plain(rule: Rule):
        return rule.sql, rule.reason, rule.bad, rule.good, rule.parameters

    assert plain(parse(PAGE.replace("\n", "\r\n"))) == plain(parse(PAGE))


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("---\nid", "id", "id: some-fault", "starts with front matter"),
        ("or not}\n---\n", "or not}\n", "---", "never closed"),
        ("id: some-fault", "id: other-fault", "id: other-fault", "write `id: some-fault`"),
        ("severity: off", "severity: fatal", "severity: fatal", "'fatal' is not one of off, info, warning, error"),
        ("severity: off", "severty: off", "severty: off", "unknown key 'severty'; did you mean 'severity'?"),
        ("severity: off\n", "", "---", "lacks `severity:`"),
        ('title: "A fault: some"', "title: A fault: some", "title: A fault: some", "put it in double quotes"),
        ('title: "A fault: some"', "title: 3", "title: 3", "must be text"),
        ('title: "A fault: some"', "title:", "title:", "has no value"),
        ('title: "A fault: some"', "title: x\ntitle: y", "title: y", "given twice"),
        ('title: "A fault: some"', "title: &x y", "title: &x y", "put it in double quotes"),
        ('title: "A fault: some"', "title: |", "title: |", "put it in double quotes"),
        ('title: "A fault: some"', "- x", "- x", "write `key: value`"),
        ("[old-fault,", "[old {x", 'formerly: [old {x "older-fault"]', "expected ',' or ']'"),
        ('[old-fault, "older-fault"]', "old-fault", "formerly: old-fault", "must be a list of names"),
        ('"lines, at most"', "a, b", "  most: {default: 3, doc: a, b}", "values that hold commas in quotes"),
        (', doc: "lines, at most"', "", "  most: {default: 3}", "needs a default and a doc"),
        ('{default: 3, doc: "lines, at most"}', "3", "  most: 3", "needs a default and a doc"),
        ("    doc: of all", "     doc: of all", "     doc: of all", "unexpected indentation"),
        ("    doc: of all", "\tdoc: of all", "\tdoc: of all", "unexpected indentation"),
        ("Why it is a fault,\non two lines.\n\nAnd a second paragraph.\n", "", None, "no reason is given"),
        ("Mend it.", "", "## What to do instead", "is empty"),
        ("## What to do instead", "## What to do insted", None, "rename `## What to do insted`"),
        ("## Finds", "## Found it", None, "the section `## Finds` is missing"),
        ("## Finds\n", "## When it is right\n\n## Finds\n", "## When it is right", "is there twice"),
        ("```sql\nSELECT 1\n```\n", "", "## Finds", "holds 0 ```sql blocks"),
        ("SELECT 1\n```\n", "SELECT 1\n```\n```sql\nSELECT 2\n```\n", "## Finds", "holds 2 ```sql blocks"),
        ("## Good\n```files", "## Good\n```text", "## Good", "shows no example"),
        ("=== before", "=== befor", "=== befor", "did you mean 'before'?"),
        ("=== before", "=== branch", "=== branch", "name it: `=== branch NAME`"),
        ("=== before\n--- a.md", "=== before", "```sql", "belongs to no file"),
        ("--- folder/b.py", "--- a.py", "--- a.py", "there twice in one part"),
        ("y = 2\n```\n", "y = 2\n", "## Good", "never closed"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_mends_it(old, new, at, words):
    assert PAGE.count(old) == 1
    page = PAGE.replace(old, new)
    with pytest.raises(RuleError) as refused:
        parse(page)
    place, _, message = str(refused.value).partition(": ")
    assert words in message
    if at is None:
        assert place == "rules/shape/some-fault.md"
    else:
        assert page.splitlines()[int(place.rpartition(":")[2]) - 1] == at


@pytest.mark.parametrize("name", ["Some-fault", "some_fault", "fault2", "-fault", "some fault"])
def test_a_file_name_that_is_no_id_is_refused(name):
    with pytest.raises(RuleError, match="is no rule id"):
        parse(PAGE.replace("id: some-fault\n", ""), f"rules/{name}.md")


def test_folders_of_rules_are_read_with_what_they_hold(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "some-fault.md").write_text(PAGE, encoding="utf-8")
    (own / "README.md").write_text("no rule", encoding="utf-8")
    rules = load_rules(data_folder("rules"), [own])
    assert [rule.id for rule in rules] == sorted(rule.id for rule in rules)
    assert {rule.id for rule in rules if rule.own} == {"some-fault"}
    with pytest.raises(RuleError, match="there is no such folder"):
        load_rules(data_folder("rules"), [tmp_path / "none"])
    (own / "other-fault.md").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match="is not UTF-8"):
        load_rules(data_folder("rules"), [own])


@pytest.mark.parametrize(
    "rule", [rule for rule in load_rules(data_folder("rules")) if rule.needs], ids=lambda rule: rule.id
)
def test_a_rule_finds_nothing_while_the_table_it_needs_is_empty(rule):
    walk, moments = FilesWalk("shop"), [Moment(MemoryGraph("shop"))]
    silent = dict.fromkeys((measure.table.name for measure in measures() if measure.scope != "snapshot"), ())
    for part in rule.bad[0].parts:
        walk.to({path: text.encode() for path, text in part.files.items()})
        moments.append(Moment(walk.walk.graph, {**walk.walk.derived, **silent, **dict.fromkeys(rule.needs, ())}))
    sides = Sides(moments[-1], moments[-2], policy=Policy())
    judgement = judge(sides, [replace(rule, needs=(), severity="error")], Policy(), today=date(2026, 3, 1))
    assert (judgement.rows, judgement.errors, judgement.evaluated) == ((), (), 1)
