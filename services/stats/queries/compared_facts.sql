-- Does every accepted dossier have its row of facts, and only these? Who was accepted less than {young_seconds} seconds ago is left
-- out: its row may be on its way.
SELECT
    countIf(is_accepted AND NOT is_young) AS expected,
    countIf(has_facts AND NOT is_young) AS found,
    countIf(is_accepted != has_facts AND NOT is_young) AS differing,
    arraySort(groupArrayIf({most:UInt8})(dossier_id, is_accepted != has_facts AND NOT is_young)) AS first_ids
FROM
(
    SELECT
        dossier_id,
        max(is_event) AS is_accepted,
        max(NOT is_event) AS has_facts,
        max(came_at) > now64(6) - toIntervalSecond({young_seconds:UInt32}) AS is_young
    FROM
    (
        SELECT dossier_id, 1 AS is_event, ingested_at AS came_at FROM events
        WHERE _topic = 'dossier-events' AND event_type = 'dossier-accepted.v1'
        UNION ALL
        SELECT dossier_id, 0 AS is_event, toDateTime64(0, 6, 'Asia/Ho_Chi_Minh') AS came_at FROM dossiers
    )
    GROUP BY dossier_id
)
