"""Measurements: speed and memory as ratios within one run. `make bench`; see docs/explanation/figures.md."""
