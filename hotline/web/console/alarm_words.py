"""Says each alarm in the reader's language, for Today. The doctor speaks English, in a terminal and by SMS."""

from collections.abc import Mapping

from hotline.domain.watch.alarms import Alarm
from hotline.web.console.who import phrase

ALARMS: Mapping[str, str] = {
    Alarm.DATABASE: phrase("The database does not answer."),
    Alarm.FLOWS: phrase("No flows are live: every call ends at once."),
    Alarm.URGENT_WORDS: phrase("Words of an emergency wait to be read by a second person."),
    Alarm.NUMBERS: phrase("A number on the screens must be confirmed again."),
    Alarm.NATIONAL: phrase("The national desk has too few people who can be alerted."),
    Alarm.DISTRICTS: phrase("A district has no one who can be alerted."),
    Alarm.DESKS: phrase("A desk has no key, or too few members who open it."),
    Alarm.WATCHERS: phrase("No one is notified when something is wrong."),
    Alarm.KEYS: phrase("A process cannot open what is sealed to it: its key is lost or wrong."),
    Alarm.CLOCK: phrase("The clock of the line has stopped: deadlines do not run."),
    Alarm.TIPS: phrase("No one was alerted of a tip."),
    Alarm.UNANSWERED: phrase("A tip was not taken in time."),
    Alarm.UNSENT: phrase("Messages wait too long to be sent."),
    Alarm.GIVEN_UP: phrase("A message could not be delivered, and was given up."),
    Alarm.LANE: phrase("No message goes out: sending is on hold."),
    Alarm.REDIS: phrase("The queue of jobs (Redis) does not answer."),
    Alarm.DISK: phrase("The disk is nearly full."),
    Alarm.DIAL: phrase("A test call to the line was not answered."),
    Alarm.BALANCE: phrase("The balance at the SMS gateway is low."),
    Alarm.QUIET: phrase("Far fewer calls than usual reach the line."),
    Alarm.DELIVERY: phrase("Too few messages arrive at phones."),
    Alarm.TRIAL: phrase("The daily test message did not come through."),
    Alarm.BACKUP: phrase("There is no recent backup."),
    Alarm.CLOCK_JUMP: phrase("The clock of a machine was turned by more than a minute."),
    Alarm.STRANGE_JOB: phrase("A job that the line did not write was refused."),
    Alarm.STRANGE_CALLER: phrase("Another phone sent keys in a session that was not its own."),
    Alarm.DETAILS: phrase("A desk cannot read a tip that it should: a key was missing."),
    Alarm.INBOX: phrase("The inbox of SMS was not read for too long."),
    Alarm.UNPROVEN: phrase("Answers by SMS stand in no inbox: someone may be writing them."),
    Alarm.STOP_WISH: phrase("STOP came in the name of an enrolled number, and changed nothing."),
    Alarm.FORGETTING: phrase("The key of a past week could not be destroyed on the disk."),
    Alarm.ACCOUNTS: phrase(
        "An admin ended or suspended an account, made a new link for it, or took a role."
    ),
    Alarm.SIGN_INS: phrase("Many sign-ins failed within an hour."),
    Alarm.SIGN_IN_QUEUE: phrase(
        "Sign-in attempts filled the queue: new browsers could not sign in."
    ),
}
OF_A_TIP: Mapping[str, str] = {
    Alarm.TIPS: phrase("No one was alerted of tip {tip}, filed {filed}."),
    Alarm.UNANSWERED: phrase("No one has taken tip {tip}, filed {filed}."),
}
"""The same, for whoever may know of the tip."""
OF_A_MOMENT: Mapping[str, str] = {
    Alarm.TIPS: phrase("No one was alerted of a tip that was filed {filed}."),
    Alarm.UNANSWERED: phrase("No one has taken a tip that was filed {filed}."),
}
"""The same, for whoever may not."""
