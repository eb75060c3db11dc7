-- From when until when is there data, and is it all of one province? Days of Asia/Ho_Chi_Minh.
SELECT
    uniqExact(dossier_id) AS dossier_count,
    max(last_event_at) AS data_until,
    toDate(min(accepted_at)) AS first_on,
    toDate(max(arrayMax(arrayConcat([accepted_at], stays.since, arrayFilter(at -> at < toDateTime64('2299-01-01', 6, 'UTC'), stays.until))))) AS last_on,
    groupUniqArrayArray(2)(stays.province_id) AS province_ids
FROM dossiers FINAL
