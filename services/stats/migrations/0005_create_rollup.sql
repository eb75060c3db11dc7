-- How many dossiers were received, resolved and terminated per day, procedure and unit: flows only, never stocks. Derived from
-- `dossiers`, never fed by deltas: the month in which dossiers were opened is recomputed into a stage table and swapped in whole.
-- `watermark` says from which state of that month's facts a partition was computed; it travels with the partition, so that data
-- and claim can't part (ADR 0007).
CREATE TABLE IF NOT EXISTS rollup
(
    opened_month   UInt32,
    day            Date32 COMMENT 'day of acceptance for received, day of ending for the others; Asia/Ho_Chi_Minh',
    metric         LowCardinality(String) COMMENT 'received, early, on_time, late, unknown, terminated',
    procedure_code LowCardinality(String),
    unit_id        UInt32,
    province_id    UInt32,
    district_id    UInt32,
    commune_id     UInt32,
    dossier_count  UInt64,
    watermark      Int64
)
ENGINE = MergeTree
PARTITION BY opened_month
ORDER BY (metric, unit_id, procedure_code, day);
