-- Per unit that counts and week (Monday to Sunday): every flow and the on-time rate (ontime.resolved.v1; NULL where nothing with a known
-- deadline was resolved). From the roll-up, so a few seconds behind; a week that is over stays as it is when a dossier is reopened later.
CREATE OR REPLACE VIEW on_time_by_unit_week AS
SELECT
    day AS week_on, unit_id, any(unit_name) AS unit_name, any(province_id) AS province_id, any(district_id) AS district_id,
    any(commune_id) AS commune_id,
    -- figures begin (make generated)
    sumIf(dossier_count, metric = 'received') AS received,
    sumIf(dossier_count, metric = 'received_direct') AS received_direct,
    sumIf(dossier_count, metric = 'received_online') AS received_online,
    sumIf(dossier_count, metric = 'received_postal') AS received_postal,
    sumIf(dossier_count, metric = 'reopened') AS reopened,
    sumIf(dossier_count, metric = 'transferred_in') AS transferred_in,
    sumIf(dossier_count, metric = 'resolved') AS resolved,
    sumIf(dossier_count, metric = 'early') AS early,
    sumIf(dossier_count, metric = 'on_time') AS on_time,
    sumIf(dossier_count, metric = 'late') AS late,
    sumIf(dossier_count, metric = 'unknown') AS unknown,
    sumIf(dossier_count, metric = 'terminated') AS terminated,
    sumIf(dossier_count, metric = 'transferred_out') AS transferred_out,
    if(early + on_time + late = 0, NULL, (early + on_time) / (early + on_time + late)) AS on_time_rate
    -- figures end
FROM rollup
LEFT JOIN unit_names USING (unit_id)
WHERE grain = 'week'
GROUP BY week_on, unit_id
ORDER BY week_on, unit_id;
