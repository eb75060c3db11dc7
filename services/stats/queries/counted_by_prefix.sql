-- How many events are counted of the dossiers whose ids begin {prefix}, by the first {width} letters of the id? Left out is what was
-- recorded after {recorded_until} and came in the last {age_seconds} seconds: the other side has not counted it yet. What says that
-- it was recorded later and stands here for longer is none of its.
SELECT lower(substring(dossier_id, 1, {width:UInt8})) AS part, count() AS events
FROM events FINAL
WHERE _topic = 'dossier-events' AND startsWith(lower(dossier_id), {prefix:String})
    AND (recorded_at <= {recorded_until:DateTime64(6, 'UTC')} OR ingested_at <= now64(6) - toIntervalSecond({age_seconds:UInt32}))
GROUP BY part
