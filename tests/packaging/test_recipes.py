"""Every recipe and the action of this repository, run as they are written, against real repositories."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from plumbrule.report import format_names

CLEAN = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total() -> float:\n    return rate()\n",
    "shop/tax.py": "def rate() -> float:\n    return 0.2\n",
}
HARMLESS = {"shop/tax.py": "def rate() -> float:\n    return 0.25\n"}
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
SARIF_SCHEMA = resources.files("linceo").joinpath("data/sarif-schema-2.1.0.json")
INSTALL = "pip install plumbrule"


@pytest.fixture
def recipe(root: Path) -> Callable[[str, str], str]:
    """`recipe("github", ".github/workflows/plumbrule.yml")`: the text that the page says to put there."""

    def find(page: str, file: str) -> str:
        text = (root / "docs" / "recipes" / f"{page}.md").read_text("utf-8")
        found = re.findall(rf"^`{re.escape(file)}`:\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        assert len(found) == 1, f"{page}.md has {len(found)} blocks for {file}"
        return str(found[0])

    return find


@pytest.fixture
def shell(installed: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs one step as CI does, with the installed command on the path and no other variable than given."""

    def run(script: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        home = {"PATH": f"{installed}:{os.environ['PATH']}", "HOME": str(cwd.parent), "LANG": "C.UTF-8"}
        quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["bash", "-e", "-c", script]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=home | quiet | environ)

    return run


@pytest.fixture
def proposed(make_repo: Callable, tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """A checkout as CI makes it for a pull request: detached on the merge of the change into the main line."""

    def propose(change: dict[str, str]) -> Path:
        origin = make_repo(CLEAN, name="origin")
        origin.branch("topic")
        origin.commit(change, "the change")
        origin.switch("main")
        origin.commit({"README": "meanwhile\n"}, "others")
        origin.git("switch", "--quiet", "--detach", "main")
        merged = origin.merge("topic")
        origin.git("update-ref", "refs/pull/1/merge", merged)
        origin.switch("main")
        checkout = tmp_path / "checkout"
        origin.git("clone", "--quiet", origin.path, checkout)
        origin.git("-C", checkout, "fetch", "--quiet", "origin", "refs/pull/1/merge")
        origin.git("-C", checkout, "switch", "--quiet", "--detach", "FETCH_HEAD")
        return checkout

    return propose


def steps(workflow: str, job: str) -> list[str]:
    """What the steps of a job run, after the one that installs Plumbrule."""
    runs = [step["run"] for step in yaml.safe_load(workflow)["jobs"][job]["steps"] if "run" in step]
    assert runs[0] == INSTALL
    return runs[1:]


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
def test_the_github_recipe_judges_a_pull_request(recipe, shell, proposed, change: dict[str, str], code: int):
    (step,) = steps(recipe("github", ".github/workflows/plumbrule.yml"), "gate")
    done = shell(step, proposed(change), GITHUB_BASE_REF="main")
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.startswith("failed" if code else "passed")


def test_the_github_recipe_scans_a_push(recipe, shell, make_repo: Callable):
    (step,) = steps(recipe("github", ".github/workflows/plumbrule.yml"), "scan")
    pushed = make_repo(CLEAN)
    assert shell(step, pushed.path).returncode == 0
    pushed.commit(HARMLESS, "next")
    assert shell(step, pushed.path).returncode == 0
    asked = shell('plumbrule query "SELECT count(*) FROM snapshot" --format csv', pushed.path)
    assert asked.stdout.split()[-1] == "2", asked.stderr


def test_the_github_recipe_shows_findings_beside_the_code(recipe, shell, proposed):
    workflow = recipe("github", ".github/workflows/plumbrule-sarif.yml")
    (step,) = steps(workflow, "gate")
    checkout = proposed(CYCLE)
    assert shell(step, checkout, GITHUB_BASE_REF="main").returncode == 1
    upload = yaml.safe_load(workflow)["jobs"]["gate"]["steps"][-1]
    assert upload["if"] == "always()"
    sarif = json.loads((checkout / upload["with"]["sarif_file"]).read_text("utf-8"))
    jsonschema.Draft4Validator(json.loads(SARIF_SCHEMA.read_text("utf-8"))).validate(sarif)
    assert {result["ruleId"] for result in sarif["runs"][0]["results"]} >= {"dependency-cycle"}


# Answers as the program `gh` does, from a folder of comments; the real one asks a server.
GH = """\
#!/usr/bin/env python3
import json, pathlib, sys
folder = pathlib.Path(__file__).parent.parent / "comments"
given = sys.argv[2:]
method = given[given.index("--method") + 1] if "--method" in given else ""
if "--jq" in given:
    kept = sorted(folder.iterdir(), key=lambda file: int(file.name))
    mine = [file.name for file in kept if file.read_text().startswith("bot\\n<!-- plumbrule -->")]
    assert 'startswith("<!-- plumbrule -->")' in given[-1] and "github-actions[bot]" in given[-1]
    print("\\n".join(mine))
elif method == "DELETE":
    (folder / given[-1].rpartition("/")[2]).unlink()
else:
    body = pathlib.Path(given[-1].removeprefix("body=@")).read_text()
    name = given[2].rpartition("/")[2] if method == "PATCH" else str(len(list(folder.iterdir())) + 1)
    (folder / name).write_text("bot\\n" + body)
"""


@pytest.fixture
def commented(recipe, shell, proposed, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The comments of a pull request after the recipe ran, by number, without who wrote them."""

    def run(change: dict[str, str], *before: str) -> dict[str, str]:
        gate, comment = steps(recipe("github", ".github/workflows/plumbrule-comment.yml"), "gate")
        checkout = proposed(change)
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "gh").write_text(GH, "utf-8")
        (tmp_path / "bin" / "gh").chmod(0o755)
        (tmp_path / "comments").mkdir()
        for number, text in enumerate(before, 1):
            (tmp_path / "comments" / str(number)).write_text(text, "utf-8")
        judged = shell(gate, checkout, GITHUB_BASE_REF="main")
        script = f"PATH='{tmp_path}/bin':$PATH\n{comment}"
        done = shell(script, checkout, GITHUB_REPOSITORY="o/r", NUMBER="7")
        assert judged.returncode in (0, 1), judged.stderr
        assert done.returncode == 0, done.stderr
        return {file.name: file.read_text("utf-8").partition("\n")[2] for file in (tmp_path / "comments").iterdir()}

    return run


ASIDE = "ada\n<!-- plumbrule --> somebody else's"
EARLIER = "bot\n<!-- plumbrule -->\n### Plumbrule failed: of yesterday"


def test_the_github_recipe_writes_one_comment(commented):
    comments = commented(CYCLE, ASIDE)
    assert comments.keys() == {"1", "2"}
    assert comments["2"].startswith("<!-- plumbrule -->\n### Plumbrule failed: 2 new errors")


def test_the_github_recipe_keeps_its_one_comment_up_to_date(commented):
    comments = commented(CYCLE, ASIDE, EARLIER, EARLIER)
    assert comments.keys() == {"1", "2"}
    assert "2 new errors" in comments["2"]


def test_the_github_recipe_takes_its_comment_away_when_there_is_nothing_to_say(commented):
    assert commented(HARMLESS, ASIDE, EARLIER).keys() == {"1"}


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
def test_the_gitlab_recipe_writes_its_reports_and_keeps_the_verdict(
    recipe, shell, proposed, change: dict[str, str], code: int
):
    job = yaml.safe_load(recipe("gitlab", ".gitlab/plumbrule-reports.yml"))["plumbrule-reports"]
    checkout = proposed(change)
    done = shell("\n".join(job["script"]), checkout, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    assert done.returncode == code, done.stdout + done.stderr
    reports = job["artifacts"]["reports"]
    assert len(json.loads((checkout / reports["codequality"]).read_text("utf-8"))) == 2 * code
    assert f'failures="{2 * code}"' in (checkout / reports["junit"]).read_text("utf-8")


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
def test_the_gitlab_recipe_judges_a_merge_request(recipe, shell, proposed, change: dict[str, str], code: int):
    job = yaml.safe_load(recipe("gitlab", ".gitlab-ci.yml"))["plumbrule-gate"]
    assert job["before_script"] == [INSTALL]
    done = shell("\n".join(job["script"]), proposed(change), CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    assert done.returncode == code, done.stdout + done.stderr


def test_the_gitlab_recipe_scans_a_push_into_the_folder_that_it_caches(recipe, shell, make_repo: Callable):
    job = yaml.safe_load(recipe("gitlab", ".gitlab-ci.yml"))["plumbrule-scan"]
    pushed = make_repo(CLEAN)
    done = shell("\n".join(job["script"]), pushed.path)
    assert done.returncode == 0, done.stderr
    assert [(pushed.path / path / "CURRENT").exists() for path in job["cache"]["paths"]] == [True]


@pytest.fixture
def in_place(installed: Path) -> Callable[[Path], None]:
    """`in_place(folder)`: the installed command, where a recipe would have made an environment for it."""

    def put(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "bin").symlink_to(installed)

    return put


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
def test_the_gitlab_template_judges_a_merge_request(
    root: Path, shell, proposed, in_place: Callable, change: dict[str, str], code: int
):
    template = yaml.safe_load((root / ".ci/gitlab.yml").read_text("utf-8"))
    job = template["plumbrule-gate"]
    assert [line.split()[0] for line in job["before_script"]] == ["python3", '"$CI_PROJECT_DIR.plumbrule/bin/pip"']
    checkout = proposed(change)
    in_place(checkout.with_name("checkout.plumbrule"))
    done = shell(
        "\n".join(job["script"]),
        checkout,
        CI_PROJECT_DIR=str(checkout),
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
        PLUMBRULE_FAIL_ON=template["variables"]["PLUMBRULE_FAIL_ON"],
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.startswith("failed" if code else "passed")
    assert "cache" not in job
    report = checkout / job["artifacts"]["reports"]["codequality"]
    assert "gitlab" not in format_names() or (json.loads(report.read_text("utf-8")) != []) == bool(code)


def test_the_gitlab_page_includes_the_template_by_where_it_lies(recipe, root: Path):
    (included,) = yaml.safe_load(recipe("gitlab", ".gitlab-ci.yml, with the template"))["include"]
    assert (root / included["file"].lstrip("/")).is_file()


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
def test_the_jenkins_recipe_judges_a_change_request(
    recipe, shell, proposed, in_place: Callable, tmp_path: Path, change: dict[str, str], code: int
):
    text = recipe("jenkins", "Jenkinsfile")
    assert text.count("{") == text.count("}")
    assert not re.search(r'sh\s+"', text)  # Groovy would put the branch's name into the script
    script = re.findall(r"^\s*sh '([^'\n]*)'$", text, re.MULTILINE)
    assert len(script) == text.count("sh '") == 4
    in_place(tmp_path / "workspace tmp/plumbrule")
    environ = {"WORKSPACE_TMP": str(tmp_path / "workspace tmp"), "CHANGE_TARGET": "main"}
    codes = [shell(line, checkout, **environ).returncode for checkout in [proposed(change)] for line in script[2:]]
    assert codes == [0, code]
    assert script[0].startswith("python3 -m venv")
    assert script[1].endswith(f"bin/{INSTALL.replace('pip', 'pip' + chr(34), 1)}")


@pytest.mark.parametrize(("change", "code"), [(HARMLESS, 0), (CYCLE, 1)])
@pytest.mark.parametrize("target", ["refs/heads/main", "main"])
def test_the_azure_recipe_judges_a_pull_request(
    recipe, shell, proposed, change: dict[str, str], code: int, target: str
):
    pipeline = yaml.safe_load(recipe("azure", "azure-pipelines.yml"))
    install, judge = (step["script"] for step in pipeline["steps"] if "script" in step)
    assert install == INSTALL
    assert "$(" not in judge
    done = shell(judge, proposed(change), SYSTEM_PULLREQUEST_TARGETBRANCH=target)
    assert done.returncode == code, done.stdout + done.stderr


def commits(repo: Any, shell, *how: str) -> subprocess.CompletedProcess[str]:
    """What `git commit` says, with the hooks that are in place."""
    who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return shell(" ".join(("git commit -m x", *how)), repo.path, **who)


def test_the_plain_hook_refuses_a_commit_and_lets_another_pass(recipe, shell, make_repo: Callable):
    repo = make_repo(CLEAN)
    hook = repo.path / ".git/hooks/pre-commit"
    hook.write_text(recipe("pre-commit", ".git/hooks/pre-commit"), "utf-8")
    hook.chmod(0o755)
    repo.write(CYCLE)
    refused = commits(repo, shell, "-a")
    assert (refused.returncode, "dependency-cycle" in refused.stdout + refused.stderr) == (1, True)
    repo.write(HARMLESS)
    assert commits(repo, shell, "-a").returncode == 0


def test_pre_commit_runs_the_hook_that_this_repository_offers(
    recipe, root: Path, shell, make_repo: Callable, tmp_path: Path
):
    """With `language: system`, as the page says it may: to install is pip's, and the tests of the wheel hold that."""
    offered = make_repo({".pre-commit-hooks.yaml": (root / ".pre-commit-hooks.yaml").read_text("utf-8")}, name="hooks")
    config = yaml.safe_load(recipe("pre-commit", ".pre-commit-config.yaml"))
    (source,) = config["repos"]
    source |= {"repo": str(offered.path), "rev": offered.head}
    source["hooks"][0]["language"] = "system"
    repo = make_repo({**CLEAN, ".pre-commit-config.yaml": yaml.safe_dump(config)})
    environ = {"PRE_COMMIT_HOME": str(tmp_path / "kept"), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def pre_commit(*arguments: str) -> subprocess.CompletedProcess[str]:
        return shell(f"{sys.executable} -m pre_commit {' '.join(arguments)}", repo.path, **environ)

    checked = pre_commit("validate-manifest", str(root / ".pre-commit-hooks.yaml"))
    assert checked.returncode == 0, checked.stdout
    repo.write(CYCLE)
    repo.git("add", "--all")
    refused = pre_commit("run", "--hook-stage", "pre-commit")
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "dependency-cycle" in refused.stdout
    repo.write(HARMLESS)
    repo.git("add", "--all")
    passed = pre_commit("run", "--hook-stage", "pre-merge-commit")
    assert passed.returncode == 0, passed.stdout + passed.stderr


def container(root: Path) -> list[tuple[str, str]]:
    """The instructions of the container file, each with what follows it."""
    text = re.sub(r"^#.*\n", "", (root / ".ci/Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    return [
        (name, rest)
        for name, _, rest in (line.partition(" ") for line in text.replace("\\\n", "").splitlines() if line)
    ]


def test_the_container_file_builds_from_this_checkout_and_runs_as_nobody_special(root: Path):
    steps_ = container(root)
    known = {"FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in steps_} <= known
    assert [rest.split()[0] for name, rest in steps_ if name == "FROM"] == ["python:3.11", "python:3.11-slim"]
    last = steps_[max(n for n, (name, _) in enumerate(steps_) if name == "FROM") :]
    users = [rest for name, rest in last if name == "USER"]
    assert users == ["plumbrule"]
    assert [json.loads(rest) for name, rest in last if name in ("ENTRYPOINT", "CMD")] == [["plumbrule"], ["--help"]]
    named = re.findall(r"/source/(\S+)", " ".join(rest for _, rest in steps_))
    assert named == ["requirements/core.txt"]
    assert (root / named[0]).is_file()


def test_what_the_container_runs_to_install_installs_the_command(root: Path, tmp_path: Path, shell):
    """Its own lines, for another folder; the dependencies are this environment's, which no network is asked for."""
    lines = [rest for name, rest in container(root) if name == "RUN" and "/opt/plumbrule" in rest]
    make, dependencies, install = (line.replace("/opt/plumbrule", f"{tmp_path}/env") for line in lines)
    assert "--require-hashes" in dependencies
    source = tmp_path / "source"
    shutil.copytree(root, source, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "_core.abi3.so*"))
    done = shell(make.replace("python ", f"{sys.executable} "), tmp_path)
    assert done.returncode == 0, done.stderr
    (site,) = (tmp_path / "env/lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(
        "\n".join(path for path in sys.path if "site-packages" in path) + "\n", "utf-8"
    )
    done = shell(f"{install.replace('/source', str(source))} --no-index", tmp_path)
    assert done.returncode == 0, done.stderr
    told = shell(f"{tmp_path}/env/bin/plumbrule --version", tmp_path)
    assert told.stdout.startswith("plumbrule "), told.stderr


def test_the_hook_scans_after_a_pull_and_does_not_hold_it_up(recipe, shell, make_repo: Callable, tmp_path: Path):
    origin = make_repo(CLEAN, name="origin")
    checkout = tmp_path / "checkout"
    origin.git("clone", "--quiet", origin.path, checkout)
    hook = checkout / ".git" / "hooks" / "post-merge"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(recipe("post-merge-hook", ".git/hooks/post-merge"), "utf-8")
    hook.chmod(0o755)
    origin.commit(HARMLESS, "next")
    pulled = shell("git pull --quiet --ff-only", checkout)
    assert (pulled.returncode, pulled.stdout, pulled.stderr) == (0, "", "")
    deadline = time.monotonic() + 120
    while not (checkout / ".plumbrule" / "CURRENT").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    asked = shell('plumbrule query "SELECT count(*) FROM snapshot" --format csv', checkout)
    assert asked.stdout.split()[-1:] == ["2"], (checkout / ".git" / "plumbrule.log").read_text("utf-8")


@pytest.fixture
def crontab(recipe, tmp_path: Path) -> list[str]:
    """The commands of the cron recipe, for a policy folder below `tmp_path`."""
    lines = recipe("cron", "crontab -e").splitlines()
    jobs = [re.fullmatch(r"(?:\S+ ){5}(.*)", line) for line in lines if not re.match(r"[A-Z]+=", line)]
    assert all(jobs)
    return [job[1].replace("/srv/architecture", str(tmp_path / "architecture")) for job in jobs if job]


def test_the_cron_recipe_scans_the_fleet(crontab: list[str], shell, make_repo: Callable, tmp_path: Path):
    make_repo(CLEAN, name="orders")
    make_repo(CLEAN, name="billing")
    policy = "".join(f'[[repository]]\nname = "{name}"\npath = "../{name}"\n' for name in ("orders", "billing"))
    make_repo({"plumbrule.toml": policy}, name="architecture")
    (scan,) = [job for job in crontab if " scan " in job]
    done = shell(scan, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    asked = shell('plumbrule query "SELECT repo FROM repo ORDER BY repo" --format csv', tmp_path / "architecture")
    assert asked.stdout.split()[-2:] == ["billing", "orders"], asked.stderr


@pytest.fixture
def action(root: Path) -> dict:
    return yaml.safe_load((root / "action.yml").read_text("utf-8"))


def test_the_action_names_every_variable_that_its_script_reads(action: dict, root: Path):
    (step,) = [step for step in action["runs"]["steps"] if step.get("id") == "gate"]
    read = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", (root / ".ci" / "gate").read_text("utf-8")))
    assert read - set(step["env"]) == {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}
    # An expression inside the script's text would be run as code by a branch that is named so.
    assert not [step["run"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")]


@pytest.mark.parametrize(("change", "code", "verdict"), [(HARMLESS, 0, "passed"), (CYCLE, 1, "failed")])
def test_the_action_judges_shows_and_hands_on(
    root: Path, installed: Path, shell, proposed, tmp_path: Path, change: dict[str, str], code: int, verdict: str
):
    output, summary, sarif = tmp_path / "output", tmp_path / "summary", tmp_path / "out.sarif"
    done = shell(
        f"'{root}/.ci/gate'",
        proposed(change),
        PLUMBRULE=str(installed / "plumbrule"),
        PLUMBRULE_STORE=str(tmp_path / "store"),
        BASE_BRANCH="main",
        SARIF=str(sarif),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.startswith(verdict)
    assert output.read_text("utf-8") == f"verdict={verdict}\n"
    assert f"### Plumbrule {verdict}" in summary.read_text("utf-8")
    assert json.loads(sarif.read_text("utf-8"))["version"] == "2.1.0"


def test_the_action_hands_on_the_file_of_approvals(root: Path, shell, tmp_path: Path):
    said = tmp_path / "said"
    fake = tmp_path / "plumbrule"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {said}\n')
    fake.chmod(0o755)
    shell(f"'{root}/.ci/gate'", tmp_path, PLUMBRULE=str(fake), BASE="main", APPROVALS="/tmp/reviews $(x).json")
    assert "--approvals=/tmp/reviews $(x).json" in said.read_text("utf-8").splitlines()


def test_the_page_of_the_action_gives_it_only_what_it_takes(recipe, action: dict):
    workflow = yaml.safe_load(recipe("github", ".github/workflows/plumbrule-action.yml"))
    (step,) = [one for one in workflow["jobs"]["gate"]["steps"] if "plumbrule" in one.get("uses", "")]
    assert step["with"].keys() <= action["inputs"].keys()
    assert workflow["permissions"]["pull-requests"] == "write"


def test_what_a_pull_request_could_have_written_is_not_believed_unless_asked(action: dict):
    (cache,) = [step for step in action["runs"]["steps"] if "cache" in step.get("uses", "")]
    assert (cache["if"], action["inputs"]["cache"]["default"]) == ("inputs.cache == 'true'", "false")


@pytest.fixture
def platform() -> Iterator[dict[str, Any]]:
    """A pull request's comments as GitHub's API keeps them: `comments` by id, `asked` in order, `url` where."""
    state: dict[str, Any] = {"comments": {}, "asked": [], "refuse": False}

    class Answering(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            state["asked"].append((self.command, path))
            comments = state["comments"]
            number = int(path.rpartition("/")[2]) if path.rpartition("/")[2].isdigit() else 0
            if state["refuse"]:
                self.send_error(403)
                return
            told: object = None
            if self.command == "GET":
                page = int(self.path.rpartition("page=")[2]) - 1
                told = [{"id": n, **one} for n, one in comments.items()][page * 100 : page * 100 + 100]
            elif self.command == "POST":
                comments[max(comments, default=0) + 1] = {"user": {"login": BOT}, **json.loads(body)}
            elif self.command == "PATCH":
                comments[number] |= json.loads(body)
            elif self.command == "DELETE":
                del comments[number]
            data = b"" if told is None else json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - what http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    state["url"] = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


BOT = "github-actions[bot]"


@pytest.fixture
def comments(root: Path, shell, tmp_path: Path, platform: Mapping[str, Any]) -> Callable[..., str]:
    """`comments("text")`: what the action's last step says when the gate wrote this."""

    def comment(text: str, **environ: str) -> str:
        (tmp_path / "comment.md").write_text(text, "utf-8")
        usual = {"GITHUB_API_URL": platform["url"], "GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "7", "TOKEN": "t"}
        line = f"{sys.executable} -I {root}/.ci/comment {tmp_path}/comment.md"
        done = shell(line, tmp_path, **(usual | environ))
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return comment


MARKED = "<!-- plumbrule -->"


def test_one_comment_is_written_kept_up_to_date_and_taken_back(comments: Callable, platform: dict):
    others = {n: {"user": {"login": "ada"}, "body": f"{MARKED} I am no bot {n}"} for n in range(1, 130)}
    platform["comments"].update(others)
    comments(f"{MARKED}\nfailed")
    comments(f"{MARKED}\nfailed again")
    assert {n: one["body"] for n, one in platform["comments"].items() if n not in others} == {
        130: f"{MARKED}\nfailed again"
    }
    assert "taken back" in comments("")
    assert platform["comments"] == others
    assert "nothing to say" in comments("")


def test_a_comment_that_may_not_be_written_is_no_verdict(comments: Callable, platform: dict):
    platform["refuse"] = True
    assert "pull-requests: write" in comments(f"{MARKED}\nfailed")
    assert "403" in comments("")


@pytest.mark.parametrize("number", ["", "7/../../x", "$(touch x)", "0"])
def test_without_a_number_of_a_pull_request_nothing_is_asked(comments: Callable, platform: dict, number: str):
    assert "no pull request" in comments("text", PULL_REQUEST=number)
    assert platform["asked"] == []


@pytest.mark.parametrize(("change", "silent"), [(HARMLESS, True), (CYCLE, False)])
def test_what_is_to_be_commented_is_empty_when_all_is_well(
    root: Path, installed: Path, shell, proposed, tmp_path: Path, change: dict[str, str], silent: bool
):
    file = tmp_path / "comment.md"
    environ = {"PLUMBRULE": str(installed / "plumbrule"), "BASE_BRANCH": "main", "COMMENT": str(file)}
    done = shell(f"'{root}/.ci/gate'", proposed(change), **environ)
    assert done.returncode == (0 if silent else 1)
    text = file.read_text("utf-8")
    assert text == "" if silent else text.startswith(MARKED)


def test_the_action_treats_a_hostile_branch_as_a_name(root: Path, installed: Path, shell, proposed, tmp_path: Path):
    mark = tmp_path / "mark"
    done = shell(
        f"'{root}/.ci/gate'", proposed(HARMLESS), PLUMBRULE=str(installed / "plumbrule"), BASE=f"$(touch {mark})"
    )
    assert done.returncode == 2
    assert not mark.exists()


def test_this_repository_is_scanned_as_a_tarball_too(root: Path, installed: Path, shell, tmp_path: Path):
    """The script lies in the checkout that it scans; without .git it says what is missing, and scans all the same."""
    tarball = tmp_path / "plumbrule-1.0"
    (tarball / ".ci").mkdir(parents=True)
    shutil.copy(root / ".ci" / "scan-this-repository", tarball / ".ci")
    (tarball / "a.py").write_text("import b\n", "utf-8")
    (tarball / "b.py").write_text("x = 1\n", "utf-8")
    # Somebody unpacked it inside a repository of theirs.
    assert shell("git init --quiet .", tmp_path).returncode == 0
    done = shell(f".ci/scan-this-repository {installed}/plumbrule", tarball)
    assert done.returncode == 0, done.stderr
    assert "history is missing" in done.stderr
    asked = shell("plumbrule query 'SELECT path FROM file ORDER BY path' --format csv --store .plumbrule", tarball)
    assert asked.stdout.split()[1:] == ["a.py", "b.py"]
    again = shell(f".ci/scan-this-repository {installed}/plumbrule", tarball)
    assert "1 snapshot, nothing new" in again.stdout


def test_a_shallow_clone_of_this_repository_is_scanned_and_told_so(
    root: Path, installed: Path, shell, make_repo, tmp_path: Path
):
    origin = make_repo(CLEAN, name="origin")
    (origin.path / ".ci").mkdir()
    shutil.copy(root / ".ci" / "scan-this-repository", origin.path / ".ci")
    origin.commit(HARMLESS, "next")
    shallow = tmp_path / "shallow"
    origin.git("clone", "--quiet", "--depth=1", f"file://{origin.path}", shallow)
    done = shell(f".ci/scan-this-repository {installed}/plumbrule", shallow)
    assert done.returncode == 0, done.stderr
    assert "git fetch --unshallow" in done.stderr
