"""Vue: files, from dependency-cruiser with the compiler of Vue; as in typescript.py."""

from __future__ import annotations

from tools.typescript import components

TOOL = components(".vue")
