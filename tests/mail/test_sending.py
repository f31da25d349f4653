"""Mails go to a server that demands STARTTLS and a login; what was sent is remembered, and nothing else is."""

from __future__ import annotations

import json
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest

from plumbrule.report.mail.sent import Mailed, remembering

ADA, BOB = "ada@example.org", "bob@example.org"
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate():\n    return total and 0.2\n"}
CLEAN_TAX = {"shop/tax.py": "def rate():\n    return 0.2\n"}


def test_a_mail_is_delivered_over_tls_after_a_login(shop):
    drift = shop()
    assert drift.send() == 0, drift.err
    assert drift.inbox.encrypted == [True]
    assert drift.inbox.logins == [True]
    assert drift.out == "sent to ada@example.org: '[Plumbrule] shop: where it stands'\n"


def test_the_parts_are_text_and_html_with_its_pictures(shop):
    drift = shop()
    drift.change(CYCLE)
    drift.send()
    (mail,) = drift.inbox.to(ADA)
    alternative = list(mail.iter_parts())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in alternative] == ["text/plain", "multipart/related"]
    html, *pictures = alternative[1].iter_parts()
    assert html.get_content_type() == "text/html"
    assert [part.get_content_type() for part in pictures] == ["image/png"]
    page = html.get_content()
    for picture in pictures:
        assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page
        assert picture.get_content().startswith(b"\x89PNG")
    assert 'src="data:' not in page
    assert 'alt="Open findings over time. ' in page


def test_who_never_had_a_mail_is_told_the_present_state_in_three_lines(shop, text_of):
    drift = shop(CYCLE | {"shop/__init__.py": "", "shop/cart.py": "from shop.tax import rate\ntotal = rate\n"})
    drift.send()
    (mail,) = drift.inbox.to(ADA)
    lines = [line for line in mail.get_body(("plain",)).get_content().splitlines() if line.startswith("- ")]
    assert len(lines) == 3
    text = text_of(mail)
    assert "3 files in" in text
    assert "1 cycle with 2 files in them" in text
    assert "2 errors open: dependency-cycle 2." in text
    assert "Looked at: 3 of 3 files read, 2 of 2 imports resolved (100%)" in text


def test_a_second_run_sends_nothing(shop):
    drift = shop()
    drift.send()
    assert drift.send() == 0
    assert len(drift.inbox.mails) == 1
    assert drift.out == "nothing moved for ada@example.org: no mail\n"


def test_a_harmless_change_sends_nothing(shop):
    drift = shop()
    drift.send()
    drift.change({"shop/tax.py": "def rate():\n    # as in 2024\n    return 0.2\n"})
    assert drift.send() == 0
    assert len(drift.inbox.mails) == 1


def test_nothing_moved_is_a_mail_too_if_it_is_always_wanted(shop, text_of):
    drift = shop()
    drift.send()
    assert drift.send("--always") == 0
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: nothing moved"
    assert "No new commit." in text_of(mail)


def test_two_mails_that_say_nothing_moved_are_two_messages(shop):
    """A server takes two messages of one id for one message, and drops the second."""
    drift = shop()
    for _ in range(3):
        drift.send("--always")
    assert len({mail["Message-ID"] for mail in drift.inbox.to(ADA)}) == 3


def test_a_late_run_tells_all_that_moved_since_the_last_mail(shop, text_of):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    drift.change({"shop/a.py": "from shop.b import y\nx = 1\n", "shop/b.py": "from shop.a import x\ny = 1\n"})
    drift.change({"shop/c.py": "z = 1\n"})
    drift.send()
    text = text_of(drift.inbox.to(ADA)[-1])
    assert "shop/tax.py imports shop/cart.py" in text
    assert "shop/a.py imports shop/b.py" in text
    drift.send()
    assert len(drift.inbox.mails) == 2


def test_what_came_and_went_between_two_mails_is_not_told(shop):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    drift.change(CLEAN_TAX)
    drift.send()
    assert len(drift.inbox.mails) == 1


def test_what_is_fixed_is_told_in_one_line(shop, text_of):
    drift = shop()
    drift.change(CYCLE)
    drift.send()
    drift.change(CLEAN_TAX)
    drift.send()
    mail = drift.inbox.to(ADA)[-1]
    assert mail["Subject"] == "[Plumbrule] shop: 2 fixed"
    assert "2 fixed: dependency-cycle 2." in text_of(mail)
    assert "cycles of files 1 → 0" in text_of(mail)


def test_a_wrong_password_sends_and_remembers_nothing(shop, monkeypatch: pytest.MonkeyPatch):
    drift = shop()
    monkeypatch.setenv("PLUMBRULE_SMTP_PASSWORD", "swordfish")
    assert drift.send() == 2
    assert "refused the login" in drift.err
    assert "swordfish" not in drift.err + drift.out
    assert drift.inbox.mails == []
    assert drift.remembered() == []
    monkeypatch.setenv("PLUMBRULE_SMTP_PASSWORD", "correct horse")
    assert drift.send() == 0
    assert len(drift.inbox.mails) == 1


def test_a_server_without_starttls_gets_neither_password_nor_mail(shop):
    drift = shop(tls=False)
    assert drift.send() == 2
    assert "offers no STARTTLS" in drift.err
    assert drift.inbox.logins == []
    assert drift.inbox.mails == []


def test_a_trusted_relay_needs_neither_tls_nor_login(shop):
    drift = shop(tls=False, mail={"starttls": "false", "username": None, "ca_file": None})
    assert drift.send() == 0, drift.err
    assert drift.inbox.encrypted == [False]


def test_a_certificate_of_an_unknown_authority_is_not_trusted(shop):
    drift = shop(mail={"ca_file": None})
    assert drift.send() == 2
    assert "certificate that is not trusted" in drift.err
    assert drift.inbox.logins == []


def test_no_server_at_all_is_said_and_sent_next_time(shop, serve):
    drift = shop()
    drift.server.stop()
    assert drift.send() == 2
    assert f"127.0.0.1:{drift.server.port} cannot be reached" in drift.err
    assert "sent by the next run" in drift.err
    assert drift.remembered() == []


def test_a_refused_recipient_does_not_keep_the_others_waiting(shop):
    drift = shop(to=(ADA, BOB))
    drift.inbox.refused = {ADA}
    assert drift.send() == 2
    assert "no mail to ada@example.org" in drift.err
    assert "nobody of that name lives here" in drift.err
    assert "bob" not in drift.err
    assert [one["to"] for one in drift.remembered()] == [BOB]
    drift.inbox.refused = set()
    assert drift.send() == 0
    assert [to for to, _ in drift.inbox.mails] == [BOB, ADA]


def test_a_refused_message_does_not_keep_the_others_waiting(shop):
    drift = shop(to=(ADA, BOB))
    drift.inbox.rejected = b"To: ada@"
    assert drift.send() == 2
    assert "554 5.7.1 this looks like spam" in drift.err
    assert [to for to, _ in drift.inbox.mails] == [BOB]


def test_each_reader_is_told_what_they_missed(shop, text_of):
    drift = shop()
    drift.send()
    drift.change(CYCLE)
    policy = drift.policy.read_text("utf-8").replace(json.dumps([ADA]), json.dumps([ADA, BOB]))
    drift.policy.write_text(policy, "utf-8")
    drift.send()
    assert drift.inbox.to(ADA)[-1]["Subject"] == "[Plumbrule] shop: 2 new errors"
    assert drift.inbox.to(BOB)[-1]["Subject"] == "[Plumbrule] shop: where it stands"


def test_a_mail_that_was_accepted_but_not_noted_is_repeated_under_the_same_id(shop):
    """What a crash between the two leaves behind."""
    drift = shop()
    drift.send()
    (drift.store / "mailed.jsonl").unlink()
    drift.send()
    first, second = drift.inbox.to(ADA)
    assert first["Message-ID"] == second["Message-ID"]
    assert drift.inbox.mails[0] == drift.inbox.mails[1]


def test_a_torn_last_line_of_the_memory_costs_that_line_only(shop):
    drift = shop(to=(ADA, BOB))
    drift.send()
    memory = drift.store / "mailed.jsonl"
    memory.write_bytes(memory.read_bytes()[:-20])
    drift.send()
    assert [to for to, _ in drift.inbox.mails] == [ADA, BOB, BOB]
    drift.send()
    assert len(drift.inbox.mails) == 3


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        "{}",
        '{"to": 1}',
        "\x00",
        '{"to":"ada@example.org","upto":[{}]}',
        "[" * 9000,
        '{"to":"ada@example.org","when":"soon","message":"","upto":[]}',
    ],
)
def test_a_line_of_the_memory_that_means_nothing_is_passed_over(shop, line: str):
    drift = shop()
    drift.send()
    with (drift.store / "mailed.jsonl").open("a", encoding="utf-8") as memory:
        memory.write(line + "\n")
    assert drift.send() == 0
    assert len(drift.inbox.mails) == 1


def test_nothing_is_sent_that_could_not_be_noted(shop):
    drift = shop()
    (drift.store / "mailed.jsonl").mkdir()
    assert drift.send() == 2
    assert "would repeat every mail" in drift.err
    assert drift.inbox.mails == []


def test_a_second_run_at_once_waits_and_then_knows_what_the_first_one_sent(tmp_path: Path):
    waiting, known = threading.Event(), []

    def second() -> None:
        with remembering(tmp_path, lambda _: waiting.set()) as memory:
            known.extend(memory.sent.messages)

    with remembering(tmp_path, lambda _: None) as memory:
        other = threading.Thread(target=second)
        other.start()
        assert waiting.wait(60)
        memory.add(Mailed(ADA, "2024-02-01T00:00:00+00:00", "<1@example.net>", ()))
    other.join(60)
    assert [one.message for one in known] == ["<1@example.net>"]


def test_the_same_store_on_the_same_day_gives_the_same_bytes(shop):
    drift = shop()
    drift.change(CYCLE)
    first = drift.preview("a.eml")
    assert drift.preview("b.eml") == first
    assert b"Date: Thu, 01 Feb 2024 00:00:00 +0000\r\n" in first


def test_without_a_password_in_the_environment_nothing_is_tried(shop, monkeypatch: pytest.MonkeyPatch):
    drift = shop()
    monkeypatch.delenv("PLUMBRULE_SMTP_PASSWORD")
    assert drift.send() == 2
    assert "PLUMBRULE_SMTP_PASSWORD" in drift.err
    assert drift.inbox.logins == []


def test_the_environment_may_name_the_user(shop, monkeypatch: pytest.MonkeyPatch):
    drift = shop(mail={"username": '"somebody else"'})
    monkeypatch.setenv("PLUMBRULE_SMTP_USERNAME", "plumbrule")
    assert drift.send() == 0, drift.err


def test_without_recipients_nobody_is_mailed(shop):
    drift = shop()
    drift.policy.write_text("", "utf-8")
    assert drift.send() == 2
    assert "there is no [mail] table" in drift.err


def test_nothing_scanned_is_nothing_to_tell(shop, tmp_path):
    drift = shop()
    drift.folder = tmp_path / "elsewhere"
    (drift.folder / "policy").mkdir(parents=True)
    drift.policy.write_text((tmp_path / "policy" / "plumbrule.toml").read_text("utf-8"), "utf-8")
    assert drift.send() == 2
    assert "scanned into this store yet" in drift.err


def test_what_is_not_installed_is_named_with_the_command_that_mends_it(shop, monkeypatch: pytest.MonkeyPatch):
    import plumbrule.report.mail

    drift = shop()
    there = plumbrule.report.mail.find_spec
    monkeypatch.setattr(plumbrule.report.mail, "find_spec", lambda name: None if name == "css_inline" else there(name))
    assert drift.send() == 2
    assert drift.err == (
        "plumbrule: the mail needs css_inline, which the small installation leaves out\npip install 'plumbrule[mail]'\n"
    )


def test_a_message_is_addressed_to_its_reader_alone(shop):
    drift = shop(to=("Ada Ł. <ada@example.org>", BOB))
    drift.send()
    for address in (ADA, BOB):
        (mail,) = drift.inbox.to(address)
        assert isinstance(mail, EmailMessage)
        assert [one.addr_spec for one in mail["To"].addresses] == [address]
        assert mail["Auto-Submitted"] == "auto-generated"
    assert drift.inbox.to(ADA)[0]["To"].addresses[0].display_name == "Ada Ł."
