"""The life of one invented dossier or feedback, by theme: who does what, when, and what a counter system reports of it."""
