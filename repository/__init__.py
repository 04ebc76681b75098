"""The research repository: keeps what was said and finds it again."""
