"""One mail as bytes. Hides MIME. No name can add a header: whatever goes into one is a single line of visible text.

The same words, pictures and moment give the same bytes: boundaries and the Message-ID are derived from what is said.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from plumbrule.report.escapes import visible
from plumbrule.report.mail.letter import Letter, as_html, as_text
from plumbrule.report.mail.pictures import Picture
from plumbrule.report.mail.sent import Upto
from plumbrule.report.mail.settings import Person


def message_id(sender: Person, to: Person, number: int, since: Sequence[Upto | None], upto: Sequence[Upto]) -> str:
    """Of the `number`-th mail to this reader: the same for a repeat of it, another for every other."""
    told = [f"{one.repo}\0{one.commit}" if one else "" for one in (*since, *upto)]
    digest = hashlib.sha256("\0\0".join([to.key, str(number), *told]).encode("utf-8", "surrogatepass")).hexdigest()
    return f"<plumbrule.{digest[:24]}@{_domain(sender)}>"


def composed(
    letter: Letter, pictures: Sequence[Picture], sender: Person, to: Person, id_: str, date: datetime
) -> EmailMessage:
    """multipart/alternative of the text, and of the HTML with its pictures (multipart/related)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = id_
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    message.set_content(as_text(letter, pictures), cte="quoted-printable")
    own = id_.strip("<>").partition("@")[0]
    ids = {picture.name: f"{picture.name}.{own[-16:]}@plumbrule" for picture in pictures}
    page = as_html(letter, pictures, {name: f"cid:{cid}" for name, cid in ids.items()})
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    for picture in pictures:
        body.add_related(
            picture.png, "image", "png", cid=f"<{ids[picture.name]}>", filename=f"{picture.name}.png",
            disposition="inline",
        )  # fmt: skip
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{own.removeprefix('plumbrule.')}_{number}")
    return message


def standalone(letter: Letter, pictures: Sequence[Picture]) -> str:
    """The HTML in one file, for a browser: mail programs would not show pictures that lie in the page."""
    sources = {one.name: f"data:image/png;base64,{base64.b64encode(one.png).decode('ascii')}" for one in pictures}
    return as_html(letter, pictures, sources)


def _address(person: Person) -> Address:
    return Address(display_name=_line(person.name), addr_spec=_line(person.address))


def _line(text: str) -> str:
    shown = visible(text)
    assert "\n" not in shown
    assert "\r" not in shown
    return shown


def _domain(sender: Person) -> str:
    return sender.address.rpartition("@")[2]
