-- For people who write SQL: names instead of numbers, one question per view.
CREATE VIEW IF NOT EXISTS unit_names AS
SELECT unit_id, argMax(units.name, units.valid_from) AS unit_name, argMax(units.level, units.valid_from) AS unit_level
FROM units FINAL
GROUP BY unit_id;
-- The dossiers that are open and past their lawful due date at this moment, the oldest first: the flag open_overdue of
-- dossiers_in_period as of now. Waiting for the citizen doesn't count as overdue.
CREATE VIEW IF NOT EXISTS open_overdue AS
SELECT
    dossier_code, dossier_id, unit_id, unit_name, held_by_unit_id, province_id, district_id, commune_id,
    procedure_code, procedure_name, channel, accepted_at, original_due_at, lawful_due_at, promised_due_at,
    dateDiff('day', toDate32(assumeNotNull(lawful_due_at)), toDate32(now64(6, 'Asia/Ho_Chi_Minh'))) AS days_overdue,
    apology_class
FROM dossiers_in_period(level = 'commune', from_on = '1970-01-01', to_on = '2149-06-06', as_of = now64(6, 'Asia/Ho_Chi_Minh')) AS dossier
LEFT JOIN unit_names USING (unit_id)
WHERE dossier.open_overdue
ORDER BY lawful_due_at;
-- Per receiving unit and week (Monday to Sunday): received, resolved by class, and the on-time rate (ontime.resolved.v1; NULL where
-- nothing with a known deadline was resolved). From the roll-up, so a few seconds behind.
CREATE VIEW IF NOT EXISTS on_time_by_unit_week AS
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
    if(early + on_time + late = 0, NULL, (early + on_time) / (early + on_time + late)) AS on_time_rate
FROM rollup
LEFT JOIN unit_names USING (unit_id)
GROUP BY week_on, unit_id
ORDER BY week_on, unit_id;
