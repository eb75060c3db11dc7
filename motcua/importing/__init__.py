"""Taking over the register of another system: files -> rows -> dossiers' lives -> checked -> sent (ADR 0023)."""
