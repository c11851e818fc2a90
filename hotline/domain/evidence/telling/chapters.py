"""A published period as nine chapters of one language: what pages show and paper prints. Pure."""

from collections.abc import Mapping, Sequence

from hotline.domain.evidence.edition import PublishedFigures
from hotline.domain.evidence.telling.chapter import Chapter
from hotline.domain.evidence.telling.help_chapters import answer, referrals, screening
from hotline.domain.evidence.telling.month_chapters import month, reach, report
from hotline.domain.evidence.telling.place_chapters import learning, method, places
from hotline.domain.evidence.telling.teller import Teller


def told(
    published: PublishedFigures,
    language: str,
    *,
    before: PublishedFigures | None = None,
    quarter: PublishedFigures | None = None,
    names: Mapping[str, str] | None = None,
) -> Sequence[Chapter]:
    """`before`: the period before, same edition. `quarter`: outside, the newest quarter that is out: it has the times.

    `names`: what the live flows call a thing, by its row (`topic:work_abroad`).
    """
    teller = Teller(published, language, before, names or {})
    return [
        month(teller),
        reach(teller),
        report(teller),
        answer(teller, quarter),
        screening(teller),
        referrals(teller),
        places(teller),
        learning(teller),
        method(teller),
    ]
