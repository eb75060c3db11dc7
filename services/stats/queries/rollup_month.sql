-- What does one month of facts add up to, per day, metric, procedure and unit? Only flows: OPEN can't be summed over days.
SELECT
    toYYYYMM(opened_on) AS opened_month,
    counted.1 AS day,
    counted.2 AS metric,
    procedure_code, unit_id, province_id, district_id, commune_id,
    count() AS dossier_count,
    {watermark:Int64} AS watermark
FROM dossiers FINAL
ARRAY JOIN arrayConcat(
    [(toDate32(accepted_at), 'received')],
    if(ended_at IS NULL, [], [(toDate32(greatest(assumeNotNull(ended_at), accepted_at)), outcome::String)])
) AS counted
WHERE toYYYYMM(opened_on) = {opened_month:UInt32}
GROUP BY opened_month, day, metric, procedure_code, unit_id, province_id, district_id, commune_id
