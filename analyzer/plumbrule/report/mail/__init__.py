"""The weekly mail: what the code moved since each reader last heard of it. Hides composing, memory and delivery.

At least once: a mail counts as sent when the server has accepted it, and is noted right after. A run that dies between
the two repeats that mail, under the same Message-ID; none is ever skipped. The clock and the environment are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.errors import DeliveryError, SettingsError
from plumbrule.report.mail.sent import Mailed, Memory, remembered, remembering
from plumbrule.report.mail.settings import MailSettings, Person, read_settings

if TYPE_CHECKING:
    from plumbrule.judge import Rule
    from plumbrule.report.mail.delivery import Login
    from plumbrule.report.mail.drafts import Draft

NEEDED = ("altair", "css_inline", "jinja2", "vl_convert")
FORMS = (".html", ".txt", ".eml")
_NOBODY = Person("you@example.org")  # of a preview without [mail]


@dataclass(frozen=True, slots=True)
class Errand:
    """What is asked: about which store, under which policy, and when."""

    store: Path
    table: Mapping[str, object]  # the policy's [mail]
    source: str  # the policy's path, as shown
    folder: Path | None  # where the policy lies
    rules: Sequence[Rule]
    now: datetime
    note: Callable[[str], None]  # told what a person should know and nobody can act on


def preview(errand: Errand, file: str, since: date | None = None) -> str:
    """Writes the mail that the first recipient would get now; what to tell of it. Nothing is sent or remembered.

    `since`: as if the last mail had been sent at the beginning of that day.
    """
    form = Path(file).suffix.lower()
    if form not in FORMS:
        raise SettingsError(f"--preview {file}: the name must end with {', '.join(FORMS[:-1])} or {FORMS[-1]}")
    _check_installed()
    from plumbrule.report.mail.drafts import Desk

    settings = read_settings(errand.table, errand.source, errand.folder) if errand.table else None
    to = settings.to[0] if settings else _NOBODY
    with Desk.open(errand.store, errand.rules, errand.note) as desk:
        draft = desk.draft(to, settings, remembered(errand.store), since=since, always=True)
        try:
            Path(file).write_bytes(draft.shown(form, errand.now))
        except OSError as fault:
            raise SettingsError(f"--preview {file}: cannot be written: {fault.strerror}") from fault
    silent = "" if draft.worth_sending else "; nothing moved, so it would only be sent with --always"
    return f"wrote {file}: {draft.letter.subject!r} for {to.address}{silent}"


def send(errand: Errand, environ: Mapping[str, str], say: Callable[[str], None], *, always: bool = False) -> None:
    """Sends what moved to everyone who has not heard of it yet, and says what became of each mail.

    DeliveryError at the end if any mail was not handed over; it is sent next time, with all that moved until then.
    """
    if not errand.table:
        raise SettingsError(
            f"{errand.source or 'no policy was found'}: there is no [mail] table, so nobody would get a mail\n"
            'Add [mail] with to = ["ada@example.org"], from = "…" and host = "…".'
        )
    _check_installed()
    from plumbrule.report.mail.delivery import login_from
    from plumbrule.report.mail.drafts import Desk

    settings = read_settings(errand.table, errand.source, errand.folder)
    login = login_from(settings, environ)
    # First the lock, then the generation: what another run has just told must not be newer than what is looked at here.
    with remembering(errand.store, errand.note) as memory, Desk.open(errand.store, errand.rules, errand.note) as desk:
        drafts = [desk.draft(to, settings, memory.sent, always=always) for to in settings.to]
        wanted = [draft for draft in drafts if draft.worth_sending or always]
        for draft in drafts:
            if not draft.worth_sending and not always:
                say(f"nothing moved for {draft.to.address}: no mail")
        failed = _delivered(wanted, errand, settings, login, memory, say) if wanted else []
    if failed:
        raise DeliveryError("\n".join([*failed, "What was not sent is sent by the next run."]))


def _delivered(
    drafts: Sequence[Draft], errand: Errand, settings: MailSettings, login: Login | None, memory: Memory,
    say: Callable[[str], None],
) -> list[str]:  # fmt: skip
    """Hands these over one by one and notes each; why some could not be."""
    from plumbrule.report.mail.delivery import RefusedError, connection

    failed, waiting = [], [(draft, draft.message(errand.now)) for draft in drafts]
    try:
        with connection(settings, login) as post:
            while waiting:
                draft, message = waiting[0]
                try:
                    post.hand_over(draft.to, message)
                except RefusedError as refusal:
                    failed.append(f"no mail to {draft.to.address}: {refusal}")
                else:
                    memory.add(Mailed(draft.to.key, errand.now.isoformat(timespec="seconds"), draft.id, draft.upto))
                    say(f"sent to {draft.to.address}: {draft.letter.subject!r}")
                waiting.pop(0)
    except DeliveryError as fault:
        failed += [f"no mail to {draft.to.address}: {fault}" for draft, _ in waiting]
    return failed


def _check_installed() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"the mail needs {' and '.join(missing)}, which the small installation leaves out\n"
            "pip install 'plumbrule[mail]'"
        )
