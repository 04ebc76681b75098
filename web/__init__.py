"""The doors: pages, API and command line."""
