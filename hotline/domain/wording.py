"""Everything the code itself says to a handset, by its English source. Pure.

One table for those who say it (`phrases.say(language, Template.TAKEN, ref=...)`), those who translate it (`hotline
words`) and the tests. A message stores its template and parameters, never the rendered text. No word here names the
subject of the line: an SMS is read by operators, on lock screens, and by whoever holds the phone.
"""

from enum import StrEnum


class Template(StrEnum):
    """The English is the key of the catalogues: changing it makes every translation stale."""

    ALERT_URGENT_REPLY = "{ref}: {place}, urgent. Reply 1 {ref}"
    """To a responder where replies by SMS reach us. `ref` is K7Q4, `place` a district's name or "abroad"."""
    ALERT_URGENT_DIAL = "{ref}: {place}, urgent. Dial {code}"
    """The same where they do not. `code` is the responders' entry: *384*777*90#."""
    ALERT_REPLY = "{ref}: {place}. Reply 1 {ref}"
    ALERT_DIAL = "{ref}: {place}. Dial {code}"
    ALERT_LOCKED_URGENT_REPLY = "{ref}: {place}, urgent, details locked. Reply 1 {ref}"
    """Her desk cannot read what was told: a key is missing. What is urgent is urgent all the same."""
    ALERT_LOCKED_URGENT_DIAL = "{ref}: {place}, urgent, details locked. Dial {code}"
    ALERT_LOCKED_REPLY = "{ref}: {place}, details locked. Reply 1 {ref}"
    ALERT_LOCKED_DIAL = "{ref}: {place}, details locked. Dial {code}"
    ALERT_OPEN_REPLY = "{ref}: {place}, nobody has taken it. Reply 1 {ref}"
    """To the national desk, again and again until somebody takes it."""
    ALERT_OPEN_DIAL = "{ref}: {place}, nobody has taken it. Dial {code}"
    ALERT_OVERDUE_REPLY = "{ref}: {place}, taken, and no word since. Reply 1 {ref}"
    """To a coordinator, then to the national desk: the time for an outcome is over."""
    ALERT_OVERDUE_DIAL = "{ref}: {place}, taken, and no word since. Dial {code}"
    ALERT_LOOK_REPLY = "{ref}: {place}, taken two hours ago. Look at it: 1 {ref}"
    """To the national desk: a second person looks at every danger."""
    ALERT_LOOK_DIAL = "{ref}: {place}, taken two hours ago. Look at it: {code}"
    ALERT_JUDGE_REPLY = (
        "{ref}: {place}, a colleague wants to close it. 4 {ref} agrees, 1 {ref} goes on"
    )
    """To the national desk: danger, a child's or an official's case ends only by two people."""
    ALERT_JUDGE_DIAL = "{ref}: {place}, a colleague wants to close it. Agree or go on: {code}"
    MORE_TOLD = "{ref}: more was told. Read again."
    """To who was told of the first of many like tips: once, instead of an alert for each. `ref` is the first one's."""
    STAY_AWAY = "{ref}: do not visit or call. Read it first."
    """To everybody who was told, after `visit: no` or `000`. It says "somebody", and never who."""
    CAREFUL = "{ref}: careful. Do not go in openly, do not call. Ring {number}."
    """The same with danger: the manner changes, never the case. `number` is the national desk's, signed."""
    CAREFUL_ALONE = "{ref}: careful. Do not go in openly, do not call. Ask the national desk."
    """The same where nobody has signed a number."""
    HOW_REPLY = "{ref}: careful, do not call. How shall they go? 6 {ref} unseen, 7 {ref} openly"
    """To the national desk, which decides."""
    HOW_DIAL = "{ref}: careful, do not call. How shall they go? Say it by {code}"
    MANNER_SILENT = "{ref}: no word from national. Act with a colleague, not openly."
    """To those who go, where the national desk has said nothing for ten minutes."""
    GO_UNSEEN = "{ref}: national says: go with a colleague, not openly. Do not call."
    GO_OPENLY = "{ref}: national says: go openly."
    PLACE_CHANGED = "{ref}: place changed. Ring {number}."
    """To everybody who was told, where whoever told it corrected the place. `number` is the national desk's."""
    PLACE_CHANGED_ALONE = "{ref}: place changed. Ask the national desk."
    TOLD_FIRST = "{ref}: the district was told first"
    """To the national desk, where an official was named only then."""
    LET_REPLY = "{ref}: {place} has it too. Let the first place go: 8 {ref}"
    """To the national desk: with danger it alone lets the people of the first place go."""
    LET_DIAL = "{ref}: {place} has it too. Let the first place go by {code}"
    LET_GO = "{ref}: others have it now. You need not go. Thank you."
    REMIND_REPLY = "{ref}: what came of it? 2 there 3 referred 4 not it 5 pass on"
    """To who took it, at half time."""
    REMIND_DIAL = "{ref}: what came of it? Dial {code}"

    TAKEN = "{ref}: you have taken it. Thank you."
    """Answers `1 K7Q4`, also when it comes twice."""
    NOTED = "{ref}: noted. Others are asked too."
    """Answers `1 K7Q4` while the gateway's inbox cannot be read: nothing proves yet that she wrote it."""
    ALREADY_TAKEN = "{ref}: already taken by a colleague. Thank you."
    TAKEN_UNTIL = (
        "{ref}: yours. Say what came of it by {time}: 2 there 3 referred 4 not it 5 pass on"
    )
    """The same, where an outcome is due. `time` is 25/11 14:05."""
    TAKEN_UNREAD = "{ref}: yours. Unread: do not go in openly. Ring {number}."
    """Answers `1 K7Q4` of a case that is marked, or of which nobody was asked whether helpers may come."""
    TAKEN_UNREAD_ALONE = "{ref}: yours. Unread: do not go in openly. Ask the national desk."
    TAKEN_STAY_AWAY = "{ref}: yours. Do not visit or call. Read it first."
    """The same without danger, where it is marked."""
    HOW_NOTED = "{ref}: noted. Those who go are told."
    """Answers `6 K7Q4` and `7 K7Q4` of the national desk."""
    LET_NOTED = "{ref}: noted. The first place is let go."
    """Answers `8 K7Q4` of the national desk."""
    LET_TOO_EARLY = "{ref}: nobody of the new place has it yet."
    HOW_WAITS = "{ref}: noted. Those who go are told in some minutes."
    """Answers `7 K7Q4` while nothing proves yet that she wrote it."""
    ON_SITE_NOTED = "{ref}: noted, you are there."
    ON_SITE_UNTIL = "{ref}: noted, you are there. Say what came of it by {time}."
    REFERRED_NOTED = "{ref}: noted, somebody helps."
    REFERRED_UNTIL = "{ref}: noted, somebody helps. Say how it went by {time}."
    CLOSED_NOTED = "{ref}: closed. Thank you."
    JUDGE_NOTED = "{ref}: noted. A second person looks at it. Until then it is yours."
    PASSED_NOTED = "{ref}: the next person is asked. Until somebody takes it, it is yours."
    TAKE_FIRST = "{ref}: it is not yours yet. Reply 1 {ref}"
    """Answers 3 and 4, which only who took it may say."""
    CASE_OVER = "{ref}: it is over. Thank you."
    ASK_BACK = "{ref}: 1 take 2 there 3 referred 4 not it 5 pass on"
    """Answers what was not clear, and `0`. An answer never repeats what was written to us."""
    NOTHING_OPEN = "Nothing is open for you. To look, dial {code}"
    STOP_NOTED = "Noted. You are on duty on this line. To leave it, tell your coordinator."
    """Answers a STOP of an enrolled number, which may be forged and changes nothing."""
    STOP_TOLD = "STOP came from a phone of your team. Nothing was changed. Please ask them."
    """To those who lead her desk. It names no phone."""

    WORDS_URGENT = (
        "Since {time} the line says words that one person alone put there. Read them by {until}."
    )
    """To the national desk. `time` is 24/11 14:05, `until` 18:05: then the clock takes them back."""

    FAILURE = "Sorry, please try again later. In danger: 112"
    """On USSD when the database cannot commit; in Kinyarwanda where no language is known yet. One line."""

    READ_AGAIN = "To read again, write WORK. For no more SMS, write STOP."
    """To whoever sends a digit too late. The word is one of `domain/sms/topics.py`, in each language its own."""
    DELETE_THESE = "You can delete these messages."
    """Under the last screen that is read by SMS."""

    ADVERTISEMENT = "Safe work and family: dial {code}"
    """The one answer to a cry for help by SMS: letter for letter what posters say. `code` is *384*777#."""

    ALARM_RAISED = "Fault: {name}, since {time}. Runbook: {name}"
    """To whoever watches over the line. `name` is a page of the runbook, in English; `time` is 24/11 14:05."""
    ALARM_AGAIN = "Fault goes on: {name}, since {time}. Runbook: {name}"
    ALARM_OVER = "Over: {name}."
    """What was wrong is well again."""
    ALARM_TRIAL = "A trial: so you are woken when something is wrong. Nothing is wrong now."

    CALL_WAITS = "{ref}: a call was asked for, {time}. It opens then."
    """To the national desk. `ref` is C12, `time` 25/11 08:00-10:00: never whom, nor what about."""
    CALL_NOW = "{ref}: its time is now, until {until}. Two people open it."
    CALL_MISSED = "{ref}: its time passed and nobody called. Once more: {time}."
    CALL_OVER = "{ref}: its time passed. Nobody may call any more."
    CALL_WITHDRAWN = "{ref}: taken back. Do not call."

    ERASE_WANTED = "{ref}: somebody asked to erase it. Read it soon."
    """To who holds it, or to everybody who was told: it need not have been who told it."""
    ERASE_DECIDE = "{ref}: somebody asked to erase it. Keep it or erase it, by {time}."
    """To the national desk, by a command: nobody has taken it, or somebody is in danger. `ref` is T12."""

    ANSWERED = "{ref}: an answer has come. Read it at the desk."
    """To whoever took the tip: `ref` is K7Q4, or T12 at the national desk. Never to what, nor which."""


ALWAYS_SHIPPED = frozenset({Template.FAILURE})
"""What is said while the database does not answer: no change of the console can reach it."""
