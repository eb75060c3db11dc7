-- The facts: one row per dossier, a pure function of the set of its known events. `version` is the number of distinct events
-- behind the row, so that an older, doubled or rival write always loses to the complete one. Always read with FINAL.
-- The three level columns are the receiving unit's place in the hierarchy on the day of acceptance (B3; 0 = no such level).
CREATE TABLE IF NOT EXISTS dossiers
(
    opened_on         Date,
    dossier_id        String,
    dossier_code      String,
    unit_id           UInt32 COMMENT 'the unit that received it; it is counted there',
    held_by_unit_id   UInt32 COMMENT 'the unit that holds it now',
    province_id       UInt32,
    district_id       UInt32,
    commune_id        UInt32,
    procedure_code    LowCardinality(String),
    procedure_name    String,
    channel           UInt8 COMMENT '1 direct, 2 online, 3 postal, 0 not known',
    is_history        Bool,
    accepted_at       DateTime64(6, 'Asia/Ho_Chi_Minh'),
    original_due_at   Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    lawful_due_at     Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    promised_due_at   Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    due_on            Nullable(Date32) COMMENT 'lawful due day in the calendar''s zone',
    classify_by       LowCardinality(String) COMMENT 'date or instant (DR-08); empty while no deadline is known',
    time_zone         LowCardinality(String),
    due_history       Array(Tuple(known_from DateTime64(6, 'Asia/Ho_Chi_Minh'), lawful_due_at DateTime64(6, 'Asia/Ho_Chi_Minh'))) COMMENT 'lawful changes only, in order',
    pauses            Array(Tuple(paused_at DateTime64(6, 'Asia/Ho_Chi_Minh'), resumed_at DateTime64(6, 'Asia/Ho_Chi_Minh'))) COMMENT 'resumed_at = 2299-12-31 while open',
    ended_at          Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    ended_on          Nullable(Date32) COMMENT 'local day of ended_at in time_zone',
    ended_by          LowCardinality(String) COMMENT 'wire type of the first ending event, empty while open',
    outcome           LowCardinality(String) COMMENT 'early, on_time, late, unknown for resolved; terminated; open',
    delivered_at      Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    breached_at       Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    breach_unit_id    UInt32 COMMENT 'who held it at the breach, 0 = no breach',
    apology_due_at    Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')) COMMENT 'the lawful due date that was missed: the obligation counts in its period (AR-08)',
    apology_latest_at Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    apology_required_at Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    apology_sent_at   Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')),
    apology_class     LowCardinality(String) COMMENT 'AR-07: sent_in_time, sent_before_breach, sent_late, missing; empty = none owed',
    integrity_flag_count UInt16,
    correction_count  UInt16,
    last_event_at     DateTime64(6, 'Asia/Ho_Chi_Minh'),
    version           UInt32
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(opened_on)
ORDER BY (opened_on, dossier_id);
