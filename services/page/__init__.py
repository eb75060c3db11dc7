"""The page: reads the statistics tables as the read-only supervisor, serves figures down to one dossier on 127.0.0.1.

Writes nothing anywhere. Every number on it is a count of flags of the view `dossiers_in_period`, and the list behind a number
is filtered by the same flag, so that both can't differ. Routes stand in `app.py`, what may be asked in `parameters.py`.
"""
