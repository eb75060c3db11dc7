-- Which numbers of some reference things are stored, and with which hash?
SELECT DISTINCT stream_id, stream_seq, hash
FROM reference_events
WHERE stream_id IN {stream_ids:Array(String)}
