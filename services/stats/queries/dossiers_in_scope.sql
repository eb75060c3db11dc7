-- Which stays of dossiers matter to a period and lie in a scope, and for whom does each count, with one flag per figure (domain.md 4.7.2;
-- ADR 0015)? A part of other questions, as `in_scope` is for obligations; who writes SQL asks the view `dossiers_in_period`, which is
-- generated from this. Its names stand in stages, because the engine puts in the text of a name wherever it is used.
--
-- scope_id: this unit and below (0 = everywhere), or with is_own only the unit itself. grouping and the key put in: `domain/grouping.py`;
-- counted_for.1 is NULL for what counts above a level. A dossier has one row, but more if it was reopened or given to another unit in the
-- period (B11, OR-8).
SELECT
    * EXCEPT (own_key, previous_key, next_key),
    (if(own_key.2 = 'above', NULL, toNullable(own_key.1)), if(own_key.2 = 'above', {grouping:String}, own_key.2)) AS counted_for,
    -- figures begin (make generated)
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
    -- figures end
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
            arrayMap(at -> {{key}}, stays) AS keys
        FROM dossiers FINAL
    )
    ARRAY JOIN
        stays AS stay,
        keys AS own_key,
        arrayPushFront(arrayPopBack(keys), keys[1]) AS previous_key,
        arrayPushBack(arrayPopFront(keys), keys[-1]) AS next_key
    WHERE stay.since < period_to AND stay.until >= period_from AND own_key.2 != 'outside'
)
