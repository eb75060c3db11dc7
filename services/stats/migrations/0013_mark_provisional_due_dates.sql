-- Whether the clock counted days for which no calendar is published yet (CAL-6), as it was said with the due dates that stand.
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS is_provisional Bool COMMENT 'the due dates are tạm tính: counted over a year without a notice (CAL-6)' AFTER time_zone;
