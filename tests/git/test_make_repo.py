"""The fixture that every other test stands on."""

from __future__ import annotations


def test_a_built_repository_has_the_same_ids_every_time(make_repo):
    def build(name):
        repo = make_repo({"a.py": "x = 1\n"}, name=name)
        repo.branch("side")
        repo.commit({"b.py": "y = 2\n"}, author="Bo <bo@example.org>")
        repo.switch("main")
        repo.commit({"a.py": "x = 2\n"}, at="2024-02-01T00:00:00Z")
        return repo.merge("side")

    assert build("one") == build("two")
