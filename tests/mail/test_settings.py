"""`[mail]` is read strictly: what is not meant is refused, with what mends it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from plumbrule.errors import SettingsError
from plumbrule.report.mail.settings import MailSettings, Person, read_settings

LEAST = {"to": ["ada@example.org"], "from": "drift@example.net", "host": "smtp.example.net"}


def read(**more: object) -> MailSettings:
    table = {**LEAST, **{key.rstrip("_"): value for key, value in more.items()}}
    return read_settings(
        {key: value for key, value in table.items() if value is not None}, "plumbrule.toml", Path("/p")
    )


def test_the_least_that_works_demands_starttls():
    found = read()
    assert found == MailSettings((Person("ada@example.org"),), Person("drift@example.net"), "smtp.example.net")
    assert (found.port, found.starttls, found.username) == (587, True, "")


def test_people_may_have_names_in_any_script():
    found = read(to="Ada Łovelace <Ada@Example.org>", from_='"Plumb, rule" <drift@example.net>')
    assert found.to == (Person("Ada@Example.org", "Ada Łovelace"),)
    assert found.sender == Person("drift@example.net", "Plumb, rule")


def test_a_file_of_certificates_lies_beside_the_policy():
    assert read(ca_file="tls/ca.pem").ca_file == Path("/p/tls/ca.pem")
    assert read(ca_file="/etc/ca.pem").ca_file == Path("/etc/ca.pem")


def test_the_dashboard_may_lie_below_a_path():
    assert read(dashboard="https://example.org/drift/").dashboard == "https://example.org/drift"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to": []}, "must list who gets the mail"),
        ({"to": None}, "must list who gets the mail"),
        ({"to": [1]}, "must list who gets the mail"),
        ({"to": ["ada"]}, "is no e-mail address"),
        ({"to": ["ada@example.org, eve@example.org"]}, "is no e-mail address"),
        ({"to": ["ada@example.org\nBcc: eve@example.org"]}, "line break"),
        ({"to": ["Ada\r\nBcc: eve <ada@example.org>"]}, "line break"),
        ({"to": ["ada@example..org"]}, "is no e-mail address"),
        ({"to": [".ada@example.org"]}, "is no e-mail address"),
        ({"to": ["ada@exämple.org"]}, "xn--"),
        ({"to": ["ada@example.org", "ADA@example.org"]}, "stands there twice"),
        ({"from_": None}, "`from` is missing"),
        ({"from_": "drift@example.net\n"}, "line break"),
        ({"host": None}, "`host` is missing"),
        ({"host": "smtp.example.net\r\nQUIT"}, "line break"),
        ({"host": "smtp example"}, "is no host name"),
        ({"port": "587"}, "a number from 1 to 65535"),
        ({"port": True}, "a number from 1 to 65535"),
        ({"port": 0}, "a number from 1 to 65535"),
        ({"starttls": "yes"}, "must be true or false"),
        ({"starttls": False, "username": "me"}, "would send the password readable"),
        ({"subject_prefix": "x\ny"}, "line break"),
        ({"dashboard": "javascript:alert(1)"}, "is no address of a page"),
        ({"dashboard": "https://"}, "is no address of a page"),
        ({"dashboard": "https://example.org/?a=b"}, "is no address of a page"),
        ({"dashboard": "https://exa mple.org"}, "is no address of a page"),
        ({"dashboard": "https://[example.org"}, "is no address of a page"),
        ({"username": 1}, "must be text in quotes"),
    ],
)
def test_what_is_not_meant_is_refused(change: dict[str, object], why: str):
    with pytest.raises(SettingsError) as refused:
        read(**change)
    assert str(refused.value).startswith("plumbrule.toml: [mail]")
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_toml_gives_is_what_is_read():
    table = tomllib.loads('to = "a@b.example"\nfrom = "c@d.example"\nhost = "e"\nstarttls = true\nport = 25\n')
    assert read_settings(table, "", None).port == 25
