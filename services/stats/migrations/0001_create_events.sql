-- One row per event of dossier-events and deadline-events, as it was published. Duplicates meet in one key and are merged;
-- always read with FINAL. The key holds only fields that never change (ADR 0007). Microseconds are kept, because an hour term
-- is judged by the instant (DR-08).
CREATE TABLE IF NOT EXISTS events
(
    opened_on     Date COMMENT 'local day of the dossier''s first event; never changes',
    dossier_id    String,
    stream_seq    UInt32 COMMENT 'place in the dossier''s stream; on a deadline event, the dossier event it follows from',
    event_id      String,
    event_type    LowCardinality(String),
    occurred_at   DateTime64(6, 'Asia/Ho_Chi_Minh'),
    recorded_at   DateTime64(6, 'Asia/Ho_Chi_Minh'),
    unit_id       UInt32,
    dossier_code  String,
    procedure_code LowCardinality(String),
    channel       UInt8 COMMENT '1 direct, 2 online, 3 postal, 0 not known',
    actor_id      String,
    source        LowCardinality(String),
    is_history    Bool,
    data          String CODEC(ZSTD(1)) COMMENT 'the event''s data as JSON',
    envelope      String CODEC(ZSTD(1)) COMMENT 'the remaining CloudEvents attributes as JSON',
    _topic        LowCardinality(String),
    _partition    UInt16,
    _offset       UInt64,
    ingested_at   DateTime64(6, 'Asia/Ho_Chi_Minh') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(opened_on)
ORDER BY (opened_on, dossier_id, stream_seq, event_id)
SETTINGS index_granularity = 1024;
