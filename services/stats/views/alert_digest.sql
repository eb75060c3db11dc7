-- Alerts in bulk, one row per day, unit and role instead of one per dossier (AL-4): who is to be told what about how many, and which
-- dossiers. `late_by_seconds` is how much later than it fell due the latest of them was noticed (AL-8). What was taken over from
-- another register raises no alert and is not here. Whom an alert tells is said by its event, as the rule set had it.
CREATE OR REPLACE VIEW alert_digest AS
SELECT
    toDate32(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
    held_by_unit_id,
    arrayJoin(to_roles) AS to_role,
    rung,
    clock_kind,
    uniqExact(dossier_id) AS dossier_count,
    arraySort(groupUniqArray(100)(dossier_code)) AS dossier_codes,
    max(late_by) AS late_by_seconds
FROM (
    SELECT
        occurred_at, dossier_id, dossier_code,
        JSONExtractUInt(data, 'held_by_unit_id') AS held_by_unit_id,
        if(JSONHas(data, 'clock_kind'), JSONExtractString(data, 'clock_kind'), 'dossier') AS clock_kind,
        multiIf(
            event_type IN ('dossier-breached.v1', 'step-breached.v1'), 'B0',
            event_type = 'apology-pending-raised.v1', 'AP',
            event_type = 'supplement-expired.v1', 'SX',
            JSONExtractString(data, 'rung')
        ) AS rung,
        JSONExtract(data, 'to_roles', 'Array(String)') AS to_roles,
        greatest(dateDiff('second', occurred_at, recorded_at), 0) AS late_by
    FROM events FINAL
    WHERE NOT is_history AND event_type IN (
        'deadline-near-due.v1', 'dossier-breached.v1', 'step-breached.v1', 'apology-pending-raised.v1', 'escalation-raised.v1',
        'supplement-expired.v1'
    )
)
GROUP BY day, held_by_unit_id, to_role, rung, clock_kind;
