"""Pure: what an event becomes, what a dossier is known to be, and what a figure counts."""
