"""What a build of the compiled core is known by. Apart, because whoever builds the package cannot import it yet."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def digest(folder: Path) -> str:
    """The digest of the C files in a folder, which a build of them carries."""
    found = hashlib.sha256()
    for name in sorted(name for name in os.listdir(folder) if name.endswith((".c", ".h"))):  # noqa: PTH208 - see below
        # Every process that reads files asks; paths as objects take five times as long.
        with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
            found.update(name.encode() + b"\0" + file.read())
    return found.hexdigest()[:16]
