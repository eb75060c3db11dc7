-- Which rows of dossiers come next, in the order of the table? For `motcua verify`, which compares each with the store.
SELECT
    opened_on, dossier_id, stream_seq, event_id, event_type, occurred_at, recorded_at, unit_id, dossier_code, procedure_code,
    channel, actor_id, source, is_history, data, envelope
FROM events FINAL
WHERE _topic = 'dossier-events' AND opened_on >= {opened_on:Date}
    AND (opened_on, dossier_id, stream_seq, event_id) > ({opened_on:Date}, {stream:String}, {stream_seq:UInt32}, {event_id:String})
ORDER BY opened_on, dossier_id, stream_seq, event_id
LIMIT {rows:UInt32}
