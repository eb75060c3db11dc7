"""One module per command; each is a thin shell around the parts that do the work."""
