"""An oracle of the law, written from the text in `docs/rules` and the published data alone."""
