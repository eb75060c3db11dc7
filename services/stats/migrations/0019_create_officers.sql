-- Who has which role in which unit, as effective-dated data (ADR 0020): one row per officer, place and period in which nothing
-- changes; valid_until is exclusive, 2149-06-06 = open. A place ends with its unit at the latest. An officer is a number, never a name.
-- Read with FINAL: what the events no longer say is gone.
CREATE TABLE IF NOT EXISTS officers
(
    officer_id  String COMMENT 'as counter systems name the officer (actor_id)',
    unit_id     UInt32,
    role        LowCardinality(String) COMMENT 'officer, team_leader, one_stop, deputy_head, head_of_unit, committee_office, vice_chair, chair',
    deputy_of   String COMMENT 'the officer who is stood in for; empty: a place of one''s own',
    valid_from  Date,
    valid_until Date,
    is_absent   UInt8 COMMENT '1: away for the whole period',
    legal_basis String,
    revision    UInt64,
    is_deleted  UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(revision, is_deleted)
ORDER BY (officer_id, unit_id, role, deputy_of, valid_from);
