"""Who made a commit: every sign that agents leave, and what is no sign."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from plumbrule.batches import HIGH, LOW, MEDIUM, Agent, agents_of, configured_agents, merged_branch
from plumbrule.git import Commit

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def commit(message: str = "a change", author: str = "Ada <ada@example.org>", committer: str = "") -> Commit:
    def split(person: str) -> tuple[str, str]:
        name, _, email = person.rpartition(" <")
        return name, email.removesuffix(">")

    return Commit("1" * 40, (), *split(author), NOON, *split(committer or author), NOON, message)


def found(made: Commit) -> list[tuple[str, str, str, float]]:
    return [(agent.name, agent.kind, agent.channel, agent.confidence) for agent in agents_of(made)]


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>", "copilot"),
        ("Copilot <223556219+Copilot@users.noreply.github.com>", "copilot"),
        ("renamed <167198135+somebody[bot]@users.noreply.github.com>", "copilot"),
        ("Copilot <175728472+Copilot@users.noreply.github.com>", "copilot"),
        ("devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "devin"),
        ("x <158243242+renamed@users.noreply.github.com>", "devin"),
        ("google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>", "jules"),
        ("cursor[bot] <206951365+cursor[bot]@users.noreply.github.com>", "cursor"),
        ("Cursor Agent <CursorAgent@Cursor.com>", "cursor"),
        ("claude[bot] <209825114+claude[bot]@users.noreply.github.com>", "claude"),
        ("anthropic-claude[bot] <anthropic-claude[bot]@users.noreply.github.com>", "claude"),
        ("claude-code-action[bot] <208546643+x@users.noreply.github.com>", "claude"),
        ("Claude <noreply@anthropic.com>", "claude"),
        ("openai-codex[bot] <openai-codex[bot]@users.noreply.github.com>", "codex"),
        ("chatgpt-codex-connector[bot] <199175422+x@users.noreply.github.com>", "codex"),
        ("Codex <codex@openai.com>", "codex"),
        ("Codex <noreply@openai.com>", "codex"),
        ("gemini-code-assist[bot] <176961590+gemini-code-assist[bot]@users.noreply.github.com>", "gemini"),
        ("amazon-q-developer[bot] <208079219+x@users.noreply.github.com>", "amazon-q"),
        ("jetbrains-junie[bot] <jetbrains-junie[bot]@users.noreply.github.com>", "junie"),
        ("codegen-sh[bot] <codegen-sh[bot]@users.noreply.github.com>", "codegen"),
        ("cline[bot] <x@example.org>", "cline"),
        ("continue[bot] <x@example.org>", "continue"),
        ("sourcegraph-cody[bot] <x@example.org>", "cody"),
        ("OpenHands <x@example.org>", "openhands"),
        ("someone <openhands@all-hands.dev>", "openhands"),
        ("Ada Lovelace (aider) <ada@example.org>", "aider"),
    ],
)
def test_an_agent_is_known_by_its_identity_as_author_or_committer(person, name):
    assert found(commit(author=person)) == [(name, "agent", "identity", HIGH)]
    assert found(commit(committer=person)) == [(name, "agent", "identity", HIGH)]


@pytest.mark.parametrize(
    ("line", "name", "confidence"),
    [
        ("Co-authored-by: Claude Opus 4.8 (1M context) <noreply@anthropic.com>", "claude", HIGH),
        ("CO-AUTHORED-BY: x <NoReply@Anthropic.com>", "claude", HIGH),
        ("Co-authored-by: Cursor <cursoragent@cursor.com>", "cursor", HIGH),
        ("Co-authored-by: aider (gpt) <noreply@aider.chat>", "aider", HIGH),
        ("Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>", "copilot", HIGH),
        ("Co-authored-by: Amp <amp@ampcode.com>", "amp", HIGH),
        ("Co-authored-by: opencode <noreply@opencode.ai>", "opencode", HIGH),
        ("Co-authored-by: openhands <openhands@all-hands.dev>", "openhands", HIGH),
        ("Co-authored-by: Windsurf <windsurf@codeium.com>", "windsurf", HIGH),
        ("Co-authored-by: Codex <codex@openai.com>", "codex", HIGH),
        ("Assisted-by: Claude:claude-opus-4-8 coccinelle", "claude", MEDIUM),
        ("Assisted-by: GitHub Copilot", "copilot", MEDIUM),
        ("Generated-by: Cursor AI", "cursor", MEDIUM),
        ("Generated-by: Claude Code", "claude", MEDIUM),
        ("On-behalf-of: Codex <codex@openai.com>", "codex", HIGH),
        ("🤖 Generated with [Claude Code](https://claude.ai/code)", "claude", HIGH),
        ("https://claude.ai/code/session_01Msj", "claude", MEDIUM),
        ("Claude-Session: https://claude.ai/code/session_01Msj", "claude", HIGH),
        ("Made-with: Cursor", "cursor", HIGH),
        ("Copilot-Session: 123", "copilot", HIGH),
        ("Agent-Logs-Url: https://github.com/x/y/sessions/1", "copilot", MEDIUM),
        ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "amp", HIGH),
        ("Replit-Commit-Author: Agent", "replit", HIGH),
        ("Replit-Commit-Session-Id: 1", "replit", HIGH),
        ("Entire-Checkpoint: 1", "entire", MEDIUM),
        ("Entire-Agent: Claude Code", "claude", HIGH),
        ("Kiro-Agent: 1", "kiro", HIGH),
        ("This pull request was created by OpenHands", "openhands", MEDIUM),
    ],
)
def test_an_agent_is_known_by_a_line_of_the_message(line, name, confidence):
    expected = [(name, "agent", "trailer", confidence)]
    assert found(commit(f"add a thing\n\nwhy\n\n{line}")) == expected
    squashed = f"add a thing (#7)\n\n* one\n\n{line}\n\n* two\n\nSigned-off-by: Ada <ada@example.org>\n"
    assert found(commit(squashed)) == expected


def test_an_aider_subject_is_a_sign():
    assert found(commit("aider: rename the thing")) == [("aider", "agent", "trailer", MEDIUM)]


@pytest.mark.parametrize(
    ("subject", "branch", "name"),
    [
        ("Merge pull request #12 from acme/codex/fix-login", "codex/fix-login", "codex"),
        ("Merge branch 'claude/refactor-tax'", "claude/refactor-tax", "claude"),
        ("Merge branch 'jules/x' into 'main'", "jules/x", "jules"),
        ("Merge remote-tracking branch 'origin/copilot/fix-1'", "copilot/fix-1", "copilot"),
        ("Merged in devin/x (pull request #3)", "devin/x", "devin"),
        ("Merge pull request #1 from acme/Cursor/x", "Cursor/x", "cursor"),
        *((f"Merge branch '{name}/x'", f"{name}/x", name) for name in ("cosine", "openhands", "gemini", "amp", "kiro")),
    ],
)
def test_an_agent_is_known_by_the_branch_that_was_merged(subject, branch, name):
    assert merged_branch(subject) == branch
    assert found(commit(subject)) == [(name, "agent", "branch", MEDIUM)]


@pytest.mark.parametrize(
    "made",
    [
        commit(committer="GitHub <noreply@github.com>"),
        commit(author="Ada <1234+ada@users.noreply.github.com>"),
        commit(author="Eve <noreply@anthropic.com.evil.example>"),
        commit(author="Eve <158243242+x@users.noreply.github.com.evil.example>"),
        commit(author="Claude Monet <claude@example.org>"),
        commit(author="Devin <devin@example.org>"),
        commit(author=" <>"),
        commit("Co-authored-by: Claude Monet <claude@example.org>"),
        commit("Co-authored-by: Cursor"),
        commit("Assisted-by: Devin Smith"),
        commit("Assisted-by: Jules <jules@example.org>"),
        commit("Generated-by: protoc-gen-go"),
        commit("On-behalf-of: @acme <org@acme.example>"),
        commit("Replit-Commit-Author: Ada"),
        commit(
            "fix the cursor in the editor\n\nThis uses Claude and Copilot, and links https://example.org/claude.ai/code"
        ),
        commit("docs: how we use claude.ai/code and Generated with care"),
        commit("Merge pull request #3 from codex/fix-login"),
        commit("Merge pull request #3 from acme/codegen/models"),
        commit("Merge branch 'codegen/models'"),
        commit("Merge branch 'main' into claude/feature"),
        commit("Merge branch 'claude'"),
        commit("claude/feature is merged"),
        commit("x" * 2_000_000 + "Co-authored-by: Claude <noreply@anthropic.com>"),
    ],
    ids=lambda made: f"{made.author_name} {made.committer_name} {made.subject[:40]}",
)
def test_what_is_no_sign_of_an_agent(made):
    assert found(made) == []


@pytest.mark.parametrize(
    ("person", "name", "kind"),
    [
        ("coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>", "coderabbitai", "review-bot"),
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "dependabot", "dependency-bot"),
        ("renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>", "renovate", "dependency-bot"),
        ("github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>", "github-actions", "automation"),
    ],
)
def test_bots_that_write_no_features_are_kinds_of_their_own(person, name, kind):
    assert found(commit(author=person)) == [(name, kind, "identity", HIGH)]


def test_each_agent_is_named_once_by_its_surest_sign_before_any_bot():
    made = commit(
        "Merge pull request #1 from acme/claude/x\n\nCo-authored-by: Claude <noreply@anthropic.com>\nMade-with: Cursor",
        author="dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    )
    assert found(made) == [
        ("claude", "agent", "trailer", HIGH),
        ("cursor", "agent", "trailer", HIGH),
        ("dependabot", "dependency-bot", "identity", HIGH),
    ]


def test_a_repositorys_configuration_names_the_agents_it_is_prepared_for():
    paths = ["src/claude.py", "CLAUDE.md", "lib/AGENTS.md", ".cursor/rules/a.mdc", ".github/copilot-instructions.md"]
    assert configured_agents(paths, "/.aider*\n# .junie/\n.kiro/\n") == tuple(
        Agent(name, "agent", "configuration", LOW) for name in ("aider", "any", "claude", "copilot", "cursor", "kiro")
    )
    assert configured_agents(["src/main.py", "docs/agents.md"]) == ()


@pytest.mark.parametrize("line", [".junie", ".junie/", "/.junie/", "**/.junie/", ".junie/memory"])
def test_a_gitignore_names_a_folder_of_an_agent_in_any_spelling(line):
    assert [agent.name for agent in configured_agents([], f"build/\n{line}\n")] == ["junie"]
