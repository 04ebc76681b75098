"""Brings material in: accept, read, segment, embed, suggest."""
