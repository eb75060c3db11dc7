-- From when until when is there data, and is it all of one province? Days of Asia/Ho_Chi_Minh.
SELECT
    uniqExact(dossier_id) AS dossier_count,
    max(last_event_at) AS data_until,
    toDate(min(accepted_at)) AS first_on,
    toDate(max(arrayMax(arrayConcat([accepted_at], endings.counted_at, reopenings.counted_at)))) AS last_on,
    groupUniqArrayArray(2)(arrayConcat([province_id], reassignments.province_id)) AS province_ids
FROM dossiers FINAL
