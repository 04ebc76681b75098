"""Exchange with other tools for qualitative work: codebooks as CSV and REFI-QDA, projects as REFI-QDA (docs/how-to/exchange-with-other-tools.md)."""
