-- Every ending and every reopening of a dossier, and every unit that took it over in a reorganisation (decision B11, OR-8). In each list
-- `counted_at` only grows: an instant that lies before what it follows (the acceptance, the ending, the reopening) counts at that one.
-- A row from before this migration has its last ending until it is folded again.
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS endings Array(Tuple(ended_at DateTime64(6, 'Asia/Ho_Chi_Minh'), counted_at DateTime64(6, 'Asia/Ho_Chi_Minh'), ended_by LowCardinality(String), outcome LowCardinality(String), judged_due_at Nullable(DateTime64(6, 'Asia/Ho_Chi_Minh')), pause_outcome LowCardinality(String), restart_outcome LowCardinality(String), qd766_outcome LowCardinality(String), is_backdated Bool)) DEFAULT if(ended_at IS NULL, [], [(assumeNotNull(ended_at), greatest(assumeNotNull(ended_at), accepted_at), ended_by, outcome, judged_due_at, pause_outcome, restart_outcome, qd766_outcome, is_backdated)]) COMMENT 'each with its own verdict, in order; what was undone by a reopening stays here' AFTER is_backdated,
    ADD COLUMN IF NOT EXISTS reopenings Array(Tuple(reopened_at DateTime64(6, 'Asia/Ho_Chi_Minh'), counted_at DateTime64(6, 'Asia/Ho_Chi_Minh'))) COMMENT 'the nth follows the nth ending' AFTER endings,
    ADD COLUMN IF NOT EXISTS reassignments Array(Tuple(reassigned_at DateTime64(6, 'Asia/Ho_Chi_Minh'), counted_at DateTime64(6, 'Asia/Ho_Chi_Minh'), unit_id UInt32, province_id UInt32, district_id UInt32, commune_id UInt32)) COMMENT 'the unit that counts it from then on, at its place on that day; empty = still the one that received it' AFTER reopenings;
-- The roll-up holds days and weeks: an ending that a reopening of the same week undid is an ending of its day and none of its week (B11).
-- It is derived; the loader computes it anew.
ALTER TABLE rollup
    ADD COLUMN IF NOT EXISTS grain LowCardinality(String) DEFAULT 'day' COMMENT 'day or week; the column day is its first day' AFTER opened_month;
TRUNCATE TABLE rollup;
