-- What the loader compared last: two counts of one thing that must be equal, and what stands out first when they are not.
CREATE TABLE IF NOT EXISTS comparisons
(
    pair         LowCardinality(String),
    expected     UInt64,
    found        UInt64,
    differing    UInt64 COMMENT 'how many dossiers differ; 0 is well',
    first_ids    Array(String) COMMENT 'the first of them',
    compared_at  DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(compared_at)
ORDER BY pair;
