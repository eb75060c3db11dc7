-- When the record was appended to the log: what the clocks take for the instant at which an event became known (ADR 0012). Of rows
-- from before this migration only the time of recording is known.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS appended_at DateTime64(6, 'Asia/Ho_Chi_Minh') DEFAULT recorded_at AFTER recorded_at;
-- The clock's verdict on the ending, as it was said (ADR 0013); outcome is the lawful one of them.
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS judged_due_at Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')) COMMENT 'the due date that the ending was judged by' AFTER outcome,
    ADD COLUMN IF NOT EXISTS pause_outcome LowCardinality(String) COMMENT 'class under DR-20; empty while open or not yet classed' AFTER judged_due_at,
    ADD COLUMN IF NOT EXISTS restart_outcome LowCardinality(String) COMMENT 'class under DR-21' AFTER pause_outcome,
    ADD COLUMN IF NOT EXISTS qd766_outcome LowCardinality(String) COMMENT 'class under DR-22' AFTER restart_outcome,
    ADD COLUMN IF NOT EXISTS is_backdated Bool COMMENT 'recorded too late, with the due date in between (DR-31)' AFTER qd766_outcome;
