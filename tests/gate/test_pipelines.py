"""What becomes of the steps that ran the gate, platform by platform; `test_loosening_ways.py` has whole gates."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from plumbrule.pipelines import fewer, is_pipeline, weakened

Files = Mapping[str, str]

GITHUB = """\
on: [push, pull_request]
jobs:
  gate:
    steps:
      - uses: example/plumbrule@v1
        with:
          fail-on: warning
          strict: "true"
"""
AZURE = """\
pr: [main]
steps:
  - script: plumbrule gate --base origin/main
    displayName: plumbrule gate
"""
CIRCLE = """\
jobs:
  gate:
    steps:
      - run:
          name: plumbrule gate
          command: |
            plumbrule gate \\
              --base origin/main
"""
TOX = "[testenv:gate]\ncommands =\n    plumbrule gate --base origin/main\n"


def told(path: str, before: str, after: str | None) -> list[str]:
    """The subjects of what a change of one file loosens."""
    return [one.subject for one in weakened({path: before}, {} if after is None else {path: after})]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("fail-on: warning", "fail-on: error", "fail-on"),
        ('strict: "true"', 'strict: "false"', "strict"),
        ("strict:", "policy: lax.toml\n          strict:", "policy"),
        ("strict:", "base: HEAD\n          strict:", "base"),
        ("example/plumbrule@v1", "elsewhere/plumbrule@v1", "source"),
        ("    steps:", "    if: github.actor != 'agent'\n    steps:", "of its job: if"),
        ("    steps:", "    continue-on-error: ${{ true }}\n    steps:", "of its job: continue-on-error"),
        ("[push, pull_request]", "[push]", "on"),
        ("[push, pull_request]", "{push: {}, pull_request: {paths: ['docs/**']}}", "on"),
        ("[push, pull_request]", "push", "on"),
    ],
)
def test_an_action_that_is_weakened_is_told_by_what_weakens_it(old: str, new: str, key: str):
    assert old in GITHUB
    path = ".github/workflows/gate.yml"
    assert told(path, GITHUB, GITHUB.replace(old, new, 1)) == [f"{path}: example/plumbrule@v1: {key}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("fail-on: warning", "fail-on: info"),
        ("with:", "with:\n          sarif: out.sarif"),
        ("[push, pull_request]", "[pull_request, push, merge_group]"),
        ("[push, pull_request]", "\n  push:\n  pull_request:"),
        ("jobs:", "jobs:\n  other:\n    if: false\n    steps: []"),
        ("    steps:\n", "    steps:\n      - uses: actions/checkout@v4\n        continue-on-error: true\n"),
        ("on:", "# plumbrule gate || true\non:"),
        ("on:", '"on":'),
    ],
)
def test_an_action_that_does_the_same_or_more_is_not_told(old: str, new: str):
    assert old in GITHUB
    assert told(".github/workflows/gate.yml", GITHUB, GITHUB.replace(old, new, 1)) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "key"),
    [
        ("azure-pipelines.yml", AZURE, AZURE + "    continueOnError: true\n", "continueOnError"),
        ("azure-pipelines.yml", AZURE, AZURE + "    condition: eq(variables.x, 'y')\n", "condition"),
        ("azure-pipelines.yml", AZURE, AZURE.replace("pr: [main]", "pr: none"), "pr"),
        (".circleci/config.yml", CIRCLE, CIRCLE.replace("origin/main", "origin/main || exit 0"), "command"),
        (
            ".circleci/config.yml",
            CIRCLE,
            CIRCLE.replace("          name", "          when: on_fail\n          name"),
            "when",
        ),
    ],
)
def test_each_platform_has_its_own_word_for_may_fail(path: str, before: str, after: str, key: str):
    (subject,) = told(path, before, after)
    assert subject.endswith(f": {key}")


@pytest.mark.parametrize(
    "tail",
    ["|| true", "; true", "|| exit 0", "| tee log", "&", "|| :", "; exit 0", "2>/dev/null || echo fine"],
)
def test_whatever_stands_behind_the_gate_and_hides_its_answer_is_told(tail: str):
    line = "plumbrule gate --base origin/main"
    assert told(".circleci/config.yml", CIRCLE, CIRCLE.replace("--base origin/main", f"--base origin/main {tail}"))
    assert told("tox.ini", TOX, TOX.replace(line, f"{line} {tail}"))


def test_a_gate_whose_answer_is_turned_around_is_told():
    assert told(".circleci/config.yml", CIRCLE, CIRCLE.replace("plumbrule gate \\", "! plumbrule gate \\"))
    assert told(".circleci/config.yml", CIRCLE, CIRCLE.replace("plumbrule gate \\", "if false; then plumbrule gate \\"))


def test_a_function_of_the_same_name_is_no_gate():
    assert told(
        ".circleci/config.yml", CIRCLE, CIRCLE.replace("command: |\n", "command: |\n            plumbrule() { :; }\n")
    )


def test_a_name_that_only_speaks_of_the_gate_is_none():
    assert told(
        "azure-pipelines.yml", AZURE, AZURE.replace("script: plumbrule gate --base origin/main", "script: echo fine")
    )
    assert told(".github/workflows/a.yml", "jobs: {a: {name: plumbrule gate}}\n", "jobs: {}\n") == []


def test_a_pipeline_that_can_no_longer_be_read_is_told():
    assert told("azure-pipelines.yml", AZURE, AZURE + "\t- [\n") == ["azure-pipelines.yml"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)),
        "plumbrule gate: " + "[" * 3000,
        "a: &a\n  <<: *a\n  run: plumbrule gate\n",
    ],
    ids=["aliases", "depth", "a mapping that merges itself"],
)
def test_a_pipeline_made_to_exhaust_its_reader_is_told_and_ends(text: str):
    path = ".github/workflows/gate.yml"
    assert told(path, GITHUB, f"# plumbrule\n{text}")


def test_a_gate_that_moves_to_another_file_or_platform_file_is_still_there():
    before = {".github/workflows/a.yml": GITHUB}
    assert list(weakened(before, {".github/workflows/b.yml": GITHUB})) == []
    assert [one.subject for one in weakened(before, {".github/workflows/off/b.yml": GITHUB})]


def test_two_gates_that_become_one_are_told():
    twice = GITHUB + GITHUB.partition("steps:\n")[2]
    assert len(told(".github/workflows/a.yml", twice, GITHUB)) == 1


@pytest.mark.parametrize(
    ("path", "so"),
    [
        (".github/workflows/a.yml", True), (".github/workflows/old/a.yml", False), ("web/.gitlab-ci.yml", True),
        ("Jenkinsfile", True), ("docs/Jenkinsfile.md", False), ("ci/gate.sh", True), ("tools/check", True),
        ("src/build.py", False), ("CODEOWNERS", True), ("docs/CODEOWNERS", True), ("package.json", True),
    ],
)  # fmt: skip
def test_what_may_run_a_gate_is_known_by_its_path(path: str, so: bool):
    assert is_pipeline(path) is so


ACTIONS = """\
on: pull_request
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - run: pip install plumbrule
      - run: plumbrule gate --base origin/main
"""
RUN = "      - run: plumbrule gate --base origin/main\n"


def script(*lines: str) -> str:
    return "      - run: |\n" + "".join(f"          {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("jobs:", 'defaults:\n  run:\n    shell: "true {0}"\njobs:'),
        ("    runs-on", '    defaults: {run: {shell: "true {0}"}}\n    runs-on'),
        ("    runs-on", "    defaults: {run: {working-directory: elsewhere}}\n    runs-on"),
        ("  gate:", "  never:\n    if: false\n    steps: []\n  gate:\n    needs: [never]"),
        ("{fetch-depth: 0}", "{fetch-depth: 0, ref: main}"),
        (RUN, "      - run: git checkout -q origin/main\n" + RUN),
        (RUN, '      - run: echo "$PWD/bin" >> "$GITHUB_PATH"\n' + RUN),
        (RUN, script("git -C . reset --hard origin/main", "plumbrule gate --base origin/main")),
        (RUN, script("cat <<END", "plumbrule gate --base origin/main", "END")),
        (RUN, script(": <<'X'", "plumbrule gate --base origin/main", "X")),
        ("pip install plumbrule", "pip install git+https://example.org/plumbrule"),
        ("    runs-on", "    strategy: {matrix: {x: []}}\n    runs-on"),
        (RUN, RUN + '        run: "true"\n'),
        (RUN, RUN + "jobs:\n  other:\n    steps: []\n"),
    ],
)
def test_what_stands_around_a_step_counts_as_much_as_the_step(old: str, new: str):
    assert old in ACTIONS
    assert told(".github/workflows/gate.yml", ACTIONS, ACTIONS.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("checkout@v4", "checkout@v5"),
        ("pip install plumbrule", "pip install plumbrule==2.0"),
        ("jobs:", "defaults:\n  run:\n    shell: bash\njobs:"),
        (RUN, RUN + "        shell: bash\n"),
        (RUN, "      - run: timeout 600 plumbrule gate --base origin/main\n"),
        (RUN, "      - run: make lint\n" + RUN),
        (RUN, script("cat <<END > notes.txt", "fine", "END", "plumbrule gate --base origin/main")),
        ("  gate:", "  lint:\n    steps: []\n  gate:\n    needs: lint"),
        ("    runs-on", "    strategy: {matrix: {python: ['3.11', '3.12']}}\n    runs-on"),
    ],
)
def test_what_stands_around_a_step_may_change_as_long_as_the_step_does_the_same(old: str, new: str):
    assert old in ACTIONS
    assert told(".github/workflows/gate.yml", ACTIONS, ACTIONS.replace(old, new, 1)) == []


LAB = "gate:\n  script:\n  - plumbrule gate --base origin/main\n"


@pytest.mark.parametrize(
    "after",
    [
        ".soft:\n  allow_failure: true\n" + LAB.replace("gate:\n", "gate:\n  extends: .soft\n", 1),
        "default:\n  before_script:\n  - exit 0\n" + LAB,
        LAB + "  before_script:\n  - exit 0\n",
        LAB.replace("  - plumb", "  - exit 0\n  - plumb"),
        "." + LAB,
        LAB + 'gate:\n  script: ["true"]\n',
    ],
)
def test_a_job_of_gitlab_is_what_it_is_made_of(after: str):
    assert told(".gitlab-ci.yml", LAB, after)


def test_a_job_of_gitlab_may_be_made_of_a_template_that_runs_the_gate():
    template = LAB.replace("gate:", ".gate:") + "gate:\n  extends: .gate\n"
    assert told(".gitlab-ci.yml", template, template + "  allow_failure: false\n") == []


GROOVY = 'node {\n  sh "plumbrule gate --base origin/main"\n}\n'
SCRIPT = "set -e\nplumbrule gate --base origin/main\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("Jenkinsfile", GROOVY, GROOVY.replace("  sh", '  catchError(buildResult: "SUCCESS") {\n  sh') + "}\n"),
        ("Jenkinsfile", GROOVY, GROOVY.replace("  sh", "  when { expression { false } }\n  sh")),
        ("Jenkinsfile", GROOVY, GROOVY.replace("  sh", "  /*\n  sh").replace("}", "*/\n}")),
        ("Makefile", "check:\n\tplumbrule gate --base x\n", ".IGNORE:\ncheck:\n\tplumbrule gate --base x\n"),
        ("ci/gate.sh", SCRIPT, SCRIPT.replace("set -e\n", "")),
        ("ci/gate.sh", SCRIPT, SCRIPT + "exit 0\n"),
        ("pyproject.toml", '[tool.poe.tasks]\ngate = "plumbrule gate --base x"\n', '[tool.poe.tasks]\ngate = "true"\n'),
    ],
)
def test_what_catches_a_failure_is_told_where_a_pipeline_has_a_language_of_its_own(path: str, before: str, after: str):
    assert told(path, before, after)


def test_a_makefile_may_get_other_targets_and_a_project_other_pins():
    make = "check:\n\tplumbrule gate --base x\n"
    assert told("Makefile", make, make.replace("check:", "check: build") + "build:\n\ttrue\n") == []
    pins = '[project]\ndependencies = ["plumbrule>=1"]\n'
    assert told("pyproject.toml", pins, pins.replace('"plumbrule>=1"', "")) == []


MINE = "plumbrule.toml @ada\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({".github/CODEOWNERS": MINE}, {".github/CODEOWNERS": MINE + "* @bot\n"}),
        ({".github/CODEOWNERS": MINE}, {".github/CODEOWNERS": MINE + "*.toml\n"}),
        ({".github/CODEOWNERS": MINE}, {".github/CODEOWNERS": "plumbrule.toml @ada @bot\n"}),
        ({".github/CODEOWNERS": "* @bot\n" + MINE}, {".github/CODEOWNERS": MINE + "* @bot\n"}),
        ({"CODEOWNERS": MINE}, {"CODEOWNERS": MINE, ".github/CODEOWNERS": "* @bot\n"}),
        ({"CODEOWNERS": MINE}, {}),
    ],
)
def test_who_owns_the_policy_is_what_the_last_line_of_the_file_that_counts_says(before: Files, after: Files):
    assert [one.subject.rpartition(": ")[2] for one in fewer(before, after, ["plumbrule.toml"])] == ["plumbrule.toml"]


def test_owners_of_other_places_and_fewer_owners_of_the_policy_are_no_loosening():
    before = {"CODEOWNERS": "* @all @ada\n"}
    assert (
        list(fewer(before, {"CODEOWNERS": "* @all @ada\n/web/ @web\nplumbrule.toml @ada\n"}, ["plumbrule.toml"])) == []
    )
