"""Line: what each network delivered, and where calls broke off."""

from collections.abc import Iterator

from hotline.domain.evidence.telling.words import line
from hotline.web.console.evidence.dashboard_block import DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller
from hotline.web.console.who import phrase


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    yield from _delivered(told)
    yield from _dialled(told)
    yield from _channels(told)


def _delivered(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["sms_sent"], "network"), told.teller.words
    if rows:
        title = words(line.SMS_OF_NETWORK)
        columns = told.columns("sms_sent", "sms_delivered", "sms_failed")
        says = phrase("How many alerts to responders each network brought to a phone.")
        yield DashboardBlock(
            told.table("sms", title, words(line.NETWORK), rows, columns),
            [told.phrase(says)],
            told.falling(title, rows, columns[0], columns[1]),
            told.meanings("sms_sent", "sms_delivered", "sms_failed"),
        )


def _dialled(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["ussd_session"], "network"), told.teller.words
    if rows:
        title = words(line.SESSIONS_OF_NETWORK)
        columns = told.columns("ussd_session", "ussd_left")
        says = phrase("How many calls came over each network, and how many ended before an end.")
        yield DashboardBlock(
            told.table("dialled", title, words(line.NETWORK), rows, columns),
            [told.phrase(says)],
            told.falling(title, rows, *columns),
            told.meanings("ussd_session", "ussd_left"),
        )


def _channels(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["tip"], "channel"), told.teller.words
    if rows:
        title = words(line.BY_CHANNEL_TITLE)
        columns = told.columns("tip", "topic", beside=True)
        says = phrase("How many tips came by dialling, and how many by SMS.")
        yield DashboardBlock(
            told.table("channel", title, words(line.CHANNEL), rows, columns),
            [told.phrase(says)],
            told.bars(title, rows, "tip"),
        )
