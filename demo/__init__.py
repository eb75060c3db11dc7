"""The demo: seeded simulation of one-stop counters, on real units and real procedures."""
