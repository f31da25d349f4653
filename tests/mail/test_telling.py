"""What a mail tells and what not: deltas of the code only, seven at most, harmless whatever things are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest

from plumbrule.report.reviews import add_review
from plumbrule.store import Store

ADA = "ada@example.org"
CLEAN = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total():\n    return rate()\n",
    "shop/tax.py": "def rate():\n    return 0.2\n",
}
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate():\n    return total and 0.2\n"}
STRICT = "[rules.complexity-jump]\nlimit = 1\n"
DASHBOARD = {"dashboard": '"https://drift.example.org/plumb/"'}


def tangled(name: str = "tangled") -> str:
    return f"def {name}(rows):\n    for row in rows:\n        if row:\n            return row\n"


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, name: str) -> Iterable[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def test_an_item_says_what_where_since_when_who_and_what_to_do(shop, text_of):
    drift = shop(mail=DASHBOARD)
    drift.send()
    drift.repo.commit(CYCLE, "a cycle\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    drift.scan()
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    commit = drift.repo.head[:12]
    assert "1. ERROR: Files that need each other: 2 new" in text
    assert "shop/tax.py imports shop/cart.py, which needs shop/tax.py in turn: a cycle of 2 files." in text
    assert "where shop/tax.py:1 shop/cart.py:1" in text
    assert f"since 2 Jan 2024, commit {commit}, by at least claude (by its signature in a commit message)" in text
    assert "do Break the whole cycle where it is cheapest" in text
    assert "more https://drift.example.org/plumb/findings?repo=shop&finding=" in text
    assert "1 commit on the main line in 1 batch; at least 1 of them by agents and bots: claude 1." in text


def test_a_batch_that_an_orchestrator_named_is_named(shop, text_of):
    drift = shop()
    drift.send()
    drift.repo.commit(CYCLE)
    drift.run("scan", str(drift.repo.path), "--quiet", "--batch", "JOB-17", "--agent", "codex")
    drift.send()
    assert "batch JOB-17, by at least codex (as whoever ran it said)" in text_of(drift.inbox.to(ADA)[-1])


def test_without_a_dashboard_the_mail_names_the_command_that_explains(shop, text_of):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    (finding,) = re.findall(r"plumbrule explain (\w+)", text)
    assert drift.run("explain", finding) == 0
    assert "http" not in text


def test_at_most_seven_items_are_told_and_the_rest_is_counted(shop, text_of):
    drift = shop(rules=STRICT)
    drift.send()
    for number in range(9):
        drift.repo.commit({f"shop/f{number}.py": tangled(f"f{number}")})
    drift.scan()
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    text = text_of(mail)
    assert mail["Subject"] == "[Plumbrule] shop: 9 new errors"
    assert len(re.findall(r"\d\. ERROR", text)) == 7
    assert "And 2 more new findings: complexity-jump 2." in text


def test_findings_of_one_rule_and_one_batch_are_one_item(shop, text_of):
    drift = shop(rules=STRICT)
    drift.send()
    drift.change({f"shop/f{number}.py": tangled(f"f{number}") for number in range(5)})
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "1. ERROR: A function became too complex: 5 new" in text
    assert re.search(r"\b2\. (?:ERROR|WARNING|INFO): ", text) is None
    assert "and 2 more" in text


def test_errors_come_before_warnings_and_broken_contracts_before_cycles(shop):
    drift = shop(
        {**CLEAN, "shop/desk.py": "from shop.till import count\n\n\ndef sum_up():\n    return count(1)\n",
         "shop/till.py": "def count(coins):\n    return coins\n"},
        rules='[rules.contract-break]\nseverity = "warning"\n[rules.dependency-cycle]\nseverity = "warning"\n'
        '[rules.oversized-file]\nlimit = 12\n[rules.complexity-jump]\nlimit = 1\n'
        '[rules.contract-narrowed]\nseverity = "off"\n',
    )  # fmt: skip
    drift.send()
    drift.repo.commit({"shop/z.py": "import os\n" + "".join(f"V{number} = {number}\n" for number in range(20))})
    drift.repo.commit(CYCLE)
    drift.repo.commit({"shop/till.py": "def count(coins, notes):\n    return coins + notes\n"})
    drift.repo.commit({"shop/y.py": tangled()})
    drift.scan()
    drift.send()
    text = drift.inbox.to(ADA)[-1].get_body(("plain",)).get_content()
    assert re.findall(r"^ +rule +(\S+)", text, re.MULTILINE) == [
        "complexity-jump",
        "contract-break",
        "dependency-cycle",
        "oversized-file",
    ]


def test_a_broken_contract_is_told_though_later_batches_know_nothing_of_it(shop, text_of):
    drift = shop(mail=DASHBOARD)
    drift.send()
    drift.change({"shop/tax.py": "def rate(country):\n    return 0.2\n"})
    broken = drift.repo.head[:12]
    drift.change({"shop/b.py": "x = 1\n"})
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "rule contract-break" in text
    assert f"more https://drift.example.org/plumb/batch?repo=shop&batch={broken}" in text
    drift.change({"shop/c.py": "x = 1\n"})
    drift.send()
    assert len(drift.inbox.mails) == 2  # and that it is over is no good news


def test_a_cycle_that_grew_says_what_it_is_now(shop, text_of):
    drift = shop()
    drift.change(CYCLE)
    drift.send()
    drift.change(
        {
            "shop/basket.py": "from shop.cart import total\n",
            "shop/cart.py": "import shop.basket\nfrom shop.tax import rate\n\n\ndef total():\n    return rate()\n",
        }
    )
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "Files that need each other: 2 new, 4 in all" in text
    assert "a cycle of 3 files" in text


def test_a_renamed_file_takes_its_findings_along(shop):
    drift = shop()
    drift.change(CYCLE)
    drift.send()
    drift.change(
        {
            "shop/levy.py": CYCLE["shop/tax.py"],
            "shop/tax.py": None,
            "shop/cart.py": CLEAN["shop/cart.py"].replace("tax", "levy"),
        }
    )
    drift.send()
    assert len(drift.inbox.mails) == 1


def test_what_was_there_before_anything_was_read_takes_its_findings_along_too(shop):
    drift = shop(CLEAN | CYCLE)
    drift.send()
    drift.change(
        {
            "shop/levy.py": CYCLE["shop/tax.py"],
            "shop/tax.py": None,
            "shop/cart.py": CLEAN["shop/cart.py"].replace("tax", "levy"),
        }
    )
    drift.send()
    assert len(drift.inbox.mails) == 1


def test_a_policy_that_changed_is_said_and_never_told_as_drift(shop, text_of):
    drift = shop(CLEAN | {"shop/old.py": tangled()})
    drift.send()
    drift.policy.write_text(STRICT + drift.policy.read_text("utf-8"), "utf-8")
    drift.scan()
    drift.send()
    assert len(drift.inbox.mails) == 1
    drift.change({"shop/new.py": tangled()})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 1 new error"
    assert "The policy changed since the last mail." in text_of(mail)
    assert "shop/old.py" not in text_of(mail)


def test_a_level_that_moved_is_said_and_never_told_as_drift(shop, text_of):
    parts = {
        "shop/core/x.py": "def _secret():\n    return 1\n",
        "shop/web/y.py": "from shop.core.x import _secret\n\nA = _secret()\n",
        "shop/store/z.py": "Z = 1\n",
    }
    drift = shop({**parts, "shop/__init__.py": ""})
    drift.send()
    drift.change({f"p{number}/main.py": f"A = {number}\n" for number in range(9)})
    drift.send()
    assert len(drift.inbox.mails) == 1
    drift.change(
        {"shop/new.py": "from shop.newer import b\n\na = 1\n", "shop/newer.py": "from shop.new import a\n\nb = 1\n"}
    )
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "The level at which the folders show components changed since the last mail." in text
    assert "fixed" not in text


def test_a_waiver_that_ended_is_said_and_never_told_as_drift(shop, text_of):
    waiver = (
        '[[waiver]]\nrule = "complexity-jump"\nsubject = "shop/old.py::tangled"\nreason = "soon"\nowner = "@ada"\n'
        "expires = 2024-01-15\n"
    )
    drift = shop(CLEAN | {"shop/old.py": tangled()}, rules=STRICT + waiver)
    drift.send()
    drift.repo.commit({"shop/new.py": tangled()})
    drift.run("scan", str(drift.repo.path), "--quiet", "--today", "2024-01-20")
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "ERROR: A function became too complex tangled" in text
    assert "where shop/new.py:1 since" in text
    assert "1 finding open again because a waiver ended; the code did not move there." in text


def test_a_main_line_that_was_rebased_repeats_nothing(shop, text_of):
    drift = shop()
    clean = drift.repo.head
    drift.change(CYCLE)
    drift.send()
    drift.repo.git("reset", "--quiet", "--hard", clean)
    drift.repo.commit({"shop/a.py": "x = 1\n"}, "landed first")
    drift.change(CYCLE, "the same again")
    assert drift.send() == 0, drift.err
    assert len(drift.inbox.mails) == 1
    drift.change({"shop/tax.py": CLEAN["shop/tax.py"]})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 2 fixed"
    assert "The main line was rewritten since the last mail" in text_of(mail)


def test_a_contract_that_was_broken_once_is_told_once_though_it_is_rebased(shop):
    drift = shop()
    drift.send()
    clean = drift.repo.head
    broken = {"shop/tax.py": "def rate(country):\n    return 0.2\n"}
    drift.change(broken)
    drift.send()
    drift.repo.git("reset", "--quiet", "--hard", clean)
    drift.repo.commit({"shop/a.py": "x = 1\n"}, "landed first")
    drift.change(broken, "the same again")
    assert drift.send() == 0, drift.err
    assert len(drift.inbox.mails) == 2


def test_a_main_line_that_dropped_what_was_told_says_it_is_gone(shop):
    drift = shop()
    clean = drift.repo.head
    drift.change(CYCLE)
    drift.send()
    drift.repo.git("reset", "--quiet", "--hard", clean)
    drift.change({"shop/a.py": "x = 1\n"}, "instead")
    drift.send()
    assert drift.inbox.to(ADA)[-1]["Subject"] == "[Plumbrule] shop: 2 fixed"


def test_before_is_what_the_reader_was_told_also_on_a_line_that_is_no_more(shop):
    drift = shop()
    clean = drift.repo.head
    drift.change(CYCLE)
    drift.send()
    drift.repo.git("reset", "--quiet", "--hard", clean)
    drift.change({"shop/a.py": "import shop.b\n", "shop/b.py": "import shop.a\n"}, "instead")
    drift.send()
    html = drift.inbox.to(ADA)[-1].get_body(("html",)).get_content()
    (said,) = re.findall(r"Open findings over time\. ([^\"]*)", html)
    assert "2 errors" in said
    assert "before" not in said


def test_a_rewritten_line_under_a_changed_policy_is_compared_with_what_both_share(shop, text_of):
    drift = shop()
    clean = drift.repo.head
    drift.change({"shop/a.py": "x = 1\n"})
    drift.send()
    drift.repo.git("reset", "--quiet", "--hard", clean)
    drift.repo.commit(CYCLE, "instead")
    drift.policy.write_text(STRICT + drift.policy.read_text("utf-8"), "utf-8")
    drift.scan()
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 2 new errors"
    assert clean[:12] in text_of(mail)


def test_a_history_that_was_replaced_begins_anew(shop, make_repo, text_of):
    drift = shop()
    drift.change(CYCLE)
    drift.send()
    drift.repo.git("checkout", "--quiet", "--orphan", "other")
    drift.repo.commit({"shop/b.py": "y = 2\n"}, "from nothing")
    drift.repo.git("branch", "--force", "main", "other")
    drift.scan()
    assert drift.send() == 0, drift.err
    assert "where it stands" in drift.inbox.to(ADA)[-1]["Subject"]


def test_what_a_reader_muted_is_left_out_of_their_mail_alone(shop):
    drift = shop(to=(ADA, "bob@example.org"), rules=STRICT)
    drift.send()
    drift.change({"shop/x.py": tangled()})
    with Store.open(drift.store).reader() as reader:
        ((finding,),) = reader.select("SELECT finding FROM finding")
    add_review(drift.store, "ada", datetime(2024, 1, 2, tzinfo=UTC), finding, "mute")
    drift.send()
    assert len(drift.inbox.to(ADA)) == 1
    assert drift.inbox.to("bob@example.org")[-1]["Subject"] == "[Plumbrule] shop: 1 new error"


def test_several_repositories_are_one_mail_grouped_by_repository(shop, make_repo, text_of):
    drift = shop()
    other = make_repo(CLEAN, name="till")
    fleet = "".join(f'[[repository]]\nname = "{name}"\npath = "../{name}"\n' for name in ("shop", "till"))
    drift.policy.write_text(fleet + drift.policy.read_text("utf-8"), "utf-8")
    assert drift.run("scan", "--quiet") == 0, drift.err
    drift.send()
    assert drift.inbox.to(ADA)[-1]["Subject"] == "[Plumbrule] 2 repositories: where they stand"
    other.commit(CYCLE)
    drift.run("scan", "--quiet")
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] till: 2 new errors"
    text = text_of(mail)
    assert text.index("== till, at ") < text.index("Files that need each other") < text.index("Nothing moved in shop.")
    assert drift.send() == 0
    assert len(drift.inbox.mails) == 2


def test_a_repository_that_could_not_be_read_is_named_and_what_is_known_of_it(shop, make_repo, text_of, html_of):
    drift = shop()
    other, plain = make_repo(CLEAN, name="till"), drift.policy.read_text("utf-8")
    names = ("shop", "till", "dead")
    fleet = "".join(f'[[repository]]\nname = "{name}"\npath = "../{name}"\n' for name in names)
    drift.policy.write_text(fleet + plain, "utf-8")
    assert drift.run("scan", "--quiet") == 2
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] 2 of 3 repositories: where they stand"
    for words in (text_of(mail), " ".join(html_of(mail).split())):
        assert "dead is missing here. It is in the policy and was never scanned: " in words
        assert "there is no such folder" in words
    commit = other.head[:12]
    other.path.rename(other.path.with_name("away"))
    assert drift.run("scan", "--quiet") == 2
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "till was not renewed by its last scan: " in text
    assert f"What stands here of it is commit {commit} of 1 Jan 2024." in text
    other.path.with_name("away").rename(other.path)
    drift.policy.write_text(fleet.partition('[[repository]]\nname = "dead')[0] + plain, "utf-8")
    drift.scan()
    assert "till was not renewed" in drift.preview("mail.txt").decode()  # only the shop was
    assert drift.run("scan", "--quiet") == 0
    assert "not renewed" not in drift.preview("mail.txt").decode()
    sent = len(drift.inbox.mails)
    drift.send()
    assert len(drift.inbox.mails) == sent


def test_of_many_repositories_that_are_missing_some_are_named_and_the_others_counted(shop):
    drift = shop()
    names = ("shop", *(f"gone{number:02}" for number in range(14)))
    fleet = "".join(f'[[repository]]\nname = "{name}"\npath = "../{name}"\n' for name in names)
    drift.policy.write_text(fleet + drift.policy.read_text("utf-8"), "utf-8")
    assert drift.run("scan", "--quiet") == 2
    text = " ".join(drift.preview("mail.txt").decode().split())
    assert [f"{name} is missing here" in text for name in names] == [False, *[True] * 12, False, False]
    assert "And 2 more repositories like that." in text


def test_a_repository_that_joins_is_introduced_beside_what_moved_in_the_others(shop, make_repo, text_of):
    drift = shop()
    drift.send()
    late = make_repo(CLEAN, name="late")
    drift.repo.commit(CYCLE)
    drift.scan(str(drift.repo.path), str(late.path))
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 2 new errors, 1 repository new here"
    assert re.search(r"== late, at \w+ of 1 Jan 2024 == - 3 files in", text_of(mail))


# -- sums -----------------------------------------------------------------------------------------------------------

BALANCE = re.compile(r"(Error|Warning)s: ([\d,]+) (before [^=.]*= ([\d,]+) open|open, as before)\.")


def balances(text: str) -> dict[str, tuple[int, dict[str, int], int]]:
    """By severity: what was open before, what is said to have come and gone, and what is open now."""
    found = {}
    for severity, before, how, now in BALANCE.findall(text):
        terms = re.findall(r"([+\u2212]) (\d+) ([a-z ]+?)(?= [+\u2212=]|$)", how)
        moved = {what: int(number) * (1 if sign == "+" else -1) for sign, number, what in terms}
        found[severity] = (int(before), moved, int(now or before))
    return found


def test_what_was_open_and_what_came_and_went_come_to_what_is_open(shop, text_of):
    drift = shop(
        CLEAN | {f"shop/f{number}.py": tangled() for number in range(4)},
        rules=STRICT + "[rules.oversized-file]\nlimit = 12\n",
    )
    drift.send()
    broken = {"shop/tax.py": "def rate(country):\n    return 0.2\n"}
    drift.change(broken | {"shop/f0.py": "x = 1\n", "shop/g.py": tangled(), "shop/h.py": tangled()})
    drift.change({"shop/long.py": "import os\n" + "X = 1\n" * 20})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    text = text_of(mail)
    assert mail["Subject"] == "[Plumbrule] shop: 2 new errors, 1 new warning, 1 about single changes, 1 fixed"
    assert balances(text) == {"Error": (4, {"new": 2, "fixed": -1}, 5), "Warning": (0, {"new": 1}, 1)}
    assert "1 about single changes, which are not among the open findings: contract-break 1." in text
    drift.change({"shop/f1.py": "x = 1\n"})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 1 fixed"
    assert balances(text_of(mail)) == {"Error": (5, {"fixed": -1}, 4), "Warning": (1, {}, 1)}


def test_a_sum_holds_what_the_reader_muted_and_what_a_waiver_brought_back(shop, text_of):
    waiver = (
        '[[waiver]]\nrule = "complexity-jump"\nsubject = "shop/old.py::tangled"\nreason = "soon"\nowner = "@ada"\n'
        "expires = 2024-01-15\n"
    )
    drift = shop(CLEAN | {"shop/old.py": tangled()}, rules=STRICT + waiver)
    drift.send()
    drift.change({"shop/x.py": tangled(), "shop/y.py": tangled()})
    with Store.open(drift.store).reader() as reader:
        ((finding,),) = reader.select("SELECT finding FROM finding WHERE path = 'shop/x.py'")
    add_review(drift.store, "ada", datetime(2024, 1, 2, tzinfo=UTC), finding, "mute")
    drift.repo.commit({"shop/z.py": tangled()})
    drift.run("scan", str(drift.repo.path), "--quiet", "--today", "2024-01-20")
    drift.send()
    (before, moved, now) = balances(text_of(drift.inbox.to(ADA)[-1]))["Error"]
    assert (before, now) == (0, before + sum(moved.values()))
    assert moved == {"new": 2, "that you muted": 1, "otherwise": 1}


@pytest.mark.parametrize("day", range(2, 9))
def test_a_mail_adds_up_from_whatever_day_it_begins(shop, day: int):
    drift = shop(rules=STRICT)
    for number, minutes in enumerate((0, 1440, 1450, 1460, 4000, 4010, 8000)):
        at = datetime(2024, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes)
        old = {f"shop/f{number - 2}.py": "x = 1\n"} if number % 3 == 2 else {}
        drift.repo.commit({f"shop/f{number}.py": tangled(), **old}, at=at)
    drift.scan()
    text = drift.preview("mail.txt", "--since", f"2024-01-{day:02}").decode()
    ((before, moved, now),) = balances(" ".join(text.split())).values()
    assert now == before + sum(moved.values())
    assert moved.keys() <= {"new", "fixed"}
    said = re.match(r"(?:(\d+) new errors?)?(?:, )?(?:(\d+) fixed)?", text)
    assert said is not None
    assert [int(number or 0) for number in said.groups()] == [moved.get("new", 0), -moved.get("fixed", 0)]


def test_a_day_is_looked_for_along_the_line_also_where_a_clock_went_wrong(shop):
    drift = shop(rules=STRICT)
    days = (2, 3, 20, 4, 1, 5, 6)  # one clock was ahead, one behind
    for number, day in enumerate(days):
        drift.repo.commit({f"shop/f{number}.py": tangled()}, at=datetime(2024, 1, day, tzinfo=UTC))
    drift.scan()
    drift.repo.clock = datetime(2024, 1, 7, tzinfo=UTC)

    def new(day: int) -> int:
        text = drift.preview("mail.txt", "--since", f"2024-01-{day:02}").decode()
        said = re.match(r"(\d+) new error", text)
        return int(said[1]) if said else 0

    assert [new(day) for day in (3, 4, 5, 6, 7)] == [6, 4, 2, 1, 0]


# -- hostile names ------------------------------------------------------------------------------------------------

EVIL = "x\nBcc: eve@example.org\r\nX-Evil: 1"


def test_no_name_can_add_a_header_or_a_line(shop, make_repo):
    drift = shop(name=EVIL, rules=STRICT)
    drift.send()
    name = "shop/a\nBcc: eve@example.org\n.py"
    drift.repo.commit({name: tangled()})
    drift.run("scan", str(drift.repo.path), "--quiet", "--batch", f"B{EVIL}", "--agent", EVIL)
    assert drift.send() == 0, drift.err
    for to, raw in drift.inbox.mails:
        assert to == ADA
        head = raw.partition(b"\r\n\r\n")[0]
        names = re.findall(rb"^([^\s:]+):", head, re.MULTILINE)
        assert names == [
            b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version", b"Content-Type",
        ]  # fmt: skip
        text = message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()
        assert not re.search(r"^\s*(Bcc|X-Evil):", text, re.MULTILINE)
    told = drift.inbox.to(ADA)[-1]
    assert told["Subject"].startswith("[Plumbrule] x\\nBcc: eve@example.org\\r\\nX-Evil: 1: 1 new error")
    assert "a\\nBcc: eve@example.org\\n.py" in told.get_body(("plain",)).get_content()


def test_names_are_text_in_the_page_and_nothing_else(shop, html_of):
    drift = shop(rules=STRICT, mail=DASHBOARD)
    drift.send()
    drift.repo.commit({"shop/<script>alert(1)<\\script>.py": tangled(), 'shop/"><img src=x onerror=y>.py': tangled()})
    drift.run("scan", str(drift.repo.path), "--quiet", "--batch", "<b onclick=x>", "--agent", "</td><script>")
    drift.send()
    page = html_of(drift.inbox.to(ADA)[-1])
    tags = Tags(page)
    assert "&lt;script&gt;alert(1)" in page
    assert {tag for tag, _ in tags.found} == {
        "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "div", "span", "a", "br", "img",
    }  # fmt: skip
    assert [name for _, attributes in tags.found for name in attributes if name.startswith("on")] == []
    assert all(str(image["src"]).startswith("cid:") for image in tags.of("img"))
    assert all(str(link["href"]).startswith("https://drift.example.org/plumb") for link in tags.of("a"))


def test_what_stands_in_backticks_is_code_in_the_page(shop, html_of, text_of):
    drift = shop(rules='[components]\nweb = "web/**"\ndomain = "domain/**"\nshop = "shop/**"\n')
    drift.send()
    parts = {"web/page.py": "from domain.order import a\n", "web/view.py": "x = 1\n", "domain/order.py": "a = 1\n"}
    drift.change(
        {"web/__init__.py": "", "domain/__init__.py": "", **parts, "domain/mail.py": "from web.view import x\n"}
    )
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert "`[[layers]]`" in " ".join(text_of(mail).split())
    page = html_of(mail)
    assert "`" not in page
    assert ">[[layers]]</span>. " in page


def test_marks_that_turn_text_around_are_shown_and_not_obeyed(shop):
    drift = shop(rules=STRICT)
    drift.send()
    drift.change({"shop/a\u202egpj.py": tangled()})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        assert "\u202e" not in text
        assert "a\\u202egpj.py" in text


def test_names_in_any_script_arrive_as_they_are(shop):
    drift = shop(rules=STRICT, name="магазин-店")
    drift.send()
    drift.change({"shop/größe_サイズ.py": tangled("größe")})
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] магазин-店: 1 new error"
    assert "shop/größe_サイズ.py:1" in mail.get_body(("plain",)).get_content()


# -- the look -----------------------------------------------------------------------------------------------------


def test_the_page_is_made_of_tables_no_wider_than_640_with_its_style_inlined(shop, html_of):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    drift.send()
    page = html_of(drift.inbox.to(ADA)[-1])
    tags = Tags(page)
    widths = [int(a["width"] or 0) for _, a in tags.found if (a.get("width") or "").isdigit()]
    assert max(widths) <= 640
    assert all(a.get("style") for a in tags.of("td") if a.get("class"))
    assert "@media (prefers-color-scheme: dark)" in page
    assert list(tags.of("link")) == []
    for image in tags.of("img"):
        assert image["alt"]


# -- previews -----------------------------------------------------------------------------------------------------


def test_a_preview_as_a_page_needs_no_other_file(shop):
    drift = shop()
    drift.change(CYCLE)
    page = drift.preview("mail.html").decode()
    images = list(Tags(page).of("img"))
    assert images
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in images)
    assert "cid:" not in page


def test_a_preview_sends_and_remembers_nothing(shop):
    drift = shop()
    for name in ("mail.html", "mail.txt", "mail.eml"):
        drift.preview(name)
    assert drift.inbox.mails == []
    assert not (drift.store / "mailed.jsonl").exists()


def test_a_preview_shows_what_would_be_sent(shop):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    shown = drift.preview("mail.eml")
    drift.send()
    assert drift.inbox.mails[-1] == (ADA, shown)
    assert drift.preview("mail.txt").decode().startswith("Nothing moved, since the mail of 1 Feb 2024\n")
    assert "only be sent with --always" in drift.out


def test_a_preview_needs_no_mail_settings(shop):
    drift = shop()
    drift.policy.write_text("", "utf-8")
    drift.scan()
    assert b"shop, at " in drift.preview("mail.txt")


def test_a_preview_may_begin_at_a_day(shop):
    drift = shop()
    drift.change(CYCLE)
    drift.change({"shop/a.py": "x = 1\n"})
    assert drift.preview("mail.txt", "--since", "2024-01-02").startswith(b"2 new errors, since the mail of 2 Jan 2024")
    assert drift.preview("mail.txt", "--since", "2024-01-03").startswith(b"Nothing moved, since the mail of 3 Jan 2024")
    assert b"The history kept here begins" in drift.preview("mail.txt", "--since", "2023-01-01")
    assert drift.send("--since", "2024-01-02") == 2


@pytest.mark.parametrize("name", ["mail", "mail.pdf", "missing/mail.txt"])
def test_a_preview_that_cannot_be_written_is_said(shop, name: str, tmp_path: Path):
    drift = shop()
    assert drift.run("report", "weekly", "--preview", str(tmp_path / name)) == 2
    assert f"--preview {tmp_path / name}" in drift.err


@pytest.mark.parametrize("told", [False, True])
def test_a_mail_of_a_damaged_store_says_that_it_tells_an_older_state(shop, text_of, html_of, told):
    drift = shop()
    drift.change(CYCLE)
    if told:
        drift.send()
    (drift.store / "generations" / "000002.duckdb").write_bytes(b"not a database " * 2000)
    assert drift.send() == 0
    mail = drift.inbox.to(ADA)[-1]
    assert "an older state" in mail["Subject"]
    for words in (text_of(mail), " ".join(html_of(mail).split())):
        assert "This is generation 1, an older state: a newer generation could not be read (000002.duckdb" in words
        assert "goes on from this one and publishes a newer one" in words
        assert "history was replaced" not in words


def test_a_damaged_store_is_told_of_each_time_though_nothing_else_is_known_to_have_moved(shop):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    (drift.store / "generations" / "000002.duckdb").write_bytes(b"not a database " * 2000)
    assert [drift.send(), drift.send()] == [0, 0]
    assert ["an older state" in mail["Subject"] for mail in drift.inbox.to(ADA)] == [False, True, True]


@pytest.mark.parametrize(("tool", "told"), [("radon", False), ("unusual", True)])
def test_figures_that_nothing_told_goes_by_are_not_missed_in_a_mail(shop, tool, told):
    drift = shop()
    store = Store.open(drift.store, note=lambda _: None)
    with store.reader() as reader:
        newest = reader.newest("shop")
    with store.writer(lambda _: None) as writer:
        writer.extra_measures("shop", newest.snapshot, [], tool=tool, complete=False)
        writer.publish()
    assert (f"not measured: {tool}" in " ".join(drift.preview("mail.txt").decode().split())) is told
    assert ("not measured" in drift.preview("mail.html").decode()) is told
