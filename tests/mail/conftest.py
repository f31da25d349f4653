"""A mail server on this machine that demands STARTTLS and a login, and a shop whose drift is mailed through it."""

from __future__ import annotations

import datetime
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plumbrule.cli import main

USER, PASSWORD = "plumbrule", "correct horse"
ADA, BOB = "ada@example.org", "bob@example.org"

CLEAN = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total():\n    return rate()\n",
    "shop/tax.py": "def rate():\n    return 0.2\n",
}
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate():\n    return total and 0.2\n"}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for this machine, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2020, 1, 1))
        .not_valid_after(datetime.datetime(2120, 1, 1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass
class Inbox:
    """What the server accepted, and what it refuses."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)  # (recipient, message)
    refused: set[str] = field(default_factory=set)
    rejected: bytes = b""  # a message that holds this is not taken
    encrypted: list[bool] = field(default_factory=list)  # of each accepted message
    logins: list[bool] = field(default_factory=list)

    def to(self, address: str) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for to, raw in self.mails if to == address]

    async def handle_RCPT(  # noqa: N802  # aiosmtpd looks for this name
        self, _: Any, __: Session, envelope: Envelope, address: str, ___: Any
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 nobody of that name lives here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd looks for this name
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        if self.rejected and self.rejected in envelope.content:
            return "554 5.7.1 this looks like spam"
        self.encrypted.append(session.ssl is not None)
        self.mails += [(to, envelope.content) for to in envelope.rcpt_tos]
        return "250 OK"

    def authenticate(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        ok = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        self.logins.append(ok)
        return AuthResult(success=ok, handled=False)


@dataclass
class Server:
    port: int
    inbox: Inbox
    stop: Callable[[], None]


@pytest.fixture
def serve(certificate: Path) -> Iterator[Callable[..., Server]]:
    """`serve()` starts a server that demands STARTTLS and a login; `serve(tls=False)` one that offers neither."""
    started: list[Controller] = []

    def start(*, tls: bool = True) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        inbox = Inbox()
        demands: dict[str, Any] = {}
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            demands = {"tls_context": context, "require_starttls": True, "auth_required": True}
        controller = Controller(inbox, "127.0.0.1", port, authenticator=inbox.authenticate, ident="test", **demands)
        controller.start()
        started.append(controller)
        return Server(port, inbox, controller.stop)

    yield start
    for controller in started:
        if controller.loop.is_running():
            controller.stop()


@dataclass
class Shop:
    """A repository that is scanned, its policy beside it, and the command."""

    repo: Any  # the `Builder` of tests/conftest.py
    folder: Path
    server: Server | None
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    @property
    def inbox(self) -> Inbox:
        assert self.server is not None
        return self.server.inbox

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def policy(self) -> Path:
        return self.folder / "policy" / "plumbrule.toml"

    def run(self, *arguments: str) -> int:
        self.capture.readouterr()
        code = main([*arguments, "--store", str(self.store), "--policy", str(self.policy)])
        self.out, self.err = self.capture.readouterr()
        return code

    def scan(self, *repositories: str) -> None:
        code = self.run("scan", *(repositories or (str(self.repo.path),)), "--quiet", "--today", "2024-01-10")
        assert code == 0, self.err

    def send(self, *arguments: str) -> int:
        return self.run("report", "weekly", "--send", "--today", "2024-02-01", *arguments)

    def preview(self, name: str, *arguments: str) -> bytes:
        file = self.folder / name
        code = self.run("report", "weekly", "--preview", str(file), "--today", "2024-02-01", *arguments)
        assert code == 0, self.err
        return file.read_bytes()

    def change(self, files: dict[str, str | None], message: str = "a change", **more: Any) -> None:
        """One commit, scanned."""
        self.repo.commit(files, message, **more)
        self.scan()

    def remembered(self) -> list[dict[str, Any]]:
        file = self.store / "mailed.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


@pytest.fixture
def shop(
    make_repo: Callable[..., Any],
    serve: Callable[..., Server],
    certificate: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Shop]:
    """`shop()`: a clean repository, scanned once. `rules` is more policy; `mail` replaces lines of [mail] by key."""

    def make(
        files: dict[str, str] | None = None,
        *,
        to: tuple[str, ...] = (ADA,),
        rules: str = "",
        mail: dict[str, str | None] | None = None,
        tls: bool = True,
        name: str = "shop",
    ) -> Shop:
        server = serve(tls=tls)
        keys: dict[str, str | None] = {
            "to": json.dumps(to),
            "from": '"Plumbrule <drift@example.net>"',
            "host": '"127.0.0.1"',
            "port": str(server.port),
            "username": json.dumps(USER),
            "ca_file": '"server.pem"',
            **(mail or {}),
        }
        made = Shop(make_repo(CLEAN if files is None else files, name=name), tmp_path, server, capsys)
        made.policy.parent.mkdir()
        (made.policy.parent / "server.pem").write_bytes(certificate.read_bytes())
        lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
        made.policy.write_text("\n".join([rules, "[mail]", *lines, ""]), "utf-8")
        monkeypatch.setenv("PLUMBRULE_SMTP_PASSWORD", PASSWORD)
        monkeypatch.delenv("PLUMBRULE_SMTP_USERNAME", raising=False)
        monkeypatch.chdir(tmp_path)
        made.scan()
        return made

    return make


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def text_of() -> Callable[[EmailMessage], str]:
    return lambda mail: " ".join(body(mail, "plain").split())


@pytest.fixture
def html_of() -> Callable[[EmailMessage], str]:
    return lambda mail: body(mail, "html")
