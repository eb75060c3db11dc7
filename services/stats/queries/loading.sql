-- How far is the loader, and does what it compared last differ? `missing`: records that were counted once, or stood there when it began, and are not counted yet.
SELECT
    count() AS partitions,
    sum(next_offset) AS counted,
    sum(if(goal > next_offset, goal - next_offset, 0)) AS missing,
    sum(unread) AS unread,
    if(count() = 0, 0, dateDiff('second', min(reported_at), now64(3))) AS silent_seconds,
    (SELECT sum(differing) FROM comparisons FINAL) AS differing,
    (SELECT max(dateDiff('second', seen_at, now64(3))) FROM comparisons FINAL) AS uncompared_seconds
FROM loading FINAL
