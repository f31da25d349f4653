"""The signature that a commit carries, and the bytes that it signs. Hides how git writes both into one object.

Nothing is verified here, and git is not asked to: `git verify-commit` starts whatever program a repository configures.
"""

from __future__ import annotations

import hashlib

from plumbrule.data import dataclass
from plumbrule.git.records import Skipped
from plumbrule.git.repository import Repository

_LIMIT = 1_000_000  # bytes of a commit object; a message of more is nobody's
_HEADERS = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
_SSH = b"-----BEGIN SSH SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """A commit as its signer saw it."""

    payload: bytes  # what was signed
    signature: bytes
    message: str
    kind: str  # "ssh", "other" for a signature of another kind, "" for none

    def trailers(self, name: str) -> tuple[str, ...]:
        """The values of the lines `name: value` in the last paragraph of the message, as git has trailers."""
        last = self.message.strip().rpartition("\n\n")[2]
        found = (line.partition(":") for line in last.splitlines())
        return tuple(value.strip() for key, colon, value in found if colon and key.strip().lower() == name.lower())


def signed_commit(repository: Repository, commit: str) -> SignedCommit | Skipped:
    """The commit, read from the very bytes that its id is made of; why not, where it cannot be read."""
    raw = repository.read_blob(commit, _LIMIT)
    if isinstance(raw, Skipped):
        return raw
    digest = hashlib.new(repository.object_format, b"commit %d\0" % len(raw), usedforsecurity=False)
    digest.update(raw)
    # Git compares an object with its name when it is fetched, not whenever it is read.
    if digest.hexdigest() != commit:
        return Skipped("its bytes are not those that its id was made of")
    head, gap, message = raw.partition(b"\n\n")
    payload: list[bytes] = []
    signatures: dict[bytes, list[bytes]] = {}
    current: list[bytes] = payload
    for line in head.split(b"\n"):
        if not line.startswith(b" "):
            name = line.partition(b" ")[0]
            current = payload
            if name in _HEADERS.values():
                if name in signatures:
                    return Skipped("it carries two signatures of one kind")
                current = signatures[name] = []
                line = line[len(name) :]
        current.append(line if current is payload else line[1:])
    signature = b"\n".join(signatures.get(_HEADERS[repository.object_format], []))
    kind = "ssh" if signature.startswith(_SSH) else "other" if signature else ""
    text = message.decode("utf-8", "replace")
    return SignedCommit(b"\n".join(payload) + gap + message, signature + b"\n", text, kind)
