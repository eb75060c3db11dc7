-- Every dossier that matters to a period, with one flag per figure (domain.md 4.7.2; ADR 0015): the question of the
-- figures, `queries/dossiers_in_scope.sql`, without a scope.
--
--   SELECT group_id, count() FROM dossiers_in_period(level='commune', from_on='2026-03-02', to_on='2026-03-09',
--                                                    as_of='2026-03-09 00:00:00') WHERE received GROUP BY group_id
--
-- The period is [from_on, to_on), days of Asia/Ho_Chi_Minh (B6). What is open is judged as of `as_of` with what was true then.
-- group_id is the unit under which the dossier is counted at `level`: NULL = counted above this level; at the commune level a dossier of
-- an unregistered unit is counted under that unit's own number, above it under 0. unit_id is the unit that counts it, which is the one
-- that received it (received_by_unit_id) unless a reorganisation gave it to another (OR-8).
-- A dossier has one row, but more if it was reopened or given to another unit in the period; of them the one with the latest `since`
-- says how it stands at the end.
CREATE OR REPLACE VIEW dossiers_in_period AS
SELECT *, counted_for.1 AS group_id
FROM (
    -- figures begin (make generated)
    SELECT
        * EXCEPT (own_key, previous_key, next_key),
        (if(own_key.2 = 'above', NULL, toNullable(own_key.1)), if(own_key.2 = 'above', {level:String}, own_key.2)) AS counted_for,
        since < period_from AS carried_in,
        since >= period_from AND came_by = 'accepted' AS received,
        received AND channel = 1 AS received_direct,
        received AND channel = 2 AS received_online,
        received AND channel = 3 AS received_postal,
        since >= period_from AND came_by = 'reopened' AND previous_until < period_from AS reopened,
        since >= period_from AND previous_until >= period_from AND previous_key != own_key AS transferred_in,
        is_ended AND outcome_then != 'terminated' AS resolved,
        resolved AND outcome_then = 'early' AS early,
        resolved AND outcome_then = 'on_time' AS on_time,
        resolved AND outcome_then = 'late' AS late,
        resolved AND outcome_then = 'unknown' AS unknown,
        is_ended AND outcome_then = 'terminated' AS terminated,
        until < period_to AND next_since < period_to AND next_key != own_key AS transferred_out,
        until >= period_to AS open,
        open AND NOT is_paused AND ifNull(seen_due_at >= seen_at, false) AS open_within,
        open_within AND ifNull(seen_due_at < seen_at + INTERVAL 1 DAY, false) AS open_due_soon,
        open AND is_paused AS open_paused,
        open_paused AND is_reply_overdue AS open_supplement_expired,
        open AND NOT is_paused AND ifNull(seen_due_at < seen_at, false) AS open_overdue,
        open AND NOT is_paused AND seen_due_at IS NULL AS open_unknown,
        open_overdue AND is_unapologised AS open_overdue_unapologised
    FROM (
        SELECT
            * EXCEPT (keys) REPLACE (
                stay.unit_id AS unit_id, stay.province_id AS province_id, stay.district_id AS district_id, stay.commune_id AS commune_id
            ),
            own_key, previous_key, next_key,
            stay.since AS since, stay.until AS until, stay.previous_until AS previous_until, stay.next_since AS next_since,
            stay.came_by AS came_by, stay.outcome AS outcome_then,
            stay.until < period_to AND stay.next_since >= period_to AS is_ended,
            nullIf(arrayLast(change -> change.1 < seen_at, due_history).2, toDateTime64(0, 6)) AS seen_due_at,
            arrayExists(pause -> pause.1 < seen_at AND pause.2 >= seen_at, pauses) AS is_paused,
            arrayExists(wait -> wait.1 < seen_at AND wait.2 >= seen_at, expired_waits) AS is_reply_overdue,
            arrayExists(owed -> owed.due_at < seen_at AND owed.sent_at >= seen_at AND owed.waived_at >= seen_at, obligations) AS is_unapologised
        FROM (
            SELECT
                *, unit_id AS received_by_unit_id,
                toDateTime64({from_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_from,
                toDateTime64({to_on:Date}, 6, 'Asia/Ho_Chi_Minh') AS period_to,
                {as_of:DateTime64(6, 'Asia/Ho_Chi_Minh')} AS seen_at,
                arrayMap(at -> multiIf({level:String} = 'province', (at.province_id, 'province'), {level:String} = 'district', if(at.district_id = 0 AND at.province_id != 0, (0::UInt32, 'above'), (at.district_id, 'district')), multiIf(at.commune_id != 0, (at.commune_id, 'commune'), at.province_id = 0 AND at.district_id = 0, (at.unit_id, 'commune'), (0::UInt32, 'above'))), stays) AS keys
            FROM dossiers FINAL
        )
        ARRAY JOIN
            stays AS stay,
            keys AS own_key,
            arrayPushFront(arrayPopBack(keys), keys[1]) AS previous_key,
            arrayPushBack(arrayPopFront(keys), keys[-1]) AS next_key
        WHERE stay.since < period_to AND stay.until >= period_from AND own_key.2 != 'outside'
    )
    -- figures end
)
SETTINGS do_not_merge_across_partitions_select_final = 1;
