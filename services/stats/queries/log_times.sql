-- What was appended to one partition of the log between two records, the last first? A dossier whose past came late is judged by
-- the time of its whole partition (ADR 0012). Without FINAL: a record that came twice changes nothing here.
SELECT event_id, event_type, stream_seq, occurred_at, recorded_at, appended_at, unit_id, is_history, opened_on, dossier_code, _offset
FROM events
WHERE _topic = {topic:String} AND _partition = {partition:UInt16} AND _offset > {after:UInt64} AND _offset <= {until:UInt64}
ORDER BY _offset DESC
LIMIT {limit:UInt32}
