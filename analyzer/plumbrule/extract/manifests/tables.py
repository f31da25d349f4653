"""What manifests say as tables of the store; see `plumbrule.tables`."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.tables import Table, columns

_OWNER = """repo VARCHAR repository, by its name in the store
path VARCHAR repository-relative manifest, with `/`
"""

MANIFEST = Table(
    "manifest",
    "A manifest or lock file, whether it could be read or not.",
    columns(
        _OWNER
        + """format VARCHAR what it is read as
        ecosystem VARCHAR type of its packages' package-urls: pypi, npm, golang, maven and so on
        reason VARCHAR why it could not be read, or what of it; empty = all of it was"""
    ),
)
DECLARED = Table(
    "declared_dependency",
    "A package that a manifest asks for, or that a lock file holds.",
    columns(
        _OWNER
        + """ecosystem VARCHAR type of its package-url: pypi, npm, golang, maven, nuget, cargo, composer, gem and so on
        package VARCHAR its name, as the ecosystem spells it
        wanted VARCHAR constraint as written; empty = none, or a lock file that does not repeat it
        locked VARCHAR exact version, from a lock file
        scope VARCHAR runtime, development, test, build, optional, managed (the version for others) or the format's word
        line INTEGER where
        inside BOOLEAN asked for as a folder or member of the repository itself"""
    ),
)
PACKAGE = Table(
    "package",
    "A package that a manifest makes: what other repositories can ask for.",
    columns(
        _OWNER
        + """ecosystem VARCHAR type of its package-url: pypi, npm, golang, maven, nuget, cargo, composer, gem and so on
        package VARCHAR its name, as the ecosystem spells it
        version VARCHAR empty = told elsewhere, or made when it is built
        private BOOLEAN it says that it goes to no registry"""
    ),
)
TABLES: Mapping[str, Table] = {table.name: table for table in (MANIFEST, DECLARED, PACKAGE)}
