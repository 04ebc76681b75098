"""Errors of the arithmetic."""


class NlpError(Exception):
    """Text could not be processed."""


class ModelUnavailable(NlpError):
    """A model's weights are not on this machine."""
