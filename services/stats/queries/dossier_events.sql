-- What happened to one dossier, in order? Deadline events stand after the dossier event that they follow from.
SELECT
    event_id, event_type, stream_seq, occurred_at, recorded_at, appended_at, unit_id, actor_id, source, is_history, data, envelope,
    _topic, _partition, _offset
FROM events FINAL
WHERE dossier_id = {dossier_id:String} AND opened_on = {opened_on:Date}
ORDER BY occurred_at, stream_seq, _topic = 'deadline-events', _offset
