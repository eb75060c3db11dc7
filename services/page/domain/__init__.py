"""What may be asked of the page and how tables leave it; pure."""
