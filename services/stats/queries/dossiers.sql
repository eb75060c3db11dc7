-- Which dossiers stand behind a figure of a scope, in the order asked for? The figure's name is the flag that it counts. For a stock
-- the due date is the one known at the cut-off.
WITH names AS (SELECT unit_id AS named_id, name FROM ({{unit_names}}))
SELECT
    dossier_id, dossier_code, unit_id, held_by_unit_id, procedure_code, procedure_name, accepted_at, time_zone, classify_by, is_provisional,
    if({is_stock:Bool}, seen_due_at, seen.lawful_due_at) AS lawful_due_at,
    ended_at, outcome, open_within, open_paused, open_overdue, apology_class,
    if(open_overdue, dateDiff('day', assumeNotNull(seen_due_at), {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')}), NULL) AS overdue_days,
    receiver.name AS unit_name,
    holder.name AS held_by_unit_name
FROM ({{in_scope}}) AS seen
LEFT JOIN names AS receiver ON receiver.named_id = seen.unit_id
LEFT JOIN names AS holder ON holder.named_id = seen.held_by_unit_id
WHERE {figure:Identifier}
ORDER BY {sort:Identifier} {{direction}} NULLS LAST, accepted_at, dossier_id
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
