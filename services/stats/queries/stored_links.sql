-- Which numbers of the touched dossiers are stored, and with which hash? `touched` is sent along with the question. Without FINAL:
-- a copy of an event changes nothing.
SELECT DISTINCT dossier_id, stream_seq, JSONExtractString(envelope, 'hash') AS hash
FROM events
WHERE (opened_on, dossier_id) IN (SELECT opened_on, dossier_id FROM touched) AND _topic = 'dossier-events'
