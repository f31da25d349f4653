-- The public views. Each is one SELECT over logical tables (`$file`): the newest snapshot's rows in the view NAME, any
-- snapshot's rows in the macro NAME_at, one side of a change in rule SQL. Tables that are not named here (those of the
-- measures among them) are public views as they are. A line `--   column: text` documents a column that no table has.
-- Names inside must not clash with `wanted`, the parameter of the macros. Order is added by the caller.

-- view: repo
-- A repository of this store.
--   repo: its name in the store
--   root: where it was scanned
--   head: commit of its newest snapshot
--   main_line: the ref whose first parents are its history
--   snapshots: snapshots on its main line
SELECT r.repo, r.root, r.head, r.main_line,
    (SELECT count(*) FROM $snapshots AS s WHERE s.repo = r.repo AND s.kind = 'main') AS snapshots
FROM $repos AS r;

-- view: snapshot
-- One commit of one repository, or its work tree, analysed. Those beside the main line have no position.
--   snapshot: "<repo>@<first 12 of the commit>", "<repo>@worktree"; the argument of every NAME_at
--   repo: repository, by its name in the store
--   position: first-parent distance from the root
--   commit: full id
--   parent: first parent
--   committed_at: UTC
--   batch: the piece of work it belongs to
--   agent: who made it, as far as known: whom an orchestrator named for this commit, else the agent of its batch
--   files: files of a known language
--   parsed: of which were analysed
--   skipped: of which were not
--   imports: imported names looked up inside the repository
--   resolved: of which a file was found
--   kind: main, branch, worktree, or former (on a main line that was rewritten)
--   ref: the branch, for kind branch
--   base_position: position on its line that it stands on; beside the main line, where it parted from it
--   not_measured: measures without a result here, joined by a comma
--   subject: first line of the commit's message, the first 200 characters of it
--   author: name of the commit's author as they wrote it, no e-mail address
SELECT s.snapshot, s.repo, CASE WHEN s.kind = 'main' THEN s.base_position END AS position, s.commit, s.parent,
    make_timestamp(s.committed_at * 1000000) AS committed_at, s.batch, coalesce(nullif(s.agent, ''), b.agent, '') AS agent, s.files,
    s.parsed, s.skipped, s.imports, s.resolved, s.kind, s.ref, s.base_position, s.not_measured, s.subject, s.author
FROM $snapshots AS s LEFT JOIN $batches AS b ON b.repo = s.repo AND b.batch = s.batch;

-- view: batch
-- The commits of one piece of work. What an orchestrator gave one id is one batch, whichever scans read its commits and
-- whatever others lie between.
--   batch: its id
--   repo: repository, by its name in the store
--   agent: who made it, as far as known; the surest of `agents`, among equally sure ones that of most commits
--   channel: how we know
--   confidence: how sure, 0 to 1
--   first_at: UTC
--   last_at: UTC
--   first_commit: full id
--   last_commit: full id
--   agents: all who left a sign in it, coding agents first, then the surest
SELECT b.batch, b.repo, b.agent, b.channel, b.confidence, b.first_commit, b.last_commit,
    make_timestamp(b.first_at * 1000000) AS first_at, make_timestamp(b.last_at * 1000000) AS last_at, coalesce(b.agents, []) AS agents
FROM $batches AS b;

-- view: agent
-- An agent of a repository, by one channel through which it is known. Always "at least": signs are stripped, and lost when
-- commits are squashed. The channel configuration says what the repository is prepared for, as of the last scan, and nothing
-- of any one commit, so no batch is put down to it.
--   repo: repository, by its name in the store
--   agent: its name; any = whichever reads AGENTS.md
--   channel: explicit, identity, trailer, branch or configuration
--   confidence: how sure at most, 0 to 1
--   batches: put down to it by this channel
SELECT b.repo, b.agent, b.channel, max(b.confidence) AS confidence, count(*) AS batches
FROM $batches AS b WHERE b.agent <> '' GROUP BY b.repo, b.agent, b.channel
UNION ALL
SELECT c.repo, c.agent, c.channel, c.confidence, 0 FROM $configured AS c;

-- view: trend
-- A count at a snapshot of the main line. Most say what stands there. `new`, `fixed`, `of_change` and `contract_breaks`, and
-- `of_change` by rule and severity, say what the commits since the judgement before did: they are summed over time, so that
-- findings before + new - fixed = findings after, as long as no waiver ended, every rule gave an answer and the line was not
-- rewritten.
--   repo: repository, by its name in the store
--   snapshot: see snapshot
--   position: of the snapshot
--   committed_at: of the snapshot, UTC
--   name: what was counted
--   value: the count
SELECT t.repo, t.snapshot, s.base_position AS position, make_timestamp(s.committed_at * 1000000) AS committed_at,
    t.name, t.value
FROM $trends AS t JOIN $snapshots AS s USING (snapshot)
WHERE s.kind = 'main';

-- view: evidence
-- A rule that gave an answer at a judged snapshot of the main line, and what it found there; not one to which the policy
-- gave nothing to look at, as a contract that it does not state. When the policy or the program changes, history is judged anew, and so is this.
--   repo: repository, by its name in the store
--   snapshot: see snapshot
--   position: of the snapshot
--   committed_at: of the snapshot, UTC
--   rule: its id
--   severity: the highest one that the policy gave it for any file
--   standing: findings that stood there
--   waived: findings that were waived there
SELECT e.repo, e.snapshot, s.base_position AS position, make_timestamp(s.committed_at * 1000000) AS committed_at,
    e.rule, e.severity, e.standing, e.waived
FROM $evidenced AS e JOIN $snapshots AS s USING (snapshot)
WHERE s.kind = 'main';

-- view: unit
-- A commit of the main line that changed product code, as a unit of work: how far it stands out from those before it, as the
-- model said that was the newest when it came.
--   repo: repository, by its name in the store
--   snapshot: see snapshot
--   position: of the snapshot
--   committed_at: of the snapshot, UTC
--   number: units of this main line that were read before it
--   model: the model that judged it, see model; NULL if there was none
--   score: sum of the three highest tail scores
--   p: conformal p-value; 1 where there was no model
--   alert: p is at most 0.05
--   q: p adjusted by Benjamini and Hochberg among all units of all repositories in the same week: of those told at q up to 0.1 at most a tenth are expected to be usual
--   cleaning: the same score of what it mends; it never alerts
--   note: why there is no judgement; empty if there is one
SELECT u.repo, u.snapshot, s.base_position AS position, make_timestamp(s.committed_at * 1000000) AS committed_at,
    u.number, u.model, u.score, u.p, u.alert, CASE WHEN u.note = '' THEN min(u.tried) OVER (
        PARTITION BY u.week, u.note = '' ORDER BY u.p DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) END AS q,
    u.cleaning, u.note
FROM (SELECT i.*, w.week, least(1.0, i.p * count(*) OVER (PARTITION BY w.week, i.note = '')
        / count(*) OVER (PARTITION BY w.week, i.note = '' ORDER BY i.p)) AS tried
    FROM $units AS i JOIN (SELECT snapshot, date_trunc('week', make_timestamp(committed_at * 1000000)) AS week
        FROM $snapshots WHERE kind = 'main') AS w USING (snapshot)) AS u
JOIN $snapshots AS s ON s.snapshot = u.snapshot;

-- view: unit_figure
-- A figure of a unit that is not 0, as models compare it: counts as sign(x) * ln(1 + |x|).
--   repo: repository, by its name in the store
--   snapshot: see snapshot
--   number: see unit
--   name: of the figure
--   value: of the figure
SELECT f.repo, f.snapshot, f.number, f.name, f.value
FROM (SELECT u.repo, u.snapshot, u.number, unnest(u.names) AS name, unnest(u.figures) AS value
    FROM $units AS u JOIN $snapshots AS s USING (snapshot) WHERE s.kind = 'main') AS f;

-- view: model
-- What was usual in a repository, fitted anew at every twentieth unit. It can be made again of the units that it names.
--   repo: repository, by its name in the store
--   model: units of this main line up to the newest that it was fitted on
--   snapshot: the first that it judged
--   first_unit: number of the oldest unit that it was fitted on
--   units: how many it was fitted on
--   threshold: score above which a unit is told
--   version: of the way in which models are fitted
--   judged: units that it judged
--   alerts: of which were told
--   realised: units told of 100 that this model and those before it judged, the newest 150 of them; 5 are meant
SELECT m.repo, m.model, m.snapshot, m.first_unit, m.units, m.threshold, m.version,
    (SELECT count(*) FROM $units AS u WHERE u.repo = m.repo AND u.model = m.model) AS judged,
    (SELECT count(*) FROM $units AS u WHERE u.repo = m.repo AND u.model = m.model AND u.alert) AS alerts,
    (SELECT round(100.0 * avg(u.alert::INTEGER), 1) FROM (FROM $units AS n
        WHERE n.repo = m.repo AND n.model <= m.model ORDER BY n.number DESC LIMIT 150) AS u) AS realised
FROM $models AS m JOIN $snapshots AS s ON s.snapshot = m.snapshot AND s.kind = 'main';

-- view: finding
-- A judged breach, as of the last judgement. Those that stand are `state IN ('new', 'known') AND NOT of_change`: they are
-- the count `findings` of the view `trend`.
--   first_agent: who made it, as far as known: whom an orchestrator named for its first commit, else the agent of its batch
--   first_at: UTC
SELECT f.finding, f.rule, f.severity, f.state, f.repo, f.subject, f.path, f.line, f.message, f.evidence, f.first_commit,
    f.first_batch, coalesce(nullif(s.agent, ''), b.agent, f.first_agent) AS first_agent,
    make_timestamp(f.first_at * 1000000) AS first_at, f.remedy, f.unaccepted, f.grouped_by, f.of_change,
    f.reason, f.alternatives, f.owner
FROM $finding AS f
LEFT JOIN $batches AS b ON b.repo = f.repo AND b.batch = f.first_batch
LEFT JOIN $snapshots AS s ON s.repo = f.repo AND s.commit = f.first_commit AND s.kind IN ('main', 'former');

-- view: file
-- A file of a known language.
--   component: the component it belongs to; empty = none
SELECT f.repo, f.path, f.language, f.blob, f.lines, coalesce(m.component, '') AS component, f.is_test, f.is_generated,
    f.code_lines, f.dialect, f.imports, f.resolved, f.doubtful, f.test_marks, f.is_vendored, f.private_folders
FROM $file AS f LEFT JOIN $membership AS m ON m.repo = f.repo AND m.path = f.path;

-- view: symbol
-- A definition: function, class, module-level variable and so on.
SELECT s.repo, s.path, s.symbol, s.kind, s.visibility, s.signature, s.line, s.end_line, s.exported, s.decorators,
    s.modifiers, s.exported_as
FROM $symbol AS s;

-- view: dependency
-- One file depends on another, by one kind, at one line. An import of a file of no known language that is there, a
-- stylesheet or JSON, counts as resolved and is no row here; of one that is not there it is a row of `unresolved`.
-- Each import statement has its row; of what a symbol of src uses, calls and so on again and again, the first line has.
--   dst_repo: the repository of dst; another one's for a dependency across repositories
SELECT d.repo, d.src, d.dst, d.repo AS dst_repo, d.kind, d.type_only, d.lazy, d.line, d.names, d.confidence,
    d.upward
FROM $dependency AS d
UNION ALL
SELECT l.repo, l.src, l.dst, l.dst_repo, CASE WHEN l.kind IN ('read', 'look') THEN 'uses' ELSE l.kind END AS way, false, false,
    l.line, string_agg(DISTINCT l.names, ', ' ORDER BY l.names), 1.0, false
FROM $link AS l
GROUP BY l.repo, l.src, l.dst, l.dst_repo, way, l.line;

-- view: use
-- One symbol used from another file.
--   dst_repo: the repository of dst; another one's for a use across repositories
SELECT u.repo, u.src, u.dst, u.repo AS dst_repo, u.symbol, u.kind, u.line, u.user, u.calls
FROM $use AS u
UNION ALL
SELECT l.repo, l.src, l.dst, l.dst_repo, l.symbol, l.kind, l.line, l.user, l.calls
FROM $link AS l;

-- view: fleet_duplicate
-- A function of one repository that another one of the store has too, or nearly, as both stand at their newest snapshot
-- when one of them was scanned last; in both directions, five of each at most. Found after the judgement: no rule reads it.
SELECT
    d.repo, d.path, d.symbol, d.line, d.twin_repo, d.twin_path, d.twin_symbol, d.twin_line, d.grade, d.likeness,
    d.calls_alike, d.tokens, d.statements, d.cognitive, d.keep, d.reason
FROM $fleet_duplicate AS d;

-- view: external_dependency
-- A name imported from outside the repository.
SELECT e.repo, e.src, e.package, e.line, e.module, e.name, e.type_only, e.standard, e.ecosystem
FROM $external_dependency AS e;

-- view: declared_dependency
-- A package that a manifest asks for, or that a lock file holds. Who publishes it is asked of every repository as it stands
-- at its newest snapshot, the own one first. What is private, and what lies in a folder of copies, tests or examples, is
-- found by its own repository alone. Packages are one if ecosystem and name are, without the version of Scala that names of
-- Maven's may end in: no version is compared.
--   repo: repository, by its name in the store
--   path: the manifest or lock file
--   dst_repo: the repository of the store that publishes this package; empty = none
--   dst: the manifest there that makes it; empty = none
WITH spelled AS (
    SELECT *, CASE WHEN ecosystem = 'maven' THEN regexp_replace(package, '(_(sjs|native)[0-9.]+)?_(2\.1[0-9](\.[0-9]+)?|3)(_[01]\.[0-9]+)?$', '') ELSE package END AS name
    FROM $package
), published AS (
    SELECT *, CASE WHEN ecosystem = 'maven' THEN regexp_replace(package, '(_(sjs|native)[0-9.]+)?_(2\.1[0-9](\.[0-9]+)?|3)(_[01]\.[0-9]+)?$', '') ELSE package END AS name
    FROM $published
    WHERE NOT private AND NOT regexp_matches(path, '(^|/)(node_modules|_?vendor(ed|s)?|third[-_]?party|3rdparty|external'
        || '|tests?|testdata|__tests__|testing|fixtures?|examples?|samples?|templates?|demos?)/', 'i')
), wanted AS (
    SELECT *, CASE WHEN ecosystem = 'maven' THEN regexp_replace(package, '(_(sjs|native)[0-9.]+)?_(2\.1[0-9](\.[0-9]+)?|3)(_[01]\.[0-9]+)?$', '') ELSE package END AS name
    FROM $declared_dependency
)
SELECT d.repo, d.path, d.ecosystem, d.package, d.wanted, d.locked, d.scope, d.line,
    coalesce(own.repo, same.repo, other.repo, '') AS dst_repo, coalesce(own.path, same.path, other.path, '') AS dst, d.inside
FROM wanted AS d
LEFT JOIN (
    SELECT p.repo, p.ecosystem, p.name, min_by(p.path, (length(p.path) - length(replace(p.path, '/', '')), p.path)) AS path
    FROM spelled AS p GROUP BY p.repo, p.ecosystem, p.name
) AS own ON own.repo = d.repo AND own.ecosystem = d.ecosystem AND own.name = d.name
LEFT JOIN (
    SELECT p.ecosystem, p.package, min_by(p.repo, (length(p.path) - length(replace(p.path, '/', '')), p.repo, p.path)) AS repo,
        min_by(p.path, (length(p.path) - length(replace(p.path, '/', '')), p.repo, p.path)) AS path
    FROM published AS p
    GROUP BY p.ecosystem, p.package
) AS same ON same.repo <> d.repo AND same.ecosystem = d.ecosystem AND same.package = d.package
LEFT JOIN (
    SELECT p.ecosystem, p.name, min_by(p.repo, (length(p.path) - length(replace(p.path, '/', '')), p.repo, p.path)) AS repo,
        min_by(p.path, (length(p.path) - length(replace(p.path, '/', '')), p.repo, p.path)) AS path
    FROM published AS p
    GROUP BY p.ecosystem, p.name
) AS other ON other.repo <> d.repo AND other.ecosystem = d.ecosystem AND other.name = d.name;

-- view: measure
-- Every number about a symbol or a file, one per row.
--   repo: repository, by its name in the store
--   level: symbol, file, component or repo
--   subject: the path, `path::symbol` for a symbol
--   name: what is measured
--   value: the number
SELECT f.repo, 'symbol' AS level, f.path || '::' || f.symbol AS subject, v.name, v.value
FROM $function AS f, LATERAL (VALUES
    ('cyclomatic', f.cyclomatic::DOUBLE), ('cognitive', f.cognitive::DOUBLE), ('nesting', f.nesting::DOUBLE),
    ('statements', f.statements::DOUBLE), ('code_lines', f.code_lines::DOUBLE), ('tokens', f.tokens::DOUBLE),
    ('interface_tokens', f.interface_tokens::DOUBLE), ('handlers', f.handlers::DOUBLE), ('raises', f.raises::DOUBLE)
) AS v (name, value)
UNION ALL
SELECT f.repo, 'file', f.path, v.name, v.value
FROM $file AS f, LATERAL (VALUES ('lines', f.lines::DOUBLE), ('code_lines', f.code_lines::DOUBLE)) AS v (name, value)
UNION ALL
SELECT d.repo, 'file', d.src, 'fan_out', count(DISTINCT d.dst)
FROM $dependency AS d WHERE d.kind = 'import' GROUP BY d.repo, d.src
UNION ALL
SELECT d.repo, 'file', d.dst, 'fan_in', count(DISTINCT d.src)
FROM $dependency AS d WHERE d.kind = 'import' GROUP BY d.repo, d.dst
UNION ALL
SELECT e.repo, e.level, e.subject, e.name, e.value
FROM $measure_extra AS e;
