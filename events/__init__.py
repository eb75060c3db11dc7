"""The shared language: what is said on each topic, by whom, and how it looks on the wire.

`dossier-events` and `reference-events` are written by intake only and `deadline-events` by deadlines only; `counter-actions` is
written by counter systems and answered on `counter-answers`. This package is pure: it opens nothing and imports no service.
"""
