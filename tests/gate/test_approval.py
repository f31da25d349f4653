"""A loosening passes with the proof of an owner that the base names, and with nothing less."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ADA, BOB = "ada@example.org", "bob@example.org"
GOVERNED = """\
[governance]
owners = ["ada@example.org", "@grace", "@shop/architects"]
allowed_signers = "allowed_signers"

[rules.oversized-file]
severity = "error"
"""
LOOSER = GOVERNED.replace('severity = "error"', 'severity = "warning"')
LOOSEST = GOVERNED.replace('severity = "error"', 'severity = "off"')
WHO = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in (("NAME", "B"), ("EMAIL", BOB))}
SUBJECT = "severity oversized-file"


@pytest.fixture(scope="session")
def ssh_keygen() -> str:
    """Where it lies; installed if that can be, as the browser is."""
    find = Path(__file__).parents[2] / ".ci" / "find-ssh-keygen"
    done = subprocess.run([find], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def keys(ssh_keygen: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A key of Ada, who is an owner, and one of Bob, who is not."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for person in (ADA, BOB):
        made[person] = folder / person.partition("@")[0]
        subprocess.run([ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", made[person]], check=True)
    return made


@pytest.fixture
def public(keys: Mapping[str, Path]) -> Callable[[str], str]:
    """The line that `allowed_signers` has for a person: `public(ADA)`."""
    return lambda person: keys[person].with_suffix(".pub").read_text("utf-8").strip()


@pytest.fixture
def sign(keys: Mapping[str, Path]) -> Callable[..., str]:
    """`sign(repo, ADA, {...}, "message")`: a commit that this person signs."""

    def commit(repo: Any, person: str, files: Mapping[str, str | None] | None = None, message: str = "a change") -> str:
        repo.git("config", "gpg.format", "ssh")
        repo.git("config", "user.signingkey", str(keys[person]))
        repo.git("config", "commit.gpgsign", "true")
        made: str = repo.commit(files or {}, message)
        repo.git("config", "commit.gpgsign", "false")
        return made

    return commit


@pytest.fixture
def governed(shop: Callable, public: Callable) -> Callable:
    """A shop whose policy names its owners and their keys, standing on the branch `topic`."""

    def make(policy: str = GOVERNED, signers: str = "") -> Any:
        return shop({"plumbrule.toml": policy, "allowed_signers": signers or f"{ADA} {public(ADA)}\n"})

    return make


@pytest.fixture
def reviewed(tmp_path: Path) -> Callable[..., str]:
    """A file of approvals with one review of this commit, and what is given otherwise."""

    def write(head: str, *more: Mapping[str, object], author: str = "bob", **given: object) -> str:
        review = {"reviewer": "grace", "state": "APPROVED", "commit": head, "submitted_at": "2024-05-01T12:00:00Z"}
        content = {
            "schema": "plumbrule/approvals/1", "platform": "github", "repository": "shop/orders", "change": "17",
            "author": author, "head": head, "reviews": [review | given, *more],
        }  # fmt: skip
        file = tmp_path / "approvals.json"
        file.write_text(json.dumps(content), "utf-8")
        return str(file)

    return write


def missing(report: Mapping[str, Any]) -> str:
    """Why there is no approval, as the report says."""
    return next(reason for reason in report["reasons"] if "approv" in reason)


def trailer(report: Mapping[str, Any]) -> str:
    """The line that a signed commit must have, as the report says."""
    return missing(report).partition("--trailer '")[2].partition("'")[0]


# -- signed commits


def test_an_owner_who_signs_the_edit_has_approved_it(governed: Callable, judged: Callable, found: Callable, sign: Any):
    repo = governed()
    commit = sign(repo, ADA, {"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert (code, found(report, "new"), found(report, "waived")) == (0, [], [SUBJECT])
    assert missing(report) == (
        f"1 loosening of what governs is approved by ada@example.org (signed commit {commit[:12]})"
    )
    assert "Approved by ada@example.org" in report["findings"][0]["message"]


def test_without_a_signature_the_gate_stays_red_and_says_how_an_owner_approves(governed: Callable, judged: Callable):
    repo = governed()
    commit = repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert code == 1
    assert f"lacks the approval of an owner: commit {commit[:12]} is not signed\nada@example.org" in missing(report)
    assert trailer(report).startswith("Approves-policy: ")


def test_an_owner_approves_what_others_wrote_by_naming_it_in_a_signed_commit(
    governed: Callable, judged: Callable, sign: Any
):
    repo = governed()
    repo.commit({"plumbrule.toml": LOOSER})
    _, report = judged(repo)
    sign(repo, ADA, {}, f"Approve the policy\n\n{trailer(report)}")
    assert judged(repo)[0] == 0
    repo.commit({"shop/other.py": "x = 1\n"})
    assert judged(repo)[0] == 0


def test_a_signature_on_top_that_names_nothing_approves_nothing(governed: Callable, judged: Callable, sign: Any):
    """Whoever signs all their commits must not approve a policy by mending a typo beside it."""
    repo = governed()
    repo.commit({"plumbrule.toml": LOOSER})
    sign(repo, ADA, {"shop/other.py": "x = 1\n"})
    assert judged(repo)[0] == 1


@pytest.mark.parametrize("signed", [False, True])
def test_a_later_commit_that_loosens_more_is_not_covered(governed: Callable, judged: Callable, sign: Any, signed: bool):
    repo = governed()
    if signed:
        sign(repo, ADA, {"plumbrule.toml": LOOSER})
    else:
        repo.commit({"plumbrule.toml": LOOSER})
        sign(repo, ADA, {}, f"Approve\n\n{trailer(judged(repo)[1])}")
    assert judged(repo)[0] == 0
    repo.commit({"plumbrule.toml": LOOSEST})
    assert judged(repo)[0] == 1


def test_an_old_approval_does_not_count_once_the_policy_of_the_base_has_moved_on(
    governed: Callable, judged: Callable, sign: Any
):
    repo = governed()
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    repo.switch("main")
    repo.commit({"plumbrule.toml": GOVERNED + "\n[rules.dependency-cycle]\nmin_members = 2\n"})
    repo.switch("topic")
    code, report = judged(repo)
    assert code == 1
    assert "was signed before what governs the base changed" in missing(report)


def test_code_that_follows_to_where_less_is_judged_is_not_covered(governed: Callable, judged: Callable, sign: Any):
    repo = governed()
    sign(repo, ADA, {"plumbrule.toml": 'exclude = ["shop/**"]\n' + GOVERNED})
    repo.commit({"shop/more.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 1
    assert "shop/more.py came after" in missing(report)


def test_merging_the_base_in_needs_no_new_signature(governed: Callable, judged: Callable, sign: Any):
    repo = governed()
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    repo.switch("main")
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("topic")
    repo.merge("main")
    assert judged(repo)[0] == 0


def test_a_merge_that_keeps_an_old_policy_against_the_base_is_an_edit_that_must_be_signed(
    governed: Callable, judged: Callable
):
    repo = governed(LOOSER)
    repo.switch("main")
    repo.commit({"plumbrule.toml": GOVERNED})
    repo.switch("topic")
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.git("merge", "--quiet", "--strategy=ours", "--no-edit", "main", environ=WHO)
    code, report = judged(repo)
    assert (code, [f["subject"] for f in report["findings"] if f["state"] == "new"]) == (1, [SUBJECT])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"{BOB} {{bob}}", "a key of somebody who is no owner"),
        ("*@example.org {ada}", "a pattern names nobody"),
        (f'{ADA} valid-before="20240601" {{ada}}', "the key has run out"),
        (f'{ADA} valid-after="20240701" {{ada}}', "the key does not count yet"),
        (f'{ADA} namespaces="file" {{ada}}', "the key signs files, not commits"),
        ("Ada@example.org {ada}", "another spelling is another name"),
        (f"# {ADA} {{ada}}", "a comment"),
        (f"{ADA} {{bob}}", "another key"),
        ("\n", "nobody"),
    ],
)
def test_only_a_key_that_the_base_gives_to_an_owner_counts(
    governed: Callable, judged: Callable, sign: Any, public: Callable, line: str, why: str
):
    repo = governed(signers=line.format(ada=public(ADA), bob=public(BOB)) + "\n")
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    assert judged(repo)[0] == 1, why


def test_the_signature_of_another_person_is_none(governed: Callable, judged: Callable, sign: Any):
    repo = governed()
    sign(repo, BOB, {"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert code == 1
    assert "is signed, but with no key that counts for an owner at the base" in missing(report)


def test_signers_and_owners_that_the_change_brings_approve_nothing_and_are_loosenings_themselves(
    governed: Callable, judged: Callable, found: Callable, sign: Any, public: Callable
):
    repo = governed()
    brought = {
        "plumbrule.toml": LOOSER.replace('owners = ["ada@', 'owners = ["bob@example.org", "ada@'),
        "allowed_signers": f"{ADA} {public(ADA)}\n{BOB} {public(BOB)}\n",
    }
    sign(repo, BOB, brought)
    code, report = judged(repo)
    assert code == 1
    assert {"owner bob@example.org", "signers allowed_signers", SUBJECT} <= set(found(report, "new", "policy-loosened"))


def test_keys_alone_cannot_be_added_by_who_is_no_owner(
    governed: Callable, judged: Callable, found: Callable, public: Any
):
    repo = governed()
    repo.commit({"allowed_signers": f"{ADA} {public(ADA)}\n{ADA} {public(BOB)}\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "policy-loosened")) == (1, ["signers allowed_signers"])
    repo.commit({"allowed_signers": "# nobody any more\n"})
    assert judged(repo)[0] == 0


@pytest.mark.parametrize("linked", [True, False])
def test_signers_that_are_no_plain_file_name_nobody(
    governed: Callable, judged: Callable, sign: Any, tmp_path: Path, public: Callable, linked: bool
):
    repo = governed()
    repo.switch("main")
    elsewhere = tmp_path / "signers"
    elsewhere.write_text(f"{ADA} {public(ADA)}\n", "utf-8")
    (repo.path / "allowed_signers").unlink()
    if linked:
        (repo.path / "allowed_signers").symlink_to(elsewhere)
    repo.commit()
    repo.git("branch", "--force", "topic")
    repo.switch("topic")
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert code == 1
    assert "allowed_signers at the base holds no key of theirs" in missing(report) or "review" in missing(report)


def test_programs_that_a_repository_or_an_environment_names_are_not_run(
    governed: Callable, judged: Callable, sign: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    repo = governed()
    sign(repo, BOB, {"plumbrule.toml": LOOSER})
    bait = tmp_path / "bin"
    bait.mkdir()
    trace = tmp_path / "was run"
    for name in ("ssh-keygen", "gpg", "yes"):
        (bait / name).write_text(f"#!/bin/sh\ntouch '{trace}'\nexit 0\n", "utf-8")
        (bait / name).chmod(0o755)
    for key in ("gpg.ssh.program", "gpg.program", "gpg.ssh.defaultKeyCommand"):
        repo.git("config", key, str(bait / "yes"))
    repo.git("config", "gpg.ssh.allowedSignersFile", str(bait / "yes"))
    monkeypatch.setenv("PATH", f"{bait}:/usr/bin:/bin")
    assert judged(repo)[0] == 1
    assert not trace.exists()


def test_a_signature_over_another_tree_proves_nothing(governed: Callable, judged: Callable, sign: Any):
    repo = governed()
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    signed = repo.git("cat-file", "commit", "HEAD")
    repo.commit({"plumbrule.toml": LOOSEST})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    forged = f"tree {tree}\n{signed.partition(chr(10))[2]}\n"
    made = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged.encode())
    repo.git("reset", "--quiet", "--hard", made)
    code, report = judged(repo)
    assert code == 1
    assert "with no key that counts" in missing(report)


def test_an_object_that_lies_about_its_name_is_not_believed(governed: Callable, judged: Callable, sign: Any):
    """Git compares an object with its name when it fetches it, not whenever it reads it."""
    repo = governed()
    unsigned = repo.commit({"plumbrule.toml": LOOSER})
    repo.git("switch", "--quiet", "--create", "other", "main")
    signed = sign(repo, ADA, {"plumbrule.toml": LOOSER})
    repo.switch("topic")
    objects = repo.path / ".git" / "objects"
    there = objects / unsigned[:2] / unsigned[2:]
    there.chmod(0o644)
    there.write_bytes((objects / signed[:2] / signed[2:]).read_bytes())
    code, _ = judged(repo)
    assert code != 0


def test_a_signature_of_another_kind_is_said_to_be_unsupported(governed: Callable, judged: Callable):
    repo = governed()
    repo.commit({"plumbrule.toml": LOOSER})
    plain = repo.git("cat-file", "commit", "HEAD")
    head, _, message = plain.partition("\n\n")
    gpg = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----"
    made = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=f"{head}\n{gpg}\n\n{message}\n".encode())
    repo.git("reset", "--quiet", "--hard", made)
    code, report = judged(repo)
    assert code == 1
    assert "is signed in another way than SSH, which is not supported" in missing(report)


def test_an_approval_of_another_line_of_work_does_not_come_along(governed: Callable, judged: Callable, sign: Any):
    """Cherry-picked, it is a commit that nobody has signed."""
    repo = governed()
    repo.branch("elsewhere", "main")
    signed = sign(repo, ADA, {"plumbrule.toml": LOOSER})
    repo.switch("topic")
    repo.git("cherry-pick", "--no-gpg-sign", "--allow-empty", "--no-commit", signed)
    repo.commit({})
    assert judged(repo)[0] == 1


def test_a_base_without_owners_says_that_only_a_person_at_the_platform_can_answer(
    shop: Callable, judged: Callable, sign: Any, public: Callable
):
    policy = '[rules.oversized-file]\nseverity = "error"\n'
    repo = shop({"plumbrule.toml": policy})
    sign(repo, ADA, {"plumbrule.toml": LOOSER, "allowed_signers": f"{ADA} {public(ADA)}\n"})
    code, report = judged(repo)
    assert code == 1
    assert "the policy at the base names no owners" in missing(report)


def test_a_work_tree_cannot_have_been_approved(governed: Callable, judged: Callable):
    repo = governed()
    repo.write({"plumbrule.toml": LOOSER})
    code, report = judged(repo, "--head", "worktree")
    assert code == 1
    assert "an approval is of a commit" in missing(report)


def test_commits_of_sha256_are_verified_too(make_repo: Callable, judged: Callable, sign: Any, public: Callable):
    first = {"plumbrule.toml": GOVERNED, "allowed_signers": f"{ADA} {public(ADA)}\n", "a.py": "x = 1\n"}
    repo = make_repo(first, object_format="sha256")
    repo.branch("topic")
    sign(repo, ADA, {"plumbrule.toml": LOOSER})
    assert judged(repo)[0] == 0


# -- reviews


def test_a_review_of_the_head_by_an_owner_approves(governed: Callable, judged: Callable, reviewed: Callable):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo, "--approvals", reviewed(head))
    assert code == 0
    assert missing(report).endswith(f"is approved by @grace (review of {head[:12]} on github)")


def test_a_member_of_a_team_that_is_an_owner_approves(governed: Callable, judged: Callable, reviewed: Callable):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    file = reviewed(head, reviewer="lin", teams=["Shop/Architects"])
    assert judged(repo, "--approvals", file)[0] == 0


def test_a_review_of_what_the_platform_merged_for_the_judgement_counts(
    governed: Callable, judged: Callable, reviewed: Callable
):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    repo.switch("main")
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.git("switch", "--quiet", "--detach", "main")
    repo.merge("topic")
    assert judged(repo, "--approvals", reviewed(head))[0] == 0
    repo.git("reset", "--quiet", "--hard", "main")
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "topic", environ=WHO)
    repo.commit({"plumbrule.toml": LOOSEST}, "merged, and more")
    assert judged(repo, "--approvals", reviewed(head))[0] == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reviewer": "lin"}, "is by nobody whom the base names an owner"),
        ({"reviewer": "lin", "teams": ["shop/other"]}, "is by nobody whom the base names an owner"),
        ({"state": "CHANGES_REQUESTED"}, "says changes requested"),
        ({"state": "DISMISSED"}, "says dismissed"),
        ({"state": "COMMENTED"}, "no review"),
        ({"author": "Grace"}, "is of a change of their own"),
        ({"commit": "a" * 40}, "is of commit aaaaaaaaaaaa, and not of"),
    ],
)
def test_a_review_that_proves_nothing_is_named(
    governed: Callable, judged: Callable, reviewed: Callable, given: dict[str, Any], words: str
):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo, "--approvals", reviewed(head, **given))
    assert code == 1
    assert words in missing(report) or "is not signed" in missing(report)
    assert given.get("state") == "COMMENTED" or words in missing(report)


def test_a_file_of_approvals_cannot_be_used_again_after_a_push(
    governed: Callable, judged: Callable, reviewed: Callable
):
    repo = governed()
    file = reviewed(repo.commit({"plumbrule.toml": LOOSER}))
    assert judged(repo, "--approvals", file)[0] == 0
    repo.commit({"shop/other.py": "x = 1\n"})
    assert judged(repo, "--approvals", file)[0] == 1


def test_the_last_word_of_a_reviewer_counts(governed: Callable, judged: Callable, reviewed: Callable):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    later = {"reviewer": "Grace", "state": "dismissed", "commit": head, "submitted_at": "2024-05-01T14:00:00+02:00"}
    assert judged(repo, "--approvals", reviewed(head, later))[0] == 1
    noted = {"reviewer": "grace", "state": "commented", "commit": head, "submitted_at": "2024-05-02T12:00:00Z"}
    assert judged(repo, "--approvals", reviewed(head, noted))[0] == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reviewer": "gr\u0430ce"}, r"review 1: `reviewer` cannot be 'gr\u0430ce'"),
        ({"reviewer": "grace\u200b"}, r"`reviewer` cannot be 'grace\u200b'"),
        ({"teams": ["shop/\u0430rchitects"]}, "`teams` must be a list of names"),
        ({"state": "Approved!"}, "the state 'approved!' is not one of approved, changes_requested"),
        ({"commit": "HEAD"}, "`commit` cannot be 'HEAD'"),
        ({"submitted_at": "2024-05-01T12:00:00"}, "must be a moment with its zone"),
        ({"submitted_at": 5}, "review 1 has no text `submitted_at`"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_no_verdict(
    governed: Callable, judged: Callable, reviewed: Callable, given: dict[str, Any], words: str
):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo, "--approvals", reviewed(head, **given))
    assert code == 2
    assert words in report["reasons"][0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "plumbrule/approvals/2"}', "\xff", "null"])
def test_what_is_no_file_of_approvals_is_no_verdict(governed: Callable, judged: Callable, tmp_path: Path, text: str):
    repo = governed()
    repo.commit({"plumbrule.toml": LOOSER})
    file = tmp_path / "some.json"
    file.write_bytes(text.encode("latin-1"))
    code, report = judged(repo, "--approvals", str(file))
    assert code == 2
    assert "is no file of approvals (plumbrule/approvals/1)" in report["reasons"][0]
    assert judged(repo, "--approvals", str(tmp_path / "none.json"))[0] == 2


@pytest.mark.parametrize("way", ["plain", "link out of it", "link into it", "git folder"])
def test_a_file_that_the_change_could_have_brought_is_refused(
    governed: Callable, judged: Callable, reviewed: Callable, tmp_path: Path, way: str
):
    repo = governed()
    head = repo.commit({"plumbrule.toml": LOOSER})
    outside = Path(reviewed(head))
    inside = repo.path / (".git/a.json" if way == "git folder" else "a.json")
    if way == "link out of it":
        inside.symlink_to(outside)
    else:
        inside.write_bytes(outside.read_bytes())
    given = inside
    if way == "link into it":
        given = tmp_path / "link.json"
        given.symlink_to(inside)
    code, report = judged(repo, "--approvals", str(given))
    assert code == 2
    assert "the change itself could have brought it" in report["reasons"][0]


# -- what a policy may say


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('owners = ["\u0430da@example.org"]', "is no owner"),
        ('owners = ["*@example.org"]', "is no owner"),
        ('owners = [""]', "'' is no owner"),
        ('owners = ["ada, bob"]', "is no owner"),
        ('owners = "ada@example.org"', "`owners` must be a list of texts"),
        ('allowed_signers = "../signers"', "is no file below the policy's folder"),
        ('allowed_signers = "/etc/signers"', "is no file below the policy's folder"),
        ("waiver_days = 0", "must be whole days from 1 to"),
        ("waiver_days = true", "must be whole days from 1 to"),
        ("approvers = []", "unknown key 'approvers'"),
    ],
)
def test_a_governance_table_that_means_nothing_is_refused(table: str, words: str):
    from plumbrule.errors import SettingsError
    from plumbrule.policy import read_policy

    with pytest.raises(SettingsError, match=r"plumbrule\.toml:2: ") as refused:
        read_policy(f"[governance]\n{table}\n", "plumbrule.toml")
    assert words in str(refused.value)


def test_the_list_of_waivers_names_the_owner_who_proved_to_have_approved_one(
    governed: Callable, plumbrule: Callable, sign: Any
):
    waiver = """
[[waiver]]
rule = "dependency-cycle"
subject = "{subject}"
reason = "goes with the old checkout"
owner = "@shop"
expires = 2024-06-20
"""
    repo = governed()
    commit = sign(repo, ADA, {"plumbrule.toml": GOVERNED + waiver.format(subject="a.py -> b.py")})
    repo.switch("main")
    repo.merge("topic")
    both = GOVERNED + waiver.format(subject="a.py -> b.py") + waiver.format(subject="b.py -> c.py")
    repo.commit({"plumbrule.toml": both})
    told = json.loads(plumbrule(repo.path, "waivers", "--quiet", "--format", "json").out)["waivers"]
    assert [one["approver"] for one in told] == [f"{ADA} (signed commit {commit[:12]})", ""]


def test_an_owner_by_codeowners_approves_with_a_signed_commit(shop, judged, sign, public):
    policy = GOVERNED.replace('["ada@example.org", "@grace", "@shop/architects"]', '"CODEOWNERS"')
    files = {"plumbrule.toml": policy, "allowed_signers": f"{ADA} {public(ADA)}\n", "CODEOWNERS": f"* {ADA}\n"}
    repo = shop(files)
    sign(repo, ADA, {"plumbrule.toml": policy.replace('severity = "error"', 'severity = "warning"')})
    code, report = judged(repo)
    assert code == 0, report["reasons"]
