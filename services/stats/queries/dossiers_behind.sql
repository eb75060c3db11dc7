-- Which dossiers stand behind one figure of one unit? The figure's name is the flag of dossiers_in_period that it counts.
SELECT
    dossier_id, dossier_code, unit_id, held_by_unit_id, procedure_code, procedure_name, channel, is_history,
    accepted_at, original_due_at, if({figure:String} LIKE 'open%', seen_due_at, lawful_due_at) AS lawful_due_at, promised_due_at,
    ended_at, ended_by, outcome, is_paused, breached_at, apology_class, integrity_flag_count
FROM dossiers_in_period(level = {level:String}, from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE {figure:Identifier} AND ({unit_id:Int64} < 0 AND group_id IS NOT NULL OR group_id = {unit_id:Int64})
ORDER BY ifNull(lawful_due_at, toDateTime64('2299-12-31 00:00:00', 6, 'Asia/Ho_Chi_Minh')), accepted_at, dossier_id
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
