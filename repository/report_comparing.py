"""What changed between two versions of a report: themes up, down, new and gone, and quotes that came. Values in and out."""

from dataclasses import dataclass

from repository.domain.report import Contents, Place, Share, ThemeFigures


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """A theme in both versions; None where one of them does not have it. `quotes` are places that only the later has."""

    slug: str
    name: str
    before: Share | None
    after: Share | None
    accounts_before: Share | None
    accounts_after: Share | None
    quotes: tuple[Place, ...] = ()

    @property
    def kind(self) -> str:
        """Say "new", "gone", "up", "down" or "same": by the share of participants, where somebody was heard in both."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        if not self.before.count or not self.after.count:
            return "same" if self.before.count == self.after.count else "gone" if self.before.count else "new"
        before, after = self.before.count / self.before.of, self.after.count / self.after.of
        return "same" if before == after else "up" if after > before else "down"

    @property
    def sure(self) -> bool:
        """Say whether the change is beyond chance: the intervals of the two shares do not meet."""
        if self.before is None or self.after is None:
            return False
        return self.before.high < self.after.low or self.after.high < self.before.low


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from one version to a later one, themes with the largest change first."""

    themes: tuple[ThemeChange, ...]
    participants: tuple[int, int]
    accounts: tuple[int, int]
    sessions: tuple[int, int]
    studies_new: tuple[str, ...]
    studies_gone: tuple[str, ...]
    insights_new: tuple[tuple[int, str], ...]
    insights_gone: tuple[tuple[int, str], ...]


def compare(before: Contents, after: Contents) -> Changes:
    """Compare two versions, or a version with what is so today."""
    was, now = ({one.slug: one for one in each.themes} for each in (before, after))
    themes = [_change(was.get(slug), now.get(slug)) for slug in dict.fromkeys([*now, *was])]
    studies = [{one.id: one.title for one in each.studies} for each in (before, after)]
    insights = [{one.id: one.claim for one in each.insights} for each in (before, after)]
    return Changes(
        themes=tuple(sorted(themes, key=lambda one: (-_size(one), one.name))),
        participants=(before.participants, after.participants),
        accounts=(before.accounts, after.accounts),
        sessions=(before.sessions, after.sessions),
        studies_new=tuple(title for i, title in studies[1].items() if i not in studies[0]),
        studies_gone=tuple(title for i, title in studies[0].items() if i not in studies[1]),
        insights_new=tuple((i, claim) for i, claim in insights[1].items() if i not in insights[0]),
        insights_gone=tuple((i, claim) for i, claim in insights[0].items() if i not in insights[1]),
    )


def _change(before: ThemeFigures | None, after: ThemeFigures | None) -> ThemeChange:
    one = after or before
    assert one is not None
    known = {*before.places, *before.against} if before else set()
    return ThemeChange(
        slug=one.slug,
        name=one.name,
        before=before.participants if before else None,
        after=after.participants if after else None,
        accounts_before=before.accounts if before else None,
        accounts_after=after.accounts if after else None,
        quotes=tuple(place for place in (*after.places, *after.against) if place not in known) if after else (),
    )


def _size(change: ThemeChange) -> float:
    shares = [one.count / one.of if one and one.of else 0.0 for one in (change.before, change.after)]
    return abs(shares[1] - shares[0])
