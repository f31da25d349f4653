"""PHP: files that name each other, from PHP's own parser (nikic/php-parser) and Composer's class loader.

Where several files define a name and the loader knows none of them, the edge to each is possible and none is sure.
Where a constant without a class is used is left out on both sides, unless it is imported or qualified.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from comparing import Tool
from scripted import Script

_PARSER = Path("/usr/share/php/PhpParser/autoload.php")
_LOADER = Path("/usr/share/php/Composer/Autoload/ClassLoader.php")


def version() -> str | None:
    php = shutil.which("php")
    if php is None or not _PARSER.is_file() or not _LOADER.is_file():
        return None
    return subprocess.run([php, "-r", "echo PHP_VERSION;"], capture_output=True, text=True).stdout.split("-")[0]


_NAMES = Script(
    ["php", "-d", "memory_limit=-1", str(Path(__file__).with_name("php-names.php"))],
    (".php", ".phtml"),
    ("composer.json",),
)
TOOL = Tool("nikic/php-parser and Composer's loader", version, _NAMES.held, _NAMES.ours, recall=0.95, precision=0.97)
