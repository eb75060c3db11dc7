-- When both sides of a pair were last seen, and why they were not since: what nobody compares any more must not look well.
ALTER TABLE comparisons ADD COLUMN IF NOT EXISTS seen_at DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT compared_at COMMENT 'when both sides were last seen';
ALTER TABLE comparisons ADD COLUMN IF NOT EXISTS reason String COMMENT 'why it was not compared since; empty: it was';
