"""Errors, named by what the caller can do about them.

The class docstring is the default message; `slug` names the error for machines, `hint` is the remedy.
`web/errors.py` holds the only table from these to HTTP, `web/cli` the only one to exit codes.
"""


class CairnError(Exception):
    """Something went wrong."""

    slug = "error"
    hint = ""

    def __init__(self, message: str = "", *, hint: str = "", slug: str = "") -> None:
        self.message = message or (self.__doc__ or "").strip().split("\n")[0]
        self.hint = hint or self.hint
        self.slug = slug or self.slug
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class NotFound(CairnError):
    """There is no such thing here, or you may not see it."""

    slug = "not-found"


class Conflict(CairnError):
    """This contradicts what is already here."""

    slug = "conflict"


class Outdated(Conflict):
    """Somebody saved another version of this transcript meanwhile."""

    slug = "text-changed"
    hint = "Nothing of yours is lost: look at the newest version, then save again."


class PlanChanged(Conflict):
    """Somebody else changed this plan meanwhile."""

    slug = "plan-changed"
    hint = "Nothing of yours is lost: it is below, beside what they saved. Save again to put yours in its place."


class Rejected(CairnError):
    """What was sent cannot be used as it is."""

    slug = "rejected"


class UnreadableSource(Rejected):
    """The file could not be read.

    `file` is the name people know it by, `line` the 1-based line where reading stopped (None if the format has none).
    """

    slug = "unreadable-source"

    def __init__(
        self, message: str = "", *, file: str = "", line: int | None = None, hint: str = "", slug: str = ""
    ) -> None:
        self.file, self.line = file, line
        where = f"{file}, line {line}: " if file and line else f"{file}: " if file else ""
        super().__init__(where + (message or "The file could not be read."), hint=hint, slug=slug)


class Forbidden(CairnError):
    """You may not do this."""

    slug = "forbidden"


class Unavailable(CairnError):
    """Something this needs cannot be reached just now. Worth trying again."""

    slug = "unavailable"


class DiskFull(Unavailable):
    """The disk is full. Nothing that was accepted is lost."""

    slug = "disk-full"
    hint = "Free some space and try again."


class InUse(CairnError):
    """Another process is using this."""

    slug = "in-use"


class SettingsError(CairnError):
    """A setting is wrong."""

    slug = "settings"
