-- What does one month of facts add up to, per day and per week, metric, procedure and unit? Only flows: OPEN can't be summed over days.
-- Each stay of a dossier is asked, by the predicates of the figures themselves, what it adds to the days and weeks in which something
-- happened to the dossier.
WITH
    period.1 AS grain, period.2 AS day,
    toDateTime64(period.2, 6, 'Asia/Ho_Chi_Minh') AS period_from,
    toDateTime64(period.2 + period.3, 6, 'Asia/Ho_Chi_Minh') AS period_to,
    stay.since AS since, stay.until AS until, stay.previous_until AS previous_until, stay.next_since AS next_since,
    stay.came_by AS came_by, stay.outcome AS outcome_then,
    (stay.unit_id, stay.province_id, stay.district_id, stay.commune_id) AS own_key,
    (previous.unit_id, previous.province_id, previous.district_id, previous.commune_id) AS previous_key,
    (next.unit_id, next.province_id, next.district_id, next.commune_id) AS next_key,
    until < period_to AND next_since >= period_to AS is_ended,
    -- figures begin (make generated)
    since >= period_from AND came_by = 'accepted' AS received,
    received AND channel = 1 AS received_direct,
    received AND channel = 2 AS received_online,
    received AND channel = 3 AS received_postal,
    since >= period_from AND came_by = 'reopened' AND previous_until < period_from AS reopened,
    since >= period_from AND previous_until >= period_from AND previous_key != own_key AS transferred_in,
    is_ended AND outcome_then != 'terminated' AS resolved,
    resolved AND outcome_then = 'early' AS early,
    resolved AND outcome_then = 'on_time' AS on_time,
    resolved AND outcome_then = 'late' AS late,
    resolved AND outcome_then = 'unknown' AS unknown,
    is_ended AND outcome_then = 'terminated' AS terminated,
    until < period_to AND next_since < period_to AND next_key != own_key AS transferred_out,
    arrayFilter((name, holds) -> holds, ['received', 'received_direct', 'received_online', 'received_postal', 'reopened', 'transferred_in', 'resolved', 'early', 'on_time', 'late', 'unknown', 'terminated', 'transferred_out'], [received, received_direct, received_online, received_postal, reopened, transferred_in, resolved, early, on_time, late, unknown, terminated, transferred_out]) AS metrics
    -- figures end
SELECT
    toYYYYMM(opened_on) AS opened_month, grain, day, arrayJoin(metrics) AS metric, procedure_code,
    stay.unit_id AS unit_id, stay.province_id AS province_id, stay.district_id AS district_id, stay.commune_id AS commune_id,
    count() AS dossier_count,
    {watermark:Int64} AS watermark
FROM (
    WITH
        arrayDistinct(arrayMap(at -> toDate32(at), arrayConcat(stays.since, arrayFilter(at -> at < toDateTime64('2299-01-01', 6, 'UTC'), stays.until)))) AS days,
        arrayDistinct(arrayMap(one -> subtractDays(one, toDayOfWeek(one) - 1), days)) AS weeks
    SELECT
        opened_on, procedure_code, channel, stay, previous, next,
        arrayConcat(arrayMap(one -> ('day', one, 1), days), arrayMap(one -> ('week', one, 7), weeks)) AS periods
    FROM dossiers FINAL
    ARRAY JOIN
        stays AS stay,
        arrayPushFront(arrayPopBack(stays), stays[1]) AS previous,
        arrayPushBack(arrayPopFront(stays), stays[-1]) AS next
    WHERE toYYYYMM(opened_on) = {opened_month:UInt32}
)
ARRAY JOIN periods AS period
WHERE since < period_to AND until >= period_from
GROUP BY opened_month, grain, day, metric, procedure_code, unit_id, province_id, district_id, commune_id
