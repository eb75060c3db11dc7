"""What an import decides: the mapping, what a cell means, the order of a dossier's life. Pure."""
