"""Svelte: files, from dependency-cruiser with the compiler of Svelte; as in typescript.py."""

from __future__ import annotations

from tools.typescript import components

TOOL = components(".svelte")
