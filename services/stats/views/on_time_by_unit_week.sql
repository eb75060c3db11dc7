-- Per receiving unit and week (Monday to Sunday): received, resolved by class, and the on-time rate (ontime.resolved.v1; NULL where
-- nothing with a known deadline was resolved). From the roll-up, so a few seconds behind.
CREATE OR REPLACE VIEW on_time_by_unit_week AS
SELECT
    toMonday(day) AS week_on, unit_id, any(unit_name) AS unit_name, any(province_id) AS province_id, any(district_id) AS district_id,
    any(commune_id) AS commune_id,
    sumIf(dossier_count, metric = 'received') AS received,
    sumIf(dossier_count, metric IN ('early', 'on_time', 'late', 'unknown')) AS resolved,
    sumIf(dossier_count, metric = 'early') AS early,
    sumIf(dossier_count, metric = 'on_time') AS on_time,
    sumIf(dossier_count, metric = 'late') AS late,
    sumIf(dossier_count, metric = 'unknown') AS unknown,
    sumIf(dossier_count, metric = 'terminated') AS terminated,
    -- figures begin (make generated)
    if(early + on_time + late = 0, NULL, (early + on_time) / (early + on_time + late)) AS on_time_rate
    -- figures end
FROM rollup
LEFT JOIN unit_names USING (unit_id)
GROUP BY week_on, unit_id
ORDER BY week_on, unit_id;
