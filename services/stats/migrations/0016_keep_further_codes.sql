-- A dossier is found by each of its codes (DR-30): what a source sends again under a new code is no second dossier.
ALTER TABLE dossiers
    ADD COLUMN IF NOT EXISTS further_codes Array(String) COMMENT 'codes besides dossier_code, in the order in which they came' AFTER correction_count;
