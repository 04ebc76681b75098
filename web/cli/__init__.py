"""The cairn command: one module a command group."""
