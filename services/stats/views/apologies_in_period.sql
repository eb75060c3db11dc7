-- Every apology owed for a lawful due date in a period (AR-01, AR-08), counted for the unit that held the dossier then, at its
-- place in the hierarchy on that day. Parameters as in dossiers_in_period; a letter sent after `as_of` isn't seen yet.
-- Obligations that an approver waived are neither owed nor missing (AR-07).
CREATE OR REPLACE VIEW apologies_in_period AS
WITH
    toDateTime64({from_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_from,
    toDateTime64({to_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_to,
    {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')} AS seen_at,
    owed.apology_class != 'missing' AND ifNull(owed.apology_sent_at < seen_at, false) AS is_sent,
    place.valid_until > owed.due_day AS is_registered,
    if(is_registered, place.province_id, 0) AS at_province_id,
    if(is_registered, place.district_id, 0) AS at_district_id,
    if(is_registered, place.commune_id, 0) AS at_commune_id
SELECT
    owed.dossier_id AS dossier_id, owed.dossier_code AS dossier_code, owed.breach_unit_id AS unit_id,
    at_province_id AS province_id, at_district_id AS district_id, at_commune_id AS commune_id,
    owed.apology_due_at AS apology_due_at, owed.apology_latest_at AS apology_latest_at, owed.apology_sent_at AS apology_sent_at,
    multiIf(
        {level:String} = 'province', toNullable(at_province_id),
        {level:String} = 'district', if(at_district_id = 0 AND at_province_id != 0, NULL, toNullable(at_district_id)),
        at_commune_id != 0, toNullable(at_commune_id),
        at_province_id = 0 AND at_district_id = 0, toNullable(owed.breach_unit_id),
        NULL
    ) AS group_id,
    -- figures begin (make generated)
    true AS apology_required,
    is_sent AND owed.apology_class = 'sent_in_time' AS apology_in_time,
    is_sent AND owed.apology_class IN ('sent_before_breach', 'sent_late') AS apology_late,
    NOT is_sent AS apology_missing
    -- figures end
FROM (
    SELECT *, toDate32(assumeNotNull(apology_due_at)) AS due_day
    FROM dossiers FINAL
    WHERE apology_class NOT IN ('', 'waived') AND apology_due_at IS NOT NULL
) AS owed
ASOF LEFT JOIN (
    SELECT unit_id, toDate32(valid_from) AS valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL
) AS place ON owed.breach_unit_id = place.unit_id AND owed.due_day >= place.valid_from
WHERE owed.apology_due_at >= period_from AND owed.apology_due_at < period_to AND owed.apology_due_at < seen_at;
