-- Which rows of reference things come next, in the order of the table? For `motcua verify`, which compares each with the store.
SELECT stream_id, stream_seq, event_id, event_type, occurred_at, recorded_at, actor_id, source, data, hash
FROM reference_events FINAL
WHERE (stream_id, stream_seq, event_id) > ({stream:String}, {stream_seq:UInt32}, {event_id:String})
ORDER BY stream_id, stream_seq, event_id
LIMIT {rows:UInt32}
