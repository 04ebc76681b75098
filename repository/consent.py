"""What a participant agreed to, as far as words say so: whether what they said may be quoted."""

import re

#: Words of a consent that forbid quotes. What does not say so allows them within the company.
FORBIDS = re.compile(
    r"\b(?:no|not|never|without)\b[^.;]{0,30}\bquot|\bquot\w*\b[^.;]{0,20}\b(?:not allowed|forbidden|refused|withdrawn)\b"
    r"|\bconsent (?:was )?(?:withdrawn|refused)\b",
    re.I,
)


def may_quote(consent: str) -> bool:
    """Say whether words said under a consent may stand in a document.

    >>> may_quote("research within the company"), may_quote("Notes only, may not be quoted"), may_quote("")
    (True, False, True)
    """
    return FORBIDS.search(consent) is None
