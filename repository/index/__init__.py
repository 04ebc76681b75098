"""Neighbours by meaning: derived from SQL, disposable, rebuildable."""
