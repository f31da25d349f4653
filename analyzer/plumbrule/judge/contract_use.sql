-- A use of something that the change took back or narrowed, by code that stands as it did: in another repository, in a file
-- that the change did not touch, or in a part of a touched file that it did not adapt: a call that passes what no longer goes
-- well was not, whatever else was changed around it. `certain` says that the use is wrong now:
-- a call by what it passes, where that is known, any other use whatever it does; otherwise some uses are, and nobody can tell.
WITH used AS MATERIALIZED (
    SELECT c.*, u.repo AS user_repo, u.src, u.line, u."user", u.kind AS way,
        CASE
            WHEN u.kind <> 'call' AND c.change IN (
                'parameter-required', 'parameter-removed', 'async-changed', 'kind-changed') THEN false
            WHEN c.change = 'not-a-class' AND u.kind <> 'inherit' THEN false
            WHEN c.calls_now = '' OR u.kind <> 'call' OR u.calls IN ('', '?') THEN c.certain
            -- What is spread may fit; of the others it must be clear why they went well.
            ELSE regexp_full_match(trim(u.calls, '*|?'), c.calls_before)
                AND NOT regexp_full_match(trim(u.calls, '*|?'), c.calls_now)
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
        AND NOT (c.calls_now <> '' AND u.kind = 'call' AND u.calls <> '' AND regexp_full_match(u.calls, c.calls_now))
        -- How something is called, or a class is made, is nothing to those who only name it as a type or compare with it.
        AND NOT (u.kind IN ('type', 'look') AND c.kind IN ('class', 'function', 'method') AND (
            c.change LIKE 'parameter-%' OR c.change = 'default-removed'))
        -- What stands between `<` and `>` is asked of those who name a type.
        AND NOT (c.change = 'type-parameter-required' AND u.kind NOT IN ('type', 'inherit'))
        -- Who only calls what was a class gets what it returns.
        AND NOT (c.change = 'not-a-class' AND u.kind = 'call')
        -- A name as such: of this repository's own files `lost_import` knows which still ask for it and do not get it.
        AND (u.repo <> c.repo OR contains(c.symbol, '.') OR c.change NOT IN ('removed', 'moved', 'not-exported'))
)
SELECT u.repo, u.path, u.symbol, u.kind, u.change, u.detail,
    -- Who only hands a result on may be asked by those who wait for it.
    u.certainly AND NOT (u.change = 'async-changed' AND coalesce(bf.forwards, '') <> '') AS certain,
    u.user_repo, u.src, u.line, u."user"
FROM used u
LEFT JOIN before.file b ON b.repo = u.user_repo AND b.path = u.src
LEFT JOIN now.file n ON n.repo = u.user_repo AND n.path = u.src
LEFT JOIN before.function bf ON bf.repo = u.user_repo AND bf.path = u.src AND bf.symbol = u."user"
LEFT JOIN now.function nf ON nf.repo = u.user_repo AND nf.path = u.src AND nf.symbol = u."user"
LEFT JOIN before.symbol bs ON bs.repo = u.user_repo AND bs.path = u.src AND bs.symbol = u."user"
LEFT JOIN now.symbol ns ON ns.repo = u.user_repo AND ns.path = u.src AND ns.symbol = u."user"
WHERE (
        -- Another repository stands as it is at its head.
        u.user_repo <> u.repo
        -- The file was not touched, so nothing in it was adapted.
        OR (n.path IS NOT NULL AND n.blob = b.blob)
        -- The file was touched, but not the function that calls; types stand in its head, too, and so does what it returns.
        OR (u.now <> '' AND u.change <> 'type-parameter-required' AND nf.exact_hash = bf.exact_hash AND bf.exact_hash <> 0
            AND (u.change NOT IN ('return-widened', 'async-changed') OR ns.signature = bs.signature))
        -- A small function has no hash, and the module none at all; but the call is there as it was.
        OR (u.certainly AND u.way = 'call' AND u.calls_now <> '' AND EXISTS (
            SELECT 1 FROM now.use k
            WHERE k.repo = u.user_repo AND k.src = u.src AND k.dst = u.path AND k.symbol = u.symbol AND k.kind = 'call'
                AND k."user" = u."user" AND k.calls NOT IN ('', '?')
                AND regexp_full_match(trim(k.calls, '*|?'), u.calls_before)
                AND NOT regexp_full_match(trim(k.calls, '*|?'), u.calls_now)))
    )
UNION ALL
SELECT l.repo, l.path, l.symbol, CASE WHEN l.symbol = '' THEN 'module' ELSE 'name' END, l.change, l.detail, true, l.repo, l.src,
    l.line, ''
FROM now.lost_import l
