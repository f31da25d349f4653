"""Which flags and which environment keep what a repository configures from running.

Apart from `git`, and without any import: whoever is asked about no change at all has an answer before that one could be
imported.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # without `typing`, which takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Mapping

SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    *(
        part
        for setting in (
            "core.fsmonitor=false",
            f"core.hooksPath={os.devnull}",
            "core.pager=cat",
            "core.quotePath=false",
            "core.alternateRefsCommand=",
            "core.sshCommand=false",
            "credential.helper=",
            "diff.external=",
            "gc.auto=0",
            "log.showRoot=true",
            # `git log` would start the program that gpg.program names.
            "log.showSignature=false",
            "maintenance.auto=false",
            "protocol.allow=never",
            "submodule.recurse=false",
        )
        for part in ("-c", setting)
    ),
)

# Who the user is and what the user trusts; everything else named GIT_* redirects git (a hook sets GIT_DIR) and goes.
_KEPT = ("GIT_CONFIG_", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
_DROPPED = ("GIT_CONFIG_PARAMETERS",)
_ADDED = {
    # Blocks every transport, whatever protocol.<name>.allow a repository sets, on versions before GIT_NO_LAZY_FETCH.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "true",
    # A file that cannot exist: an empty one would make git talk of grafts and forgo its commit-graph.
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "",
    "LC_ALL": "C",
}


def safe_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """This environment without what could redirect git, and with what keeps it quiet and offline."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("GIT_") or (name.startswith(_KEPT) and name not in _DROPPED)
    }
    return kept | _ADDED
