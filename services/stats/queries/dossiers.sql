-- Which dossiers stand behind a figure of a scope, in the order asked for? The figure's name is the flag that it counts. For a stock
-- the due date is the one known at the cut-off; for an ending of the period, what is said of the end is said of that one.
WITH
    names AS (SELECT unit_id AS named_id, name FROM ({{unit_names}})),
    NOT {is_stock:Bool} AND is_ended AS is_of_the_ending,
    -- Endings and reopenings take turns: before the nth ending lie n - 1 reopenings.
    endings[1 + arrayCount(one -> (one.since, one.until) <= (since, until) AND one.came_by = 'reopened', stays)] AS ending
SELECT
    dossier_id, dossier_code, unit_id, held_by_unit_id, procedure_code, procedure_name, accepted_at, time_zone, classify_by, is_provisional,
    multiIf({is_stock:Bool}, seen_due_at, is_of_the_ending, ifNull(ending.judged_due_at, seen.lawful_due_at), seen.lawful_due_at) AS lawful_due_at,
    if(is_of_the_ending, ending.ended_at, seen.ended_at) AS ended_at,
    if(is_of_the_ending, ending.outcome, seen.outcome) AS outcome,
    open_within, open_paused, open_overdue, apology_class,
    if(open_overdue, dateDiff('day', assumeNotNull(seen_due_at), {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')}), NULL) AS overdue_days,
    receiver.name AS unit_name,
    holder.name AS held_by_unit_name
FROM ({{in_scope}}) AS seen
LEFT JOIN names AS receiver ON receiver.named_id = seen.unit_id
LEFT JOIN names AS holder ON holder.named_id = seen.held_by_unit_id
WHERE {figure:Identifier}
ORDER BY {sort:Identifier} {{direction}} NULLS LAST, accepted_at, dossier_id
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
