"""One module a page group; templates/<module>/ mirrors it."""
