-- What is said of units (and of other reference things to come), as published on reference-events (ADR 0020). The register in `units`
-- is folded from all of it. Read with FINAL: a copy of an event changes nothing.
CREATE TABLE IF NOT EXISTS reference_events
(
    stream_id   String,
    stream_seq  UInt32,
    event_id    String,
    event_type  LowCardinality(String),
    occurred_at DateTime64(6, 'Asia/Ho_Chi_Minh'),
    recorded_at DateTime64(6, 'Asia/Ho_Chi_Minh'),
    actor_id    String,
    source      String,
    data        String COMMENT 'JSON, as published',
    hash        String,
    _partition  UInt32,
    _offset     UInt64,
    ingested_at DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (stream_id, stream_seq, event_id);
