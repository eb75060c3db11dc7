-- Which dossiers stand behind a figure of a scope, in the order asked for? For open ones the due date is the one known then.
WITH names AS
(
    SELECT
        unit_id AS named_id,
        argMax(name, (valid_from <= {on:Date}, if(valid_from <= {on:Date}, 1, -1) * toInt32(valid_from))) AS name
    FROM units FINAL
    GROUP BY unit_id
)
SELECT
    dossier_id, dossier_code, unit_id, held_by_unit_id, procedure_code, procedure_name, accepted_at, time_zone, classify_by,
    if({figure:String} LIKE 'open%', seen_due_at, seen.lawful_due_at) AS lawful_due_at,
    ended_at, outcome, open_within, open_paused, open_overdue, apology_class,
    if(open_overdue, dateDiff('day', assumeNotNull(seen_due_at), {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')}), NULL) AS overdue_days,
    receiver.name AS unit_name,
    holder.name AS held_by_unit_name
FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')}) AS seen
LEFT JOIN names AS receiver ON receiver.named_id = seen.unit_id
LEFT JOIN names AS holder ON holder.named_id = seen.held_by_unit_id
WHERE {figure:Identifier}
    AND ({scope_id:UInt32} = 0
        OR if({is_own:Bool}, unit_id = {scope_id:UInt32}, {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id)))
ORDER BY {sort:Identifier} ASC NULLS LAST, accepted_at, dossier_id
LIMIT {limit:UInt32} OFFSET {offset:UInt64}
