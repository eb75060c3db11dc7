-- Is every dossier's stream whole? Its events are numbered from 1 without a gap, so their count is the highest number, and no
-- number stands twice. An event that was forged onto the topic, or got lost on the way, shows here.
SELECT
    sum(highest) AS expected,
    sum(events) AS found,
    countIf(is_apart) AS differing,
    arraySort(groupArrayIf({most:UInt8})(dossier_id, is_apart)) AS first_ids
FROM
(
    SELECT dossier_id, toUInt64(max(stream_seq)) AS highest, count() AS events, events != highest OR uniqExact(stream_seq) != events AS is_apart
    FROM events FINAL
    WHERE _topic = 'dossier-events'
    GROUP BY dossier_id
)
