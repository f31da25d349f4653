"""Ruby: files that name each other, from the parser of Ruby itself and the names that Zeitwerk gives files.

Where several files define a constant and none is called like it, the edge to each is possible and none is sure.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from comparing import Tool
from scripted import Script


def version() -> str | None:
    ruby = shutil.which("ruby")
    if ruby is None or subprocess.run([ruby, "-e", "require 'zeitwerk'"], capture_output=True).returncode:
        return None
    return subprocess.run([ruby, "-e", "print RUBY_VERSION"], capture_output=True, text=True).stdout


_NAMES = Script(["ruby", str(Path(__file__).with_name("ruby-names.rb"))], (".rb", ".rake"), (".gemspec",))
TOOL = Tool("Ruby's own parser and Zeitwerk's names", version, _NAMES.held, _NAMES.ours, recall=0.95, precision=0.97)
