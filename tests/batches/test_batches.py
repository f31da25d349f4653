"""Which commits are one piece of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from plumbrule.batches import CERTAIN, UNKNOWN, BatchSettings, Origin, batches, origin_in
from plumbrule.git import Commit, LineCommit, Repository

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA, BO = "ada@example.org", "bo@example.org"
CLAUDE = "Co-authored-by: Claude <noreply@anthropic.com>"


def line(*commits: tuple[int, str] | tuple[int, str, str]) -> list[LineCommit]:
    """A line from (minutes after noon, author's e-mail, message)."""
    made = []
    for position, (minutes, author, *message) in enumerate(commits):
        at = NOON + timedelta(minutes=minutes)
        commit = Commit(f"{position:040x}", (), "x", author, at, "x", author, at, message[0] if message else "")
        made.append(LineCommit(commit, position, ()))
    return made


def positions(found) -> list[list[int]]:
    return [[int(commit, 16) for commit in batch.commits] for batch in found]


def test_commits_of_one_author_within_the_window_are_one_batch():
    made = line((0, ADA), (59, ADA), (118, ADA), (178, ADA))
    assert positions(batches(made)) == [[0, 1, 2], [3]]
    first = batches(made)[0]
    assert (first.id, first.first_commit, first.last_commit) == ("0" * 12, "0" * 40, f"{2:040x}")
    assert (first.first_at, first.last_at) == (NOON, NOON + timedelta(minutes=118))


def test_the_window_is_a_setting():
    made = line((0, ADA), (10, ADA))
    assert positions(batches(made, BatchSettings(window=timedelta(minutes=10)))) == [[0], [1]]


def test_another_author_ends_a_batch():
    assert positions(batches(line((0, ADA), (1, BO), (2, ADA)))) == [[0], [1], [2]]


def test_a_clock_that_ran_backwards_does_not_join_distant_commits():
    assert positions(batches(line((600, ADA), (0, ADA), (1, ADA)))) == [[0], [1, 2]]


def test_two_agents_under_one_authors_name_are_two_batches():
    made = line((0, ADA, CLAUDE), (1, ADA), (2, ADA, CLAUDE), (3, ADA, "Made-with: Cursor"))
    found = batches(made)
    assert positions(found) == [[0, 1, 2], [3]]
    assert [batch.agent.name for batch in found] == ["claude", "cursor"]


def test_two_people_with_the_same_assistant_are_two_batches():
    assert positions(batches(line((0, ADA, CLAUDE), (1, BO, CLAUDE)))) == [[0], [1]]


def test_an_agent_under_two_of_its_own_addresses_is_one():
    made = line((0, "noreply@anthropic.com"), (1, "209825114+claude[bot]@users.noreply.github.com"))
    assert positions(batches(made)) == [[0, 1]]


def test_an_orchestrators_id_joins_and_separates():
    made = line((0, ADA), (1, ADA), (2, BO), (3, ADA), (4, ADA))
    said = {made[1].commit.id: Origin("job-7", "builder"), made[2].commit.id: Origin("job-7")}
    found = batches(made, said=said)
    assert positions(found) == [[0], [1, 2], [3, 4]]
    assert [batch.id for batch in found] == ["0" * 12, "job-7", f"{3:040x}"[:12]]
    agent = found[1].agent
    assert (agent.name, agent.channel, agent.confidence) == ("builder", "explicit", CERTAIN)


def test_one_id_is_one_batch_even_with_others_between():
    made = line((0, ADA), (1, BO), (2, ADA))
    said = {made[0].commit.id: Origin("job-7"), made[2].commit.id: Origin("job-7")}
    assert positions(batches(made, said=said)) == [[1], [0, 2]]


def test_a_note_is_the_orchestrators_word():
    assert origin_in("Batch: job-7\nagent:  builder 2 \nbatchelor: no\n") == Origin("job-7", "builder 2")
    assert origin_in("this batch: is not a line of ours") == Origin()
    [made] = line((0, ADA, CLAUDE))
    noted = LineCommit(made.commit, 0, (), note="batch: job-7\nagent: builder\n")
    [found] = batches([noted])
    assert (found.id, found.agent.name) == ("job-7", "builder")
    assert [agent.name for agent in found.agents] == ["builder", "claude"]
    assert batches([noted], said={made.commit.id: Origin("job-8", "other")})[0].id == "job-8"


def test_a_batch_without_a_sign_has_no_known_agent():
    assert batches(line((0, ADA)))[0].agent == UNKNOWN


def test_a_bot_that_only_helped_a_person_did_not_make_the_batch():
    bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    [helped] = batches(line((0, ADA, f"Co-authored-by: {bot}")))
    assert helped.agent == UNKNOWN
    assert [agent.name for agent in helped.agents] == ["github-actions"]
    [alone] = batches(line((0, "49699333+dependabot[bot]@users.noreply.github.com")))
    assert (alone.agent.name, alone.agent.kind) == ("dependabot", "dependency-bot")


def test_nothing_is_no_batch():
    assert batches([]) == ()


def test_a_merge_is_a_batch_and_its_agent_is_of_the_commits_it_brought(make_repo):
    repo = make_repo({"a.py": ""})
    repo.branch("side")
    bot = "cursor[bot] <206951365+cursor[bot]@users.noreply.github.com>"
    repo.commit({"s.py": "1\n"}, "one", author=bot, at="2024-01-01T13:00:00Z")
    repo.commit({"s.py": "2\n"}, "two", at="2024-01-01T13:01:00Z")
    repo.switch("main")
    before = repo.commit({"b.py": ""}, at="2024-01-01T13:02:00Z")
    merge = repo.merge("side", "Merge pull request #1 from acme/claude/x", at="2024-01-01T13:03:00Z")
    after = repo.commit({"c.py": ""}, at="2024-01-01T13:04:00Z")
    found = batches(Repository.find(repo.path).first_parent_log(repo.head).commits)[1:]
    assert [batch.commits for batch in found] == [(before,), (merge,), (after,)]
    assert [(a.name, a.channel) for a in found[1].agents] == [("cursor", "identity"), ("claude", "branch")]
    assert found[0].agent == found[2].agent == UNKNOWN


def test_a_merged_bots_branch_is_the_bots_batch_and_a_mixed_one_is_not(make_repo):
    repo = make_repo({"a.py": ""})
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    repo.branch("bump")
    repo.commit({"req.txt": "1\n"}, "bump", author=bot)
    repo.switch("main")
    repo.merge("bump")
    repo.switch("bump")
    repo.commit({"req.txt": "2\n"}, "bump", author=bot)
    repo.commit({"s.py": "2\n"}, "and use it")
    repo.switch("main")
    repo.merge("bump")
    found = batches(Repository.find(repo.path).first_parent_log(repo.head).commits)
    assert [batch.agent.name for batch in found] == ["", "dependabot", ""]


def test_a_line_continued_from_its_last_batch_gives_the_same_batches():
    made = line((0, ADA), (100, ADA), (110, ADA), (120, BO), (130, BO), (500, ADA))
    whole = batches(made)
    for cut in range(1, len(made)):
        earlier = batches(made[:cut])
        begin = next(i for i, m in enumerate(made) if m.commit.id == earlier[-1].first_commit)
        assert earlier[:-1] + batches(made[begin:]) == whole
