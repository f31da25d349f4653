"""One commit of a repository elsewhere, fetched into a folder that is thrown away. Alone in this package it uses the
network, and only `plumbrule rules fetch` imports it.

Hides what a server must not be able to do: the address is https, ssh or file, and what it redirects to nothing else; no
hook, filter, submodule or bundle is followed; what is sent is checked as it comes, limited in size and time, and never
checked out. What the user has configured to be let in (credential helpers, keys, proxies) counts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.git.safe import safe_environment

_BYTES = 200 << 20  # of one file of what is fetched: a pack is one file
_SECONDS = 300.0
_FLAGS = tuple(
    part
    for setting in (
        f"core.hooksPath={os.devnull}",
        "core.fsmonitor=false",
        "protocol.version=2",
        "fetch.fsckObjects=true",
        "transfer.fsckObjects=true",
        "transfer.bundleURI=false",
        "fetch.uriProtocols=",
        "fetch.recurseSubmodules=false",
        "submodule.recurse=false",
        "fetch.writeCommitGraph=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "http.followRedirects=initial",
    )
    for part in ("-c", setting)
)


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of what was fetched, by id."""

    folder: Path
    environment: Mapping[str, str]

    def kind(self, id_: str) -> str:
        """commit, tree, blob or tag; "" if there is no such object."""
        done = self._run("cat-file", "-t", id_)
        return done.stdout.decode().strip() if not done.returncode else ""

    def raw(self, kind: str, id_: str, most: int, name: str) -> bytes:
        """The object as git hashes it; SettingsError by its name where it is larger than that, or cannot be read."""
        size = self._run("cat-file", "-s", id_).stdout.decode().strip()
        if size.isdigit() and int(size) > most:
            raise SettingsError(f"{name}: {int(size):,} bytes, of {most:,} that are copied at most.\nMake it smaller.")
        done = self._run("cat-file", kind, id_)
        if done.returncode:
            raise SettingsError(f"{name}: its {kind} {id_} was not sent.\nAsk who keeps that repository.")
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", "--git-dir", str(self.folder), "--no-replace-objects", *_FLAGS, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=self.environment,
        )


@contextmanager
def fetched(address: str, commit: str, environ: Mapping[str, str] = os.environ) -> Iterator[Objects]:
    """This very commit without its history; SettingsError says why it cannot be had."""
    scheme = address.partition("://")[0] if "://" in address else "ssh"
    environment = safe_environment(environ) | {
        "GIT_ALLOW_PROTOCOL": scheme,
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oForwardAgent=no -oPermitLocalCommand=no",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }
    with tempfile.TemporaryDirectory(prefix="plumbrule-rules-") as scratch:
        folder = Path(scratch) / "git"
        kind = "sha256" if len(commit) == 64 else "sha1"
        begin = ["git", *_FLAGS, "init", "--quiet", "--bare", "--template=", f"--object-format={kind}", str(folder)]
        _run(begin, address, environment)
        _run(
            [
                *("git", "--git-dir", str(folder), *_FLAGS, "fetch", "--quiet", "--depth=1", "--no-tags"),
                *("--recurse-submodules=no", "--no-write-fetch-head", "--no-auto-maintenance", "--", address, commit),
            ],
            address,
            environment,
        )
        objects = Objects(folder, environment)
        found = objects.kind(commit)
        if found != "commit":
            what = f"is a {found}" if found else "was not sent"
            raise SettingsError(f"{address}: {commit} {what}, and no commit.\nPin the id of the commit itself.")
        yield objects


def _run(line: list[str], address: str, environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=_SECONDS,
            preexec_fn=_limited,  # nothing else runs in this process that could hold a lock
        )
    except FileNotFoundError:
        raise SettingsError("git: the program cannot be started.\nInstall git 2.36 or newer.") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{address}: nothing was fetched within {_SECONDS:g} seconds.\nTry again.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        fatal = [part for part in said if part.startswith(("fatal:", "error:", "remote:", "ERROR"))] or said
        why = "; ".join(fatal[:3]) or f"git ended with {done.returncode}"
        if "File size limit" in why or "unpack" in why or done.returncode < 0 or "index-pack" in why:
            why += f" (more than {_BYTES >> 20} MB are not fetched: keep rules in a repository of their own)"
        raise SettingsError(
            f"{address}: the commit cannot be fetched: {why}.\n"
            "Check the address, that you may read it, and that the commit is on one of its branches or tags."
        )


def _limited() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = _BYTES if hard == resource.RLIM_INFINITY else min(_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
