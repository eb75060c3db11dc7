-- What did the loader compare last, what came out, and how long ago were both sides seen?
SELECT
    pair, expected, found, differing, first_ids, reason, seen_at,
    greatest(0, dateDiff('second', seen_at, now64(3))) AS unseen_seconds
FROM comparisons FINAL
ORDER BY pair
