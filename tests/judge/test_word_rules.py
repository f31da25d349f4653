"""Rules on errors, names and comments, where a policy sets them."""

from __future__ import annotations

from datetime import date

import pytest

from plumbrule.data import data_folder
from plumbrule.judge import load_rules
from plumbrule.judge.exercise import judged
from plumbrule.judge.rulefile import Example, Part

SILENT = "def rate(client):\n    try:\n        return client.rate()\n    except Exception:\n        return 1\n"
RULE = next(rule for rule in load_rules(data_folder("rules")) if rule.id == "swallowed-error")


@pytest.mark.parametrize(
    ("boundaries", "told"),
    [("[]", 3), ('["**/cli.py"]', 1), ('["tools/**"]', 2), ('["cli.py"]', 2)],
)
def test_a_boundary_is_a_file_by_its_whole_path(boundaries, told):
    policy = f"[rules.swallowed-error]\nboundaries = {boundaries}\n"
    files = {"plumbrule.toml": policy, "cli.py": SILENT, "shop/cli.py": SILENT, "tools/oracli.py": SILENT}
    judgement = judged(RULE, Example((Part("now", "", files),), 1), today=date(2026, 3, 1))
    assert len(judgement.rows) == told
