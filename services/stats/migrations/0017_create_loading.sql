-- How far each partition of the log is counted, as the loader told it last. Written after the facts and before the offsets are
-- committed, so a database that was deleted or put back to an older copy says by itself what it lacks.
CREATE TABLE IF NOT EXISTS loading
(
    topic         LowCardinality(String),
    partition     UInt16,
    next_offset   UInt64 COMMENT 'every record before it is counted',
    goal          UInt64 COMMENT 'figures are whole once next_offset has reached it; beyond next_offset while they are built again',
    unread        UInt64 COMMENT 'records that stood behind it on the topic',
    reported_at   DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(reported_at)
ORDER BY (topic, partition);
