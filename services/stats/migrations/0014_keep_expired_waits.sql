-- From when to when the clock stood still though the day until which the citizen could answer had passed (B17).
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS expired_waits Array(Tuple(expired_at DateTime64(6, 'Asia/Ho_Chi_Minh'), resumed_at DateTime64(6, 'Asia/Ho_Chi_Minh'))) COMMENT 'resumed_at = 2299-12-31 while it still waits' AFTER pauses;
