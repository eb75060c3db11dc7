-- Every dossier that matters to a period, with one flag per figure (domain.md 4.7.2; ADR 0015). The figures count these flags, and
-- the list behind a figure is filtered by the same flag.
--
--   SELECT unit_id, count() FROM dossiers_in_period(level='commune', from_on='2026-03-02', to_on='2026-03-09',
--                                                   as_of='2026-03-09 00:00:00') WHERE received GROUP BY unit_id
--
-- The period is [from_on, to_on), days of Asia/Ho_Chi_Minh (B6). What is open is judged as of `as_of` with what was true then.
-- group_id is the unit under which the dossier is counted at `level`: NULL = received above this level; at the commune level a
-- dossier of an unregistered unit is counted under that unit's own number, above it under 0.
CREATE OR REPLACE VIEW dossiers_in_period AS
WITH
    toDateTime64({from_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_from,
    toDateTime64({to_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_to,
    {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')} AS seen_at,
    if(ended_at < accepted_at, accepted_at, ended_at) AS counted_end_at,
    arrayFilter(change -> change.1 < seen_at, due_history) AS known_dues,
    ifNull(counted_end_at >= period_from AND counted_end_at < period_to, false) AS is_ended
SELECT
    *,
    multiIf(
        {level:String} = 'province', toNullable(province_id),
        {level:String} = 'district', if(district_id = 0 AND province_id != 0, NULL, toNullable(district_id)),
        commune_id != 0, toNullable(commune_id),
        province_id = 0 AND district_id = 0, toNullable(unit_id),
        NULL
    ) AS group_id,
    nullIf(known_dues[-1].2, toDateTime64(0, 6, 'Asia/Ho_Chi_Minh')) AS seen_due_at, -- 1970: no due date is known (any more)
    arrayExists(pause -> pause.1 < seen_at AND pause.2 >= seen_at, pauses) AS is_paused,
    arrayExists(wait -> wait.1 < seen_at AND wait.2 >= seen_at, expired_waits) AS is_reply_overdue,
    -- figures begin (make generated)
    accepted_at < period_from AS carried_in,
    accepted_at >= period_from AND accepted_at < period_to AS received,
    received AND channel = 1 AS received_direct,
    received AND channel = 2 AS received_online,
    received AND channel = 3 AS received_postal,
    is_ended AND outcome != 'terminated' AS resolved,
    resolved AND outcome = 'early' AS early,
    resolved AND outcome = 'on_time' AS on_time,
    resolved AND outcome = 'late' AS late,
    resolved AND outcome = 'unknown' AS unknown,
    is_ended AND outcome = 'terminated' AS terminated,
    NOT is_ended AS open,
    open AND NOT is_paused AND ifNull(seen_due_at >= seen_at, false) AS open_within,
    open_within AND ifNull(seen_due_at < seen_at + INTERVAL 1 DAY, false) AS open_due_soon,
    open AND is_paused AS open_paused,
    open_paused AND is_reply_overdue AS open_supplement_expired,
    open AND NOT is_paused AND ifNull(seen_due_at < seen_at, false) AS open_overdue,
    open AND NOT is_paused AND seen_due_at IS NULL AS open_unknown,
    open_overdue AND apology_class NOT IN ('', 'waived') AND NOT ifNull(apology_sent_at < seen_at, false) AS open_overdue_unapologised
    -- figures end
FROM dossiers FINAL
WHERE accepted_at < period_to AND (counted_end_at IS NULL OR counted_end_at >= period_from)
SETTINGS do_not_merge_across_partitions_select_final = 1;
