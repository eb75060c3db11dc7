"""The page: reads the statistics as the read-only supervisor, serves figures down to one dossier on 127.0.0.1.

Writes nothing anywhere, and asks the statistics by one door only, `services.stats.questions` (ADR 0016). Routes stand in
`adapters/http_app.py`, what may be asked in `domain/parameters.py`.
"""
