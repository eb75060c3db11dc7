-- What were the flows of one week, and what was overdue at its end? One part of a UNION ALL, its parameters numbered.
SELECT
    {from_on:Date} AS from_on,
    {to_on:Date} AS to_on,
    countIf(received) AS received,
    countIf(resolved) AS resolved,
    countIf(early) AS early,
    countIf(on_time) AS on_time,
    countIf(late) AS late,
    countIf(unknown) AS unknown,
    countIf(open_overdue) AS open_overdue
FROM dossiers_in_period(level = 'province', from_on = {from_on:Date}, to_on = {to_on:Date},
                        as_of = {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')})
WHERE {scope_id:UInt32} = 0
    OR if({is_own:Bool}, unit_id = {scope_id:UInt32}, {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
