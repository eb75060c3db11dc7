-- How many of each figure count for each unit in a period? The figures of one view, and what lies in the scope, are put in.
SELECT {from_on:Date} AS from_on, counted_for.1 AS counted_id, counted_for.2 AS kind, {{counts}}
FROM ({{in_scope}})
GROUP BY counted_for
