"""How Motcua is brought up: on one machine (`embedded`), by containers, or on a cluster."""
