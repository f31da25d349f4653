"""Who signed these bytes: OpenSSH signatures, verified against a file of allowed signers that the base holds.

Hides the program that verifies. It is one of a fixed list of places, never one that PATH, an environment or a
repository names, and it is given nothing but files made for this one question. Signatures of OpenPGP are not read:
which keys count, and what they count for, is decided by a keyring of the machine and programs that it configures, so
that the same commit would be approved here and not there.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from plumbrule.errors import SettingsError

_PLACES = ("/usr/bin/ssh-keygen", "/bin/ssh-keygen", "/run/current-system/sw/bin/ssh-keygen")
_NAMESPACE = "git"  # what git signs commits for; a signature of a file or a mail is none of a commit
_SECONDS = 20
_LONGEST = 100_000  # bytes of a signature
_PRINCIPALS = re.compile(r'\s*("[^"]*"|[^\s"]+)\s+(\S.*)')
_MISSING = (
    "ssh-keygen: the program that verifies signatures is in none of {places}, so no signed commit can be checked.\n"
    "Install it there (Debian and Ubuntu: apt-get install openssh-client)."
)


class Signers:
    """The allowed signers of one commit of the policy; of those, only owners ever count."""

    def __init__(self, text: str, owners: Collection[str]) -> None:
        self._lines = {owner: lines for owner in sorted(set(owners)) if (lines := tuple(_named(text, owner)))}

    @property
    def known(self) -> tuple[str, ...]:
        """The owners who have a key."""
        return tuple(self._lines)

    def signer(self, payload: bytes, signature: bytes, today: date) -> str:
        """The owner who signed these bytes with a key that counts on this day; "" if none did.

        SettingsError if no program is there that could tell.
        """
        if len(signature) > _LONGEST:
            return ""
        program = next((place for place in _PLACES if os.access(place, os.X_OK)), "")
        if not program:
            raise SettingsError(_MISSING.format(places=", ".join(sorted({str(Path(p).parent) for p in _PLACES}))))
        import tempfile  # 5 ms that a gate does not need

        with tempfile.TemporaryDirectory(prefix="plumbrule-") as folder:
            signed, allowed = Path(folder, "signature"), Path(folder, "allowed")
            signed.write_bytes(signature)
            for owner, lines in self._lines.items():
                allowed.write_text("".join(f"{owner} {line}\n" for line in lines), "utf-8")
                if _verified(program, folder, owner, payload, today):
                    return owner
        return ""


def _named(text: str, owner: str) -> Iterator[str]:
    """What follows the principals in each line that names this owner outright. A pattern that would match many names
    nobody: whoever may sign for `*` has not been made an owner."""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        if (found := _PRINCIPALS.fullmatch(line)) and owner in found[1].strip('"').split(","):
            yield found[2]


def _verified(program: str, folder: str, owner: str, payload: bytes, today: date) -> bool:
    # The end of the day, so that a key which runs out today has run out; in UTC, as every day here.
    when = f"verify-time={today:%Y%m%d}235959"
    line = [program, "-Y", "verify", "-n", _NAMESPACE, "-O", when, "-I", owner]
    line += ["-f", f"{folder}/allowed", "-s", f"{folder}/signature"]
    try:
        done = subprocess.run(
            line,
            input=payload,
            capture_output=True,
            cwd=folder,
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin", "HOME": folder},
            timeout=_SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0
