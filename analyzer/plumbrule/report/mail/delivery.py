"""Hands messages to a mail server. Hides SMTP, TLS and the many ways in which a server says no.

Nothing secret goes over a connection that is not encrypted with a certificate that was checked.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from plumbrule.errors import DeliveryError, SettingsError
from plumbrule.report.escapes import shortened
from plumbrule.report.mail.settings import PASSWORD, USERNAME, MailSettings, Person

TIMEOUT = 30.0  # seconds for each answer of the server


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: str = field(repr=False)


class RefusedError(DeliveryError):
    """The server did not take this one message; it may take others."""


def login_from(settings: MailSettings, environ: Mapping[str, str]) -> Login | None:
    """Who logs in with what; None if nobody is meant to. SettingsError if half of it is missing."""
    username, password = environ.get(USERNAME) or settings.username, environ.get(PASSWORD, "")
    if not username:
        return None
    if not password:
        raise SettingsError(f"no password to log in to {settings.host} with\nSet {PASSWORD} in the environment.")
    if not settings.starttls:
        raise SettingsError(f"a login without STARTTLS would send the password readable\nUnset {USERNAME}, or use TLS.")
    return Login(username, password)


class Post:
    """An open connection to the server."""

    def __init__(self, server: smtplib.SMTP, sender: Person) -> None:
        self._server = server
        self._sender = sender

    def hand_over(self, to: Person, message: bytes) -> None:
        """Returns when the server has accepted responsibility. RefusedError if it did not; DeliveryError if it cannot
        be talked to any more."""
        try:
            self._server.sendmail(self._sender.address, [to.address], message)
        except smtplib.SMTPRecipientsRefused as fault:
            code, words = next(iter(fault.recipients.values()))
            if code == 421:
                raise DeliveryError(f"the server closed the connection: {_said(code, words)}") from fault
            raise RefusedError(f"the server refused {to.address}: {_said(code, words)}") from fault
        except smtplib.SMTPDataError as fault:
            raise RefusedError(f"the server refused the mail: {_said(fault.smtp_code, fault.smtp_error)}") from fault
        except smtplib.SMTPSenderRefused as fault:
            said = _said(fault.smtp_code, fault.smtp_error)
            raise DeliveryError(f"the server refused the sender {self._sender.address}: {said}") from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise DeliveryError(f"the connection broke: {_words(fault)}") from fault


@contextmanager
def connection(settings: MailSettings, login: Login | None) -> Iterator[Post]:
    """A connection to the server, encrypted and logged in as the settings demand. DeliveryError says why not."""
    context = _trust(settings) if settings.starttls else None
    where = f"{settings.host}:{settings.port}"
    try:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
    except (smtplib.SMTPException, OSError) as fault:
        raise DeliveryError(f"{where} cannot be reached: {_words(fault)}") from fault
    try:
        _prepare(server, context, login, where)
        yield Post(server, settings.sender)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _prepare(server: smtplib.SMTP, context: ssl.SSLContext | None, login: Login | None, where: str) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if context is not None:
            if not server.has_extn("starttls"):
                raise DeliveryError(f"{where} offers no STARTTLS, so nothing is sent to it")
            server.starttls(context=context)
            server.ehlo()
        if login is not None:
            server.login(login.username, login.password)
    except smtplib.SMTPAuthenticationError as fault:
        said = _said(fault.smtp_code, fault.smtp_error)
        raise DeliveryError(f"{where} refused the login: {said}; check `username` and {PASSWORD}") from fault
    except ssl.SSLCertVerificationError as fault:
        why = f"{where} shows a certificate that is not trusted: {fault.verify_message}"
        raise DeliveryError(f"{why}; name a private authority with `ca_file` in [mail]") from fault
    except (smtplib.SMTPException, OSError) as fault:
        # Some servers answer a wrong password by silence, and then hang up.
        hint = f"; is {PASSWORD} the right one?" if login is not None else ""
        raise DeliveryError(f"{where} did not let us in: {_words(fault)}{hint}") from fault


def _trust(settings: MailSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as fault:
        raise SettingsError(
            f"[mail] ca_file: {settings.ca_file} cannot be read as certificates: {fault.strerror or fault}\n"
            "Give the path of a PEM file, relative to the policy."
        ) from fault


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {shortened(' '.join(text.split()), 200)}"


def _words(fault: Exception) -> str:
    return shortened(" ".join(str(fault).split()), 200) or type(fault).__name__
