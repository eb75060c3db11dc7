"""What may happen to a dossier: pure decisions over frozen values."""
