"""Queries that patterns of a policy leave to a file beside it: read where the policy is read, so that what a file says
is part of the policy, and an edit of it is one of the contract.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from plumbrule.errors import SettingsError
from plumbrule.policy.contracts import kind_of
from plumbrule.policy.contracts.pattern import is_file
from plumbrule.policy.model import Contract, Policy


def with_queries(policy: Policy, read: Callable[[str], str]) -> Policy:
    """The policy with the queries that its patterns name by a file. `read` gives the text of a file beside the policy,
    and raises SettingsError, which says why, for one that is not there; so does a query that is wrong."""
    return replace(policy, contracts=tuple(_queried(one, policy, read) for one in policy.contracts))


def _queried(contract: Contract, policy: Policy, read: Callable[[str], str]) -> Contract:
    file = str(contract.options.get("query", ""))
    if contract.kind != "pattern" or not is_file(file):
        return contract
    where = f"{policy.source}:{contract.line}" if contract.line else policy.source
    try:
        text = read(file)
    except SettingsError as error:
        raise SettingsError(f"{where}: [[pattern]] {contract.name!r}: {error}") from None
    found = replace(contract, options={**contract.options, "query": text}, file=file)
    if is_file(text.strip()):
        raise SettingsError(f"{where}: [[pattern]] {contract.name!r}: {file} names another file; write the query there")
    if fault := kind_of("pattern").fault(found):
        raise SettingsError(f"{where}: [[pattern]] {contract.name!r}: {file}: {fault}")
    return found
