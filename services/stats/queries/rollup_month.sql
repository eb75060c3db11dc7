-- What does one month of facts add up to, per day and per week, metric, procedure and unit? Only flows: OPEN can't be summed over days.
-- Each dossier is asked how it stands in every day and every week in which something happened to it, by the names and the
-- predicates of the figures themselves.
SELECT
    opened_month, grain, day, metric, procedure_code,
    place.1 AS unit_id, place.2 AS province_id, place.3 AS district_id, place.4 AS commune_id,
    count() AS dossier_count,
    {watermark:Int64} AS watermark
FROM (
    WITH
    -- standing begin (make generated)
    arrayCount(at -> at < period_from, endings.counted_at) AS ended_before,
    arrayCount(at -> at < period_to, endings.counted_at) AS ended_until,
    arrayCount(at -> at < period_from, reopenings.counted_at) AS reopened_before,
    arrayCount(at -> at < period_to, reopenings.counted_at) AS reopened_until,
    ended_before > reopened_before AS was_ended,
    ended_until > reopened_until AS is_ended,
    accepted_at < period_to AND (NOT was_ended OR reopened_until > reopened_before) AS is_concerned,
    multiIf(empty(reassignments), 0, accepted_at >= period_from, 0, was_ended, arrayCount(at -> at <= reopenings.counted_at[reopened_before + 1], reassignments.counted_at), arrayCount(at -> at < period_from, reassignments.counted_at)) AS taken_over_at_entry,
    multiIf(empty(reassignments), 0, is_ended, arrayCount(at -> at <= endings.counted_at[ended_until], reassignments.counted_at), arrayCount(at -> at < period_to, reassignments.counted_at)) AS taken_over_at_exit,
    arraySlice(arrayConcat([(unit_id, province_id, district_id, commune_id)], arrayMap(one -> (one.unit_id, one.province_id, one.district_id, one.commune_id), reassignments)), taken_over_at_entry + 1, taken_over_at_exit - taken_over_at_entry + 1) AS path,
    if(is_ended, endings.outcome[ended_until], 'open') AS period_outcome,
    -- standing end
    path[nth] AS place,
    place = path[1] AS is_entry,
    place = path[-1] AS is_exit,
    -- figures begin (make generated)
    is_entry AND accepted_at >= period_from AS received,
    received AND channel = 1 AS received_direct,
    received AND channel = 2 AS received_online,
    received AND channel = 3 AS received_postal,
    is_entry AND was_ended AS reopened,
    NOT is_entry AS transferred_in,
    is_exit AND is_ended AND period_outcome != 'terminated' AS resolved,
    resolved AND period_outcome = 'early' AS early,
    resolved AND period_outcome = 'on_time' AS on_time,
    resolved AND period_outcome = 'late' AS late,
    resolved AND period_outcome = 'unknown' AS unknown,
    is_exit AND is_ended AND period_outcome = 'terminated' AS terminated,
    NOT is_exit AS transferred_out,
    arrayFilter((name, holds) -> holds, ['received', 'received_direct', 'received_online', 'received_postal', 'reopened', 'transferred_in', 'resolved', 'early', 'on_time', 'late', 'unknown', 'terminated', 'transferred_out'], [received, received_direct, received_online, received_postal, reopened, transferred_in, resolved, early, on_time, late, unknown, terminated, transferred_out]) AS metrics
    -- figures end
    SELECT toYYYYMM(opened_on) AS opened_month, grain, day, procedure_code, place, metrics
    FROM (
        WITH
            arrayDistinct(arrayMap(at -> toDate32(at), arrayConcat(
                [accepted_at], endings.counted_at, reopenings.counted_at, reassignments.counted_at
            ))) AS days,
            arrayDistinct(arrayMap(one -> subtractDays(one, toDayOfWeek(one) - 1), days)) AS weeks
        SELECT
            *, period.1 AS grain, period.2 AS day,
            toDateTime64(period.2, 6, 'Asia/Ho_Chi_Minh') AS period_from,
            toDateTime64(period.2 + period.3, 6, 'Asia/Ho_Chi_Minh') AS period_to
        FROM dossiers FINAL
        ARRAY JOIN arrayConcat(arrayMap(one -> ('day', one, 1), days), arrayMap(one -> ('week', one, 7), weeks)) AS period
        WHERE toYYYYMM(opened_on) = {opened_month:UInt32}
    )
    ARRAY JOIN arrayFilter(one -> indexOf(path, path[one]) = one, arrayEnumerate(path)) AS nth
    WHERE is_concerned
)
ARRAY JOIN metrics AS metric
GROUP BY opened_month, grain, day, metric, procedure_code, unit_id, province_id, district_id, commune_id
