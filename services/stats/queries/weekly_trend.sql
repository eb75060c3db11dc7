-- How many dossiers were received, resolved and terminated in each week, Monday to Sunday? The first row holds everything before.
SELECT
    if(day < {from_on:Date}, toDate('1970-01-01'), toMonday(day)) AS week_on,
    sumIf(dossier_count, metric = 'received') AS received,
    sumIf(dossier_count, metric = 'early') AS early,
    sumIf(dossier_count, metric = 'on_time') AS on_time,
    sumIf(dossier_count, metric = 'late') AS late,
    sumIf(dossier_count, metric = 'unknown') AS unknown,
    sumIf(dossier_count, metric = 'terminated') AS terminated
FROM rollup
WHERE day < {to_on:Date}
    AND ({scope_id:UInt32} = 0 OR {scope_id:UInt32} IN (province_id, district_id, commune_id, unit_id))
GROUP BY week_on
ORDER BY week_on
