"""Dossier events + time -> deadline events. Reads `dossier-events`, writes `deadline-events`.

Promises: the outputs of a dossier are a function of its events and the rulebook; a deadline that passes while everything is
down is found at the next start, once; nothing is acknowledged before its outputs are on their way (ADR 0009).
"""
