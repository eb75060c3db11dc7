-- The dossiers that are open and past their lawful due date at this moment, the oldest first: the flag open_overdue of
-- dossiers_in_period as of now. Waiting for the citizen doesn't count as overdue.
CREATE OR REPLACE VIEW open_overdue AS
SELECT
    dossier_code, dossier_id, unit_id, unit_name, held_by_unit_id, province_id, district_id, commune_id,
    procedure_code, procedure_name, channel, accepted_at, original_due_at, lawful_due_at, promised_due_at,
    dateDiff('day', toDate32(assumeNotNull(lawful_due_at)), toDate32(now64(6, 'Asia/Ho_Chi_Minh'))) AS days_overdue,
    apology_class
FROM dossiers_in_period(level = 'commune', from_on = '1970-01-01', to_on = '2149-06-06', as_of = now64(6, 'Asia/Ho_Chi_Minh')) AS dossier
LEFT JOIN unit_names USING (unit_id)
WHERE dossier.open_overdue
ORDER BY lawful_due_at;
