-- Each missed due date has an obligation of its own (AR-08, B19); apology_due_at, apology_latest_at, apology_required_at and
-- apology_class tell of the latest of them.
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS obligations Array(Tuple(due_at DateTime64(6, 'Asia/Ho_Chi_Minh'), latest_at DateTime64(6, 'Asia/Ho_Chi_Minh'), unit_id UInt32, sent_at DateTime64(6, 'Asia/Ho_Chi_Minh'), sent_class String, waived_at DateTime64(6, 'Asia/Ho_Chi_Minh'))) COMMENT 'apologies owed, in order of the due dates missed: unit_id held it then; 2299-12-31 = no letter, no waiver' AFTER breach_unit_id;
