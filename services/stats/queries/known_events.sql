-- Which events are known of the touched dossiers? Only the columns that the fold reads; `data` only where it reads it.
-- `touched` is sent along with the question. Without FINAL: the fold tells each event once, by its id, and that is cheaper.
SELECT
    opened_on, dossier_id,
    event_id, stream_seq, event_type, occurred_at, recorded_at, unit_id, dossier_code, procedure_code, channel, source, is_history,
    if(event_type IN {types_with_data:Array(String)}, data, '') AS data
FROM events
WHERE (opened_on, dossier_id) IN (SELECT opened_on, dossier_id FROM touched)
