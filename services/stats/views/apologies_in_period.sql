-- Every apology owed for a lawful due date in a period (AR-01, AR-08), one row per missed due date, counted for the unit that held the
-- dossier then, at its place in the hierarchy on that day. Parameters as in dossiers_in_period; a letter sent, or a waiver given, after
-- `as_of` isn't seen yet. Obligations that were waived are required ones, and never missing (AR-07, B19).
CREATE OR REPLACE VIEW apologies_in_period AS
WITH
    toDateTime64({from_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_from,
    toDateTime64({to_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_to,
    {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')} AS seen_at,
    owed.sent_at < seen_at AS is_sent,
    owed.waived_at < seen_at AS is_waived,
    place.valid_until > owed.due_day AS is_registered,
    if(is_registered, place.province_id, 0) AS at_province_id,
    if(is_registered, place.district_id, 0) AS at_district_id,
    if(is_registered, place.commune_id, 0) AS at_commune_id
SELECT
    owed.dossier_id AS dossier_id, owed.dossier_code AS dossier_code, owed.unit_id AS unit_id,
    at_province_id AS province_id, at_district_id AS district_id, at_commune_id AS commune_id,
    owed.due_at AS apology_due_at, owed.latest_at AS apology_latest_at, if(is_sent, owed.sent_at, NULL) AS apology_sent_at,
    multiIf(
        {level:String} = 'province', toNullable(at_province_id),
        {level:String} = 'district', if(at_district_id = 0 AND at_province_id != 0, NULL, toNullable(at_district_id)),
        at_commune_id != 0, toNullable(at_commune_id),
        at_province_id = 0 AND at_district_id = 0, toNullable(owed.unit_id),
        NULL
    ) AS group_id,
    -- figures begin (make generated)
    true AS apology_required,
    is_sent AND owed.sent_class = 'sent_in_time' AS apology_in_time,
    is_sent AND owed.sent_class != 'sent_in_time' AS apology_late,
    NOT is_sent AND is_waived AS apology_waived,
    NOT is_sent AND NOT is_waived AS apology_missing
    -- figures end
FROM (
    SELECT
        dossier_id, dossier_code, one.due_at AS due_at, one.latest_at AS latest_at, one.unit_id AS unit_id, one.sent_at AS sent_at,
        one.sent_class AS sent_class, one.waived_at AS waived_at, toDate32(due_at) AS due_day
    FROM dossiers FINAL
    ARRAY JOIN obligations AS one
) AS owed
ASOF LEFT JOIN (
    SELECT unit_id, toDate32(valid_from) AS valid_from, valid_until, province_id, district_id, commune_id FROM units FINAL
) AS place ON owed.unit_id = place.unit_id AND owed.due_day >= place.valid_from
WHERE owed.due_at >= period_from AND owed.due_at < period_to AND owed.due_at < seen_at;
