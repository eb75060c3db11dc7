-- Which events are counted of the dossiers whose ids begin with these letters, and since how many seconds do they stand here?
SELECT dossier_id, stream_seq, event_id, dateDiff('second', min(ingested_at), now64(6)) AS age_seconds
FROM events
WHERE _topic = 'dossier-events' AND lower(substring(dossier_id, 1, {width:UInt8})) = {prefix:String}
GROUP BY dossier_id, stream_seq, event_id
