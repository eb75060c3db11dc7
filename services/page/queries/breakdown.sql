-- What are the figures of each unit directly below a unit? Every dossier of the scope is counted in exactly one of them, so
-- that they sum to the unit's own figures (I6). The level below follows from the dossiers, not from a date: where they have
-- no district (B3, OR-6), a province is followed by its communes. What a unit received itself stands as a line of its own.
SELECT
    child.1 AS unit_id,
    child.2 AS kind,
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
    countIf(open_unknown) AS open_unknown,
    countIf(seen.open_overdue AND seen.apology_class != '' AND ifNull(seen.apology_sent_at >= {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')}, true))
        AS open_overdue_unapologised
FROM
(
    SELECT
        *,
        multiIf(
            {scope_id:UInt32} = 0 AND province_id != 0, (province_id, 'province'),
            {scope_id:UInt32} IN (0, province_id) AND district_id != 0, (district_id, 'district'),
            {scope_id:UInt32} IN (0, province_id, district_id) AND commune_id != 0, (commune_id, 'commune'),
            (unit_id, 'own')
        ) AS child
    FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                            as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
    WHERE {scope_id:UInt32} = 0
        OR if({is_own:Bool}, unit_id = {scope_id:UInt32}, {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
) AS seen
GROUP BY child
