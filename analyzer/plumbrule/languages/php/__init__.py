"""PHP: `.php` and what is called like it. Every name means one full name, which its file alone decides."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = ("composer.json", "composer.lock")

LANGUAGES = (
    Language(
        name="php",
        dialect="php",
        suffixes=(".php", ".phtml", ".php5", ".php7", ".php8"),
        grammar=Late("tree_sitter_php:language_php"),
        extract=Late("plumbrule.languages.php.facts:extract"),
        resolver=Late("plumbrule.languages.php.resolver:PhpResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=re.compile(r"php|composer").fullmatch,  # what it and its loader come with
        ecosystem="composer",
        needs=r"composer\.(json|lock)",
        in_markup=True,
        generated=("_ide_helper.php", "_ide_helper_models.php"),  # by laravel-ide-helper
        tests=("*Test", "*Cest", "*_test"),
        declares=Late("plumbrule.languages.php.resolver:declares"),
    ),
)
