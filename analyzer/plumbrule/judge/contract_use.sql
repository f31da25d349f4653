-- A use of something that the change took back or narrowed, by code that stands as it did: in another repository, in a file
-- that the change did not touch, or in a part of a touched file that it did not adapt: a call that passes what no longer goes
-- well was not, whatever else was changed around it. `certain` says that the use is wrong now:
-- a call by what it passes, where that is known, any other use whatever it does; otherwise some uses are, and nobody can tell.
WITH used AS MATERIALIZED (
    SELECT c.*, u.repo AS user_repo, u.src, u.line, u."user", u.kind AS way, u.calls,
        CASE
            WHEN u.kind <> 'call' AND c.change IN (
                'parameter-required', 'parameter-removed', 'async-changed', 'kind-changed') THEN false
            WHEN c.change = 'not-a-class' AND u.kind <> 'inherit' THEN false
            -- Who renders a component may be made to wait for it.
            WHEN c.change = 'async-changed' AND u.calls = '<' THEN false
            WHEN c.calls_now = '' OR u.kind <> 'call' OR u.calls IN ('', '?') THEN c.certain
            -- What is spread may fit; of the others it must be clear why they went well. A component is given one
            -- argument by the element that names it.
            ELSE regexp_full_match(trim(replace(u.calls, '<', '1'), '*|?'), c.calls_before)
                AND NOT regexp_full_match(trim(replace(u.calls, '<', '1'), '*|?'), c.calls_now)
        END AS certainly
    FROM now.contract_change c
    -- With a module all that was in it is gone. Of this repository's own files `lost_import` knows which still ask for it.
    JOIN before.use u ON u.dst_repo = c.repo AND u.dst = c.was_path
        AND (u.symbol = c.was_symbol OR (c.was_symbol = '' AND c.kind = 'module' AND u.repo <> c.repo))
    WHERE NOT (u.repo = c.repo AND u.src IN (c.path, c.was_path))
        -- Of a name that another file defines now, only those hear who meet that one; so it is with a type, which a file
        -- on the way to it may offer in its earlier form.
        AND (u.repo <> c.repo OR (c.path = c.was_path AND c.change <> 'type-parameter-required') OR EXISTS (
            SELECT 1 FROM now.use k
            WHERE k.repo = u.repo AND k.src = u.src AND k.dst = c.path
                AND split_part(k.symbol, '.', 1) = split_part(c.symbol, '.', 1)))
        -- An import alone relies on the name and on nothing else of it.
        AND NOT (u.kind = 'import' AND c.change NOT IN ('removed', 'moved', 'not-exported'))
        -- A call that passes nothing else than what still goes well is none of it.
        AND NOT (c.calls_now <> '' AND u.kind = 'call' AND u.calls <> '' AND regexp_full_match(replace(u.calls, '<', '1'), c.calls_now))
        -- How something is called, or a class is made, is nothing to those who only name it as a type or compare with it.
        AND NOT (u.kind IN ('type', 'look') AND c.kind IN ('class', 'function', 'method') AND (
            c.change LIKE 'parameter-%' OR c.change IN ('default-removed', 'overload-removed')))
        -- What stands between `<` and `>` is asked of those who name a type.
        AND NOT (c.change = 'type-parameter-required' AND u.kind NOT IN ('type', 'inherit'))
        -- Who only calls what was a class gets what it returns.
        AND NOT (c.change = 'not-a-class' AND u.kind = 'call')
        -- To an element a component is what it renders, be it a class or a function.
        AND NOT (u.kind = 'call' AND u.calls = '<' AND (
            c.change = 'base-removed' OR (c.change = 'kind-changed' AND c.detail = 'a class became a function')))
        -- A name as such: of this repository's own files `lost_import` knows which still ask for it and do not get it.
        AND (u.repo <> c.repo OR contains(c.symbol, '.') OR c.change NOT IN ('removed', 'moved', 'not-exported'))
),
-- What became of the function that uses something. Several may have its name: a property's getter and setter, or what is
-- defined under conditions. Then the one around the use counts, and where that is not seen, all of them do. A small
-- function has no hash, so nobody can tell.
standing AS MATERIALIZED (
    SELECT f.user_repo, f.src, f."user", f.line,
        coalesce(bool_and(f.is_as_it_was) FILTER (f.is_around), bool_and(f.is_as_it_was)) AS is_as_it_was,
        coalesce(bool_and(f.head_too) FILTER (f.is_around), bool_and(f.head_too)) AS head_too,
        coalesce(bool_and(f.forwards) FILTER (f.is_around), bool_and(f.forwards)) AS forwards,
        coalesce(min(f.lower) FILTER (f.is_around), min(f.lower)) AS lower
    FROM (
        SELECT u.user_repo, u.src, u."user", u.line, u.line BETWEEN bs.line AND bs.end_line AS is_around,
            nf.symbol IS NOT NULL AS is_as_it_was, coalesce(ns.signature = bs.signature, false) AS head_too,
            bf.forwards <> '' AS forwards, nf.line - bf.line AS lower
        FROM (SELECT DISTINCT user_repo, src, "user", line FROM used WHERE "user" <> '') u
        JOIN before.function bf ON bf.repo = u.user_repo AND bf.path = u.src AND bf.symbol = u."user"
        JOIN before.symbol bs ON bs.repo = bf.repo AND bs.path = bf.path AND bs.symbol = bf.symbol AND bs.line = bf.line
        LEFT JOIN now.function nf ON nf.repo = bf.repo AND nf.path = bf.path AND nf.symbol = bf.symbol
            AND nf.exact_hash = bf.exact_hash AND bf.exact_hash <> 0
        LEFT JOIN now.symbol ns ON ns.repo = nf.repo AND ns.path = nf.path AND ns.symbol = nf.symbol AND ns.line = nf.line
    ) f
    GROUP BY ALL
),
-- Calls that cannot go well and are there as they were, whatever became of the function around them: where they stand now.
-- One that passes something else than any did was written for what is there now: the place of an argument that is new may
-- have been another's.
again AS MATERIALIZED (
    SELECT u.user_repo, u.src, u."user", u.line, u.path, u.symbol, u.calls_before, u.calls_now, min(k.line) AS now_at
    FROM used u
    JOIN now.use k ON k.repo = u.user_repo AND k.src = u.src AND k.dst = u.path AND k.symbol = u.symbol
        AND k."user" = u."user" AND k.calls = u.calls
    WHERE u.certainly AND u.way = 'call' AND u.calls_now <> '' AND k.kind = 'call' AND k.calls NOT IN ('', '?')
        AND regexp_full_match(trim(replace(k.calls, '<', '1'), '*|?'), u.calls_before)
        AND NOT regexp_full_match(trim(replace(k.calls, '<', '1'), '*|?'), u.calls_now)
    GROUP BY ALL
)
SELECT u.repo, u.path, u.symbol, u.kind, u.change, u.detail,
    -- Who only hands a result on may be asked by those who wait for it.
    u.certainly AND NOT (u.change = 'async-changed' AND coalesce(f.forwards, false)) AS certain,
    u.user_repo, u.src,
    CASE WHEN u.user_repo <> u.repo OR n.blob = b.blob THEN u.line
         WHEN f.is_as_it_was THEN u.line + f.lower
         ELSE coalesce(a.now_at, u.line) END AS line,
    u."user"
FROM used u
LEFT JOIN before.file b ON b.repo = u.user_repo AND b.path = u.src
LEFT JOIN now.file n ON n.repo = u.user_repo AND n.path = u.src
LEFT JOIN standing f ON f.user_repo = u.user_repo AND f.src = u.src AND f."user" = u."user" AND f.line = u.line
LEFT JOIN again a ON a.user_repo = u.user_repo AND a.src = u.src AND a."user" = u."user" AND a.line = u.line
    AND a.path = u.path AND a.symbol = u.symbol AND a.calls_before = u.calls_before AND a.calls_now = u.calls_now
    AND u.certainly AND u.way = 'call'
WHERE (
        -- Another repository stands as it is at its head.
        u.user_repo <> u.repo
        -- The file was not touched, so nothing in it was adapted.
        OR (n.path IS NOT NULL AND n.blob = b.blob)
        -- The file was touched, but not the function that calls; types stand in its head, too, and so does what it returns.
        OR (u.now <> '' AND u.change <> 'type-parameter-required' AND f.is_as_it_was
            AND (u.change NOT IN ('return-widened', 'async-changed') OR f.head_too))
        -- A small function has no hash, and the module none at all.
        OR a.now_at IS NOT NULL
    )
UNION ALL
SELECT l.repo, l.path, l.symbol, CASE WHEN l.symbol = '' THEN 'module' ELSE 'name' END, l.change, l.detail, l.certain, l.repo, l.src,
    l.line, ''
FROM now.lost_import l
