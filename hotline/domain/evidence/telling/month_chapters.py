"""The first chapters: the month in short, whom the line reached, and where people stop who begin to report. Pure."""

from hotline.domain.evidence.telling.chapter import Chapter, ChapterName, ChartKind
from hotline.domain.evidence.telling.teller import MOST_BARS, CellAt, Teller, told_of
from hotline.domain.evidence.telling.words import line
from hotline.domain.evidence.telling.words.chapters import TITLES

LARGE = ("session", "tip", "acted_of_100", "identified", "arrived")
INSTEAD = "topic"
"""Where an edition does not say in how many tips somebody acted."""
OF_REPORT = "screen:report/"


def month(teller: Teller) -> Chapter:
    sentences = told_of(
        teller.sentence(line.DIALLED) or teller.sentence(line.DIALLED_ALONE),
        teller.sentence(line.TIPS),
        teller.sentence(line.ACTED) or teller.sentence(line.READ),
        teller.sentence(line.MET),
        teller.sentence(line.HELPED),
    )
    shown = [figure if teller.published.cell(figure) is not None else INSTEAD for figure in LARGE]
    numbers = [teller.large(one) for one in shown if teller.published.cell(one) is not None]
    return Chapter(ChapterName.MONTH, teller.words(TITLES[ChapterName.MONTH]), sentences, numbers)


def reach(teller: Teller) -> Chapter:
    events = [(one, "") for one in ("session", "topic", "tip")]
    dialled = [("ussd_session", ""), ("ussd_left", "")]
    sent = [("sms_sent", ""), ("sms_delivered", ""), ("sms_failed", "")]
    return Chapter(
        ChapterName.REACH,
        teller.words(TITLES[ChapterName.REACH]),
        told_of(
            teller.sentence(line.READ),
            *(
                teller.sentence(words, one=CellAt("session", row))
                for row, words in line.BY_LANGUAGE.items()
            ),
            teller.sentence(line.BY_SMS, tip=CellAt("tip", "channel:sms")),
        ),
        charts=told_of(
            teller.by_chart(line.TOPICS, line.TOPICS_SHOWN, "topic", "topic"),
        ),
        tables=told_of(
            teller.table(line.BY_LANGUAGE_TITLE, "language", events, line.LANGUAGE),
            teller.table(line.BY_CHANNEL_TITLE, "channel", events, line.CHANNEL),
            teller.table(line.TOPICS, "topic", [("topic", "")], line.TOPIC),
            teller.table(line.SESSIONS_OF_NETWORK, "network", dialled, line.NETWORK),
            teller.table(line.SMS_OF_NETWORK, "network", sent, line.NETWORK),
        ),
    )


def report(teller: Teller) -> Chapter:
    """The screens that most saw come first: nearly the order of the flow."""
    answered = [
        one for one in teller.rows(["screen_answered"], "screen") if one.startswith(OF_REPORT)
    ]
    answered.sort(key=lambda row: -(teller.published.number("screen_shown", row) or 0))
    steps = {
        row: (CellAt("screen_shown", row), CellAt("screen_answered", row))
        for row in answered[:MOST_BARS]
    }
    shown = [("screen_shown", ""), ("screen_answered", "")]
    return Chapter(
        ChapterName.REPORT,
        teller.words(TITLES[ChapterName.REPORT]),
        told_of(
            teller.sentence(line.REPORTS),
            teller.sentence(line.TIME_TO_FILE),
            teller.sentence(line.FRAGMENTS),
            teller.sentence(line.COMPLAINTS),
        ),
        charts=told_of(
            teller.chart(ChartKind.FALLING, line.SCREENS, line.SCREENS_SHOWN, steps),
            teller.by_chart(line.PROVINCES, line.PROVINCES_SHOWN, "tip", "province"),
        ),
        tables=told_of(
            teller.table(line.SCREENS, "screen", shown, line.SCREEN, only=OF_REPORT),
            teller.table(
                line.PROVINCES, "province", [("tip", ""), ("identified", "")], line.PROVINCE
            ),
        ),
    )
