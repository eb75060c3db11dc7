-- How many dossiers of each unit were carried in, received, resolved, terminated and are open, in a period, at one level?
-- level: province, district or commune. scope_id: only dossiers of this unit and below (0 = everywhere).
SELECT
    assumeNotNull(group_id) AS counted_unit_id,
    countIf(carried_in) AS carried_in,
    countIf(received) AS received,
    countIf(received_direct) AS received_direct,
    countIf(received_online) AS received_online,
    countIf(received_postal) AS received_postal,
    countIf(resolved) AS resolved,
    countIf(early) AS early,
    countIf(on_time) AS on_time,
    countIf(late) AS late,
    countIf(unknown) AS unknown,
    countIf(terminated) AS terminated,
    countIf(open) AS open,
    countIf(open_within) AS open_within,
    countIf(open_due_soon) AS open_due_soon,
    countIf(open_paused) AS open_paused,
    countIf(open_overdue) AS open_overdue,
    countIf(open_unknown) AS open_unknown
FROM dossiers_in_period(level = {level:String}, from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE group_id IS NOT NULL
    AND ({scope_id:UInt32} = 0 OR {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
GROUP BY counted_unit_id
ORDER BY counted_unit_id
