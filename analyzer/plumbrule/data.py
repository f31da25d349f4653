"""Where the shipped rules and report templates are, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path


def data_folder(name: str) -> Path:
    """`rules` or `reports`: inside the wheel under `_data/`, in a checkout beside `analyzer/`."""
    package = Path(__file__).parent
    installed = package / "_data" / name
    return installed if installed.is_dir() else package.parent.parent / name
