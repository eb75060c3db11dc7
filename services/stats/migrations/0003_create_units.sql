-- The hierarchy as effective-dated data (OR-1): one row per unit and period; valid_until is exclusive, 2149-06-06 = open.
-- province_id, district_id and commune_id are the unit's place in that period; 0 = no such level. Read with FINAL: what a newer
-- unit file no longer says is gone.
CREATE TABLE IF NOT EXISTS units
(
    unit_id     UInt32,
    valid_from  Date,
    valid_until Date,
    code        String,
    name        String,
    level       LowCardinality(String) COMMENT 'province, district, commune',
    unit_type   String,
    parent_id   UInt32,
    province_id UInt32,
    district_id UInt32,
    commune_id  UInt32,
    legal_basis String,
    revision    UInt64,
    is_deleted  UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(revision, is_deleted)
ORDER BY (unit_id, valid_from);
