"""A fact and how it is read of its event, by the themes of `events.dossier`; `rules.clocks.facts` is all of them together."""
