-- Which months of facts are there, in which state, and from which state was each month of the roll-up computed? A state is the
-- number of the last block written to the month's partition; it only grows, and merges keep it. 0 = the month isn't there;
-- emptied partitions leave parts without rows for a while.
SELECT toUInt32(month) AS opened_month, sum(facts_state) AS facts_state, sum(rollup_state) AS rollup_state
FROM
(
    SELECT partition AS month, max(max_block_number) + 1 AS facts_state, 0 AS rollup_state
    FROM system.parts
    WHERE database = currentDatabase() AND table = 'dossiers' AND active AND rows > 0
    GROUP BY month
    UNION ALL
    SELECT toString(opened_month) AS month, 0 AS facts_state, max(watermark) AS rollup_state
    FROM rollup
    GROUP BY month
)
GROUP BY opened_month
HAVING facts_state != rollup_state
ORDER BY opened_month
