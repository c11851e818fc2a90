"""Contains all texts that the code itself sends to a handset. The key of each text is its English wording. Pure.

Three groups use this table: code that sends texts (`phrases.say(language, Template.TAKEN, ref=...)`), translators
(`hotline words`) and the tests. A stored message has its template and parameters, but never the final text. No text
here names the subject of the hotline. Network operators can read an SMS, and so can everyone who sees the phone or its
lock screen.
"""

from enum import StrEnum


class Template(StrEnum):
    """One text that the code sends. Its English text is the key in the catalogues, so changing it makes every
    translation out of date."""

    ALERT_URGENT_REPLY = "{ref}: {place}, urgent. Reply 1 {ref}"
    """An alert to a responder about an urgent case, if replies by SMS reach us. `ref` is the reference of the case,
    such as K7Q4. `place` is the name of a district, or "abroad". The reply `1 K7Q4` takes the case."""
    ALERT_URGENT_DIAL = "{ref}: {place}, urgent. Dial {code}"
    """An alert to a responder about an urgent case, if replies by SMS do not reach us. `code` is the responders' short
    code, such as *384*777*90#."""
    ALERT_REPLY = "{ref}: {place}. Reply 1 {ref}"
    """An alert to a responder about a case that is not urgent, if replies by SMS reach us. The reply `1 K7Q4` takes the
    case."""
    ALERT_DIAL = "{ref}: {place}. Dial {code}"
    """An alert to a responder about a case that is not urgent, if replies by SMS do not reach us."""
    ALERT_LIKE_URGENT_REPLY = "{ref}: {place}, urgent, similar to {like}. Reply 1 {ref}"
    """An alert about an urgent case that is probably the same as the case `like`. The responder was already alerted of
    that case. The reply `1 K7Q4` takes the case."""
    ALERT_LIKE_URGENT_DIAL = "{ref}: {place}, urgent, similar to {like}. Dial {code}"
    """An urgent alert about a case that is probably the same as the case `like`, if replies by SMS do not reach us."""
    ALERT_LIKE_REPLY = "{ref}: {place}, similar to {like}. Reply 1 {ref}"
    """An alert about a case that is not urgent and is probably the same as the case `like`. The reply `1 K7Q4` takes
    the case."""
    ALERT_LIKE_DIAL = "{ref}: {place}, similar to {like}. Dial {code}"
    """An alert about a case that is not urgent and is probably the same as the case `like`, if replies by SMS do not
    reach us."""
    ALERT_LOCKED_URGENT_REPLY = "{ref}: {place}, urgent, details locked. Reply 1 {ref}"
    """An alert about an urgent case, if the desk cannot decrypt the tip because a key is missing. The reply `1 K7Q4`
    takes the case."""
    ALERT_LOCKED_URGENT_DIAL = "{ref}: {place}, urgent, details locked. Dial {code}"
    """An alert about an urgent case, if the desk cannot decrypt the tip because a key is missing, and if replies by SMS
    do not reach us."""
    ALERT_LOCKED_REPLY = "{ref}: {place}, details locked. Reply 1 {ref}"
    """An alert about a case that is not urgent, if the desk cannot decrypt the tip because a key is missing. The reply
    `1 K7Q4` takes the case."""
    ALERT_LOCKED_DIAL = "{ref}: {place}, details locked. Dial {code}"
    """An alert about a case that is not urgent, if the desk cannot decrypt the tip because a key is missing, and if
    replies by SMS do not reach us."""
    SHARED_OPEN = "{count} open. Dial {code}"
    """One SMS in 15 minutes about all cases of which a responder was alerted before. `count` is their number. It does
    not say that a case waits: a stranger may see the lock screen."""
    SHARED_URGENT = "{place}: {count} more urgent cases. Dial {code}"
    """One SMS a minute about further urgent cases of a district, if very many arrive at once."""
    ALERT_OVERDUE_REPLY = "{ref}: {place}, case taken, no update since. Reply 1 {ref}"
    """An SMS to a coordinator, and then to the national desk: the assignee reported no outcome in time. The reply `1
    K7Q4` takes the case too."""
    ALERT_OVERDUE_DIAL = "{ref}: {place}, case taken, no update since. Dial {code}"
    """An SMS to a coordinator, and then to the national desk: the assignee reported no outcome in time. Replies by SMS
    do not reach us."""
    ALERT_LOOK_REPLY = "{ref}: {place}, case taken two hours ago. To check the case, reply 1 {ref}"
    """An SMS to the national desk, two hours after a responder took a case about danger. A second person checks every
    such case."""
    ALERT_LOOK_DIAL = "{ref}: {place}, case taken two hours ago. To check the case, dial {code}"
    """An SMS to the national desk, two hours after a responder took a case about danger. Replies by SMS do not reach
    us."""
    CLOSURE_REQUESTED = "{ref}: a colleague asks to close this case. Dial {code}."
    """An SMS to the national desk: a responder asks to close a case. No SMS can confirm a closure, because the
    person who confirms it must first open the case."""
    CLOSURES_WAIT = "Closure requests waiting 24 hours or more: {refs}. Dial {code}"
    """An SMS to the national desk at 06:30: closures wait for confirmation. `refs` are references such as K7Q4 M3TX,
    or T12 for a case of which this person was not alerted."""
    HOLDS_WAIT = "Legal holds to review: {count}. See Case files in the console."
    """An SMS to the national desk on Mondays at 06:30: legal holds of case files were not reviewed for six months."""
    MORE_TOLD = "{ref}: new information. Read the case again."
    """An SMS to responders who were alerted of the first of many similar tips. They get it once and not for each
    tip. `ref` is the reference of the first tip."""
    STAY_AWAY = "{ref}: do not visit or call. Read the case first."
    """An SMS to every alerted responder, if the caller asked that no one comes, or erased the report with 000. It never
    says who asked for this."""
    CAREFUL = "{ref}: careful. Do not visit openly. Do not call anyone there. Call the national desk: {number}."
    """An SMS to every alerted responder about a person in danger, if the caller asked that no one comes, or erased the
    report with 000: responders should act, but not openly. `number` is the confirmed number of the national desk."""
    CAREFUL_ALONE = (
        "{ref}: careful. Do not visit openly. Do not call anyone there. Ask the national desk."
    )
    """An SMS to every alerted responder about a person in danger, if the caller asked that no one comes, or erased the
    report with 000. No number of the national desk is confirmed."""
    HOW_REPLY = "{ref}: careful, do not call. How should responders visit? Reply 6 {ref}: discreetly, 7 {ref}: openly"
    """An SMS to the national desk, which decides if responders may go openly."""
    HOW_DIAL = "{ref}: careful, do not call. How should responders visit? Dial {code}"
    """An SMS to the national desk, which decides if responders may go openly. Replies by SMS do not reach us."""
    MANNER_SILENT = "{ref}: no answer from the national desk. Act with a colleague, not openly."
    """An SMS to the responders, who may go, if the national desk has decided nothing for ten minutes."""
    GO_UNSEEN = (
        "{ref}: the national desk says: go with a colleague, not openly. Do not call anyone there."
    )
    """An SMS to every alerted responder: the national desk decided that they may go, but not openly."""
    GO_OPENLY = "{ref}: the national desk says: you may go openly."
    """An SMS to every alerted responder: the national desk decided that they may go openly."""
    PLACE_CHANGED = "{ref}: the place has changed. Call {number} before you go."
    """An SMS to every alerted responder, if the caller corrected the place. `number` is the national desk's number."""
    PLACE_CHANGED_ALONE = "{ref}: the place has changed. Ask the national desk before you go."
    """An SMS to every alerted responder, if the caller corrected the place and the national desk has no confirmed
    number."""
    TOLD_FIRST = "{ref}: the district was alerted before you."
    """An SMS to the national desk, if the caller named an official only after the district was alerted."""
    LET_REPLY = "{ref}: a team in {place} took this case too. To stop the first team, reply 8 {ref}"
    """An SMS to the national desk: a responder of the corrected place has taken the case. If there is danger, only
    the national desk stands down the responders of the first place."""
    LET_DIAL = "{ref}: a team in {place} took this case too. To stop the first team, dial {code}"
    """An SMS to the national desk: a responder of the corrected place has taken the case. Replies by SMS do not reach
    us."""
    LET_GO = "{ref}: another team has this case now. You do not need to go. Thank you."
    """An SMS to the responders of the first place: a team of the corrected place has taken the case."""
    REMIND_REPLY = "{ref}: what happened? By {time}, send a digit and {ref}: {digits}"
    """A reminder by SMS to the assignee, after half of the time for an outcome. `time` is when others will be alerted.
    `digits` are the possible answers.
    """
    REMIND_DIAL = "{ref}: by {time}, say what happened. Dial {code}"
    """A reminder by SMS to the assignee, if replies by SMS do not reach us. `time` is when others will be alerted."""
    FOLLOW = "{ref}: any news? Dial {code}"
    """An SMS to the responder who can know the result, days or weeks later. It names no subject and no person."""
    FOLLOW_ABOVE = "{ref}: no one has sent news. Dial {code}"
    """An SMS that the responder who can know the result has not answered: to a coordinator the next morning, then to
    the national desk.
    """

    SERVICE_ASK = "{ref}: a referral. Reply 1 for yes, 2 for no room"
    """An SMS to the person on duty of a service: a responder wants to refer a person. `ref` names the request, and not
    the case."""
    SERVICE_TOLD = "{ref}: {who}, we asked at {time}. Thank you."
    """The answer to a service that said yes. `who` is a woman, a man, a girl or a boy. `time` is when we asked."""
    SERVICE_FULL = "{ref}: no room, noted. Thank you."
    """The answer to a service that said that it has no room."""
    SERVICE_YES = "{ref}: there is room. Dial {code}"
    """An SMS to the responder who offered the help. It names neither the service nor the person."""

    TAKEN = "{ref}: you have taken this case. Thank you."
    """The answer to `1 K7Q4`, even if it arrives twice."""
    NOTED = "{ref}: noted. We also ask other responders."
    """The answer to `1 K7Q4` while the gateway's inbox cannot be read. So there is no proof yet that the responder
    wrote it."""
    HELPS_TOO = "{ref}: you help too. A colleague has this case."
    """The answer to `1 K7Q4` from a responder who takes a case after a colleague. An SMS never names a colleague."""
    HELPS_TOO_UNREAD = (
        "{ref}: you help too. A colleague has this case. You have not read it: do not visit openly."
    )
    """The answer to `1 K7Q4` after a colleague took the case, if it must be read before anyone goes there openly."""
    HELPS_TOO_STAY_AWAY = "{ref}: you help too. A colleague has this case. Do not visit or call."
    """The answer to `1 K7Q4` after a colleague took the case, for a case with a warning and without danger."""
    TAKEN_UNTIL = (
        "{ref}: you took this case. What happened? By {time}, send a digit and {ref}: {own}"
    )
    """The answer to `1 K7Q4` if an outcome is due. `time` is a time such as 25/11 14:05. `own` are the digits for an
    assignee."""
    TAKEN_UNREAD = "{ref}: you took this case without reading it. Do not visit openly. Call the national desk: {number}"
    """The answer to `1 K7Q4` for a case with a warning, or if the caller was not asked whether responders may come."""
    TAKEN_UNREAD_ALONE = (
        "{ref}: you took this case without reading it. Do not visit openly. Ask the national desk."
    )
    """The answer to `1 K7Q4` for a case with a warning, if no number of the national desk is confirmed."""
    TAKEN_UNREAD_DESK = "{ref}: you took this case without reading it. Do not visit openly."
    """The answer to `1 K7Q4` to a person of the national desk, which itself decides how to go there."""
    TAKEN_STAY_AWAY = "{ref}: you took this case. Do not visit or call. Read the case first."
    """The answer to `1 K7Q4` for a case with a warning and without danger."""
    HOW_NOTED = "{ref}: noted. We alert the responders."
    """The answer to `6 K7Q4` and `7 K7Q4` from the national desk."""
    LET_NOTED = "{ref}: noted. We tell the first team to stop."
    """The answer to `8 K7Q4` from the national desk."""
    LET_TOO_EARLY = "{ref}: no one at the new place has taken this case yet."
    """The answer to `8 K7Q4` if no responder of the corrected place has taken the case."""
    HOW_WAITS = "{ref}: noted. In a few minutes we alert the responders."
    """The answer to `7 K7Q4` while there is no proof yet that the responder wrote it."""
    ON_SITE_NOTED = "{ref}: noted, you are on site."
    """The answer to `2 K7Q4`: the responder is on site."""
    ON_SITE_UNTIL = "{ref}: noted, you are on site. By {time}, say what happened."
    """The answer to the digit 2 from an assignee. The outcome of the case is due at `time`."""
    REFERRED_NOTED = "{ref}: noted, referred to a service."
    """The answer to `3 K7Q4`: the responder referred a person to a service."""
    REFERRED_UNTIL = "{ref}: noted, referred. By {time}, say what happened."
    """The answer to the digit 3 (referred to a service). The outcome of the case is due at `time`."""
    CLOSED_NOTED = "{ref}: closed. Thank you."
    """The answer to 4 if the case is closed."""
    JUDGE_NOTED = "{ref}: noted, not this kind of case. A second person checks it. Until then the case is yours."
    """The answer to the digit 4 (the case is not about trafficking), in every case that a second person checks. The
    answer is always the same, so no SMS reveals the result of a screening."""
    ANOTHER_WAITS = "{ref}: another request to close this case is waiting."
    """The answer to the digit 4 if another person requested closure with a different outcome."""
    GOES_ON_WAITS = "{ref}: noted. The case stays open. In a few minutes it is yours."
    """The answer to the digit 1 that refuses a closure, while it is not proved who sent the SMS. There is no other
    responder to ask.
    """
    OPEN_FIRST = "{ref}: dial {code}. Read the case first, then close it there."
    """The answer to the digit 4 from a responder who may confirm a colleague's closure request."""
    OPEN_IN_CONSOLE = "{ref}: first read the case in the console. Close it there, or dial {code}."
    """The answer to the digit 4 from a responder who may confirm a colleague's closure request, if the national desk
    reads only in the console.
    """
    PASSED_NOTED = "{ref}: we ask the next responder. The case is yours until someone takes it."
    """The answer to the digit 5 from an assignee who cannot continue: we alert another responder."""
    PASSED_THEIRS = "{ref}: your colleague keeps the case."
    """The answer to the digit 5 from a responder who is not the assignee, if there is no other responder to ask."""
    TAKE_FIRST = "{ref}: you have not taken this case yet. Reply 1 {ref}"
    """The answer to the digits 3 and 4 from a responder who is not the assignee."""
    CASE_OVER = "{ref}: this case is closed. Thank you."
    """The answer to any digit about a closed case."""
    EXERCISE = "{ref} was a drill. Do not go. Thank you."
    """The answer to any message about a drill. When the drill ends, this SMS also goes to alerted responders who
    have not answered."""
    EXERCISE_BEGUN = "{place}: a drill runs until {time}. Do not tell the alerted responders."
    """An SMS to the national desk, and to coordinators who do not take part in the drill. `time` is a time such as
    25/11 14:05."""
    ASK_BACK = "{ref}: reply with a digit and {ref}: {digits}"
    """The answer to an unclear message, to a digit without a reference, and to `0`.

    `digits` are those of the digits below that are possible for the case. An answer never repeats the text that the
    responder wrote.
    """
    ASK_BACK_DIAL = "{ref}: dial {code}"
    """The answer to an unclear message, if the responder must dial instead of answering by SMS."""
    DIGIT_TAKE = "1 take"
    """Offers a digit that a responder may send by SMS, with its meaning. Translations keep the digit."""
    DIGIT_HELP_TOO = "1 help too"
    """Offers a digit that a responder may send by SMS: help the colleague who took the case."""
    DIGIT_ON_SITE = "2 on site"
    """Offers a digit that a responder may send by SMS: the responder is at the place."""
    DIGIT_REFERRED = "3 referred"
    DIGIT_NOT_IT = "4 not this kind of case"
    """Offers a digit that a responder may send by SMS: the case is not about trafficking."""
    DIGIT_PASS_ON = "5 pass on"
    """Offers a digit that a responder may send by SMS: another person should take the case."""
    DIGIT_UNSEEN = "6 discreetly"
    """For the national desk: responders must not go there openly."""
    DIGIT_OPENLY = "7 openly"
    DIGIT_LET_GO = "8 stand down first team"
    """For the national desk: the responders of the first place do not have to go."""
    NO_MORE_ANSWERS = "We send no more answers this hour. Dial {code}."
    """The last of ten answers within an hour to unclear messages of a responder with a case about danger."""
    PINS_WRONG = "Someone entered wrong PINs on one phone. Dial {code}"
    """An SMS to the coordinator: wrong PINs were entered on a phone. An SMS never names a responder. The warnings
    behind the PIN say whose phone it is."""
    PINS_WRONG_YOURS = (
        "Wrong PINs: no PIN works on this phone until {time}. Not you? Tell your coordinator."
    )
    """An SMS to the phone itself: wrong PINs were entered. `time` is when the next PIN can be entered, such as 25/11
    14:05."""
    PIN_NETWORK = "One phone opened cases on another network. Dial {code}"
    """An SMS to the coordinator: a phone opened cases on another mobile network than the last time."""
    PIN_MANY = "One phone opened many cases. Dial {code}"
    """An SMS to the coordinator: a phone opened unusually many cases."""
    PIN_NIGHT = "Phones that opened cases at night: {count}. Dial {code}"
    """An SMS to the coordinator at 07:00: phones opened cases at night."""
    PIN_NOT_ME = "Someone else used a responder's PIN. The PIN no longer works. Dial {code}"
    """An SMS to the coordinator: a responder said that someone else used the responder's PIN."""
    PIN_NEVER = "never"
    """On the first screen after the PIN: this PIN never opened the list of cases before."""
    PIN_OPENED = "{time} ({count} times)"
    """The last time at which the PIN opened the list of cases, such as 25/11 14:05, and how often it did."""
    WARNING_WRONG = "{time} {who}: entered wrong PINs"
    """One of the warnings that a coordinator reads after entering the PIN. `who` is the responder's name."""
    WARNING_NETWORK = "{time} {who}: opened cases on another network"
    """Warns a coordinator who has entered the PIN: the phone used another mobile network than before."""
    WARNING_MANY = "{time} {who}: opened many cases"
    """Warns a coordinator who has entered the PIN. `who` is the name of the responder."""
    WARNING_NIGHT = "{time} {who}: opened cases at night"
    """Warns a coordinator who has entered the PIN. `who` is the name of the responder."""
    WARNING_NOT_ME = "{time} {who}: someone else used the PIN. The PIN no longer works"
    """Warns a coordinator who has entered the PIN. `who` is the name of the responder."""
    WARNINGS_END = "Ask these people if they did this. If not, ask an admin for a new PIN."
    """The text below the warnings that a coordinator reads after entering the PIN."""
    NOTHING_OPEN = "You have no open cases. To check, dial {code}"
    """The answer to an unclear SMS of a responder who has no open case."""
    STOP_NOTED = "Noted. You are on duty on this line. To leave the line, tell your coordinator."
    """The answer to a STOP from an enrolled number. A STOP can be forged, so it changes nothing."""
    STOP_TOLD = "A phone of your team sent STOP. Nothing has changed. Please ask your team why."
    """An SMS to the people who lead the responder's desk: a phone of the desk sent STOP. It names no phone."""

    JOIN = "{join} is your code. To join, dial {code}"
    """An SMS to a phone that is being enrolled, or that is a responder's new phone. `join` is a code of six digits."""
    NUMBER_CHANGED = "Your number on this line was changed. If that was not you, call {number}."
    """An SMS to the responder's old number. `number` is the confirmed number of the national desk."""
    NUMBER_CHANGED_ALONE = (
        "Your number on this line was changed. If that was not you, tell the national desk."
    )
    """An SMS to the responder's old number, if no number of the national desk is confirmed."""

    REMOVED = "A colleague was removed from this line. Open cases passed to others: {count}."
    """An SMS to the national desk, because one person alone may remove a responder. It does not say who removed the
    responder."""

    GAPS_FOUND = "Shifts with nobody on duty: {count}. From {time}. Dial {code}"
    """An SMS to a desk's coordinator about new gaps in the roster, and again a day before a gap."""
    GAPS_WEEK = "Next 14 days: {count} districts have hours with nobody on duty. Dial {code}"
    """An SMS to the national desk on Mondays: some districts have hours without anyone on duty."""
    SHIFT_OFFERED = "A colleague offers a shift from {time}. To take the shift, dial {code}"
    """An SMS to the colleagues of a desk: a responder offers a shift."""
    SHIFT_TAKEN = "The shift from {time} was taken. To see the shift, dial {code}"
    """An SMS to a desk's coordinator, and to the responder who offered the shift: a colleague took the shift."""

    ACCOUNT_END_ASKED = (
        "Someone asked to end console account {number}. A second admin decides. Not "
        "expected? Ask the national desk."
    )
    """An SMS about a request to end an account: to the national desk, and to the person who must answer for a desk that
    only this account can decrypt.
    """
    OWN_END = "Someone asked to end your console account. Not expected? Tell the national desk."
    """An SMS to the phone of the person who owns the account: an admin asked to end the account."""
    ACCOUNT_ENDED = "Console account {number} was ended. Not expected? Ask the national desk."
    """An SMS to the national desk: an account has ended. `number` is the number of the account. The name of the
    account never appears."""
    ACCOUNT_SUSPENDED = (
        "Console account {number} is suspended for 24 hours. Not expected? Ask the national desk."
    )
    """An SMS to the national desk: an admin suspended an account. `number` is the number of the account."""
    ACCOUNT_ROLES_TAKEN = "An admin removed a role from console account {number}. Not expected? Ask the national desk."
    """An SMS to the national desk: an admin removed a role from an account. `number` is the number of the account."""
    ACCOUNT_LINK = (
        "Someone asked for a new link to open console account {number}. Not expected? Ask "
        "the national desk."
    )
    """An SMS to the national desk: an admin asked for a new link to sign in. `number` is the number of the account."""
    OWN_LINK = (
        "Someone asked for a new link to open your console account. Not you? Sign in and "
        "refuse the link, or tell the national desk."
    )
    """An SMS to the phone of the person who owns the account: an admin asked for a new link."""

    NATIONAL_IN_CONSOLE = "From now on the national desk reads cases in the console only."
    """An SMS to the national desk: an operator turned on the setting that this desk reads cases only in the
    console."""
    NATIONAL_BY_PIN = (
        "The national desk can read cases by phone again. Not expected? Call the technicians now."
    )
    """An SMS to the national desk: an operator turned off the setting that this desk reads cases only in the
    console."""

    WORDS_URGENT = (
        "Since {time} callers read a text that only one person approved. Review it by {until}."
    )
    """An SMS to the national desk: one person published a text alone. `time` is a time such as 24/11 14:05. At
    `until`, such as 18:05, the clock withdraws the text."""

    LIST_URGENT = "{ref} urgent, new"
    """A case on a responder's list on USSD."""
    LIST_NEW = "{ref} new"
    LIST_DUE = "{ref} due {time}"
    """The responder's own case. The time, such as 25/11 14:05, is when its outcome is due."""
    LIST_THEIRS = "{ref} a colleague has it"
    """A colleague's case. It is not overdue, and the responder has nothing to do in it."""
    LIST_CLOSURE = "{ref} closure requested"
    """A case whose closure was requested. People who may confirm it see this."""
    LIST_EXERCISE = "{ref} drill"
    """A drill on a responder's list."""
    OUTCOME_HELPED = "helped"
    """The outcome of a requested closure, on USSD after the PIN."""
    OUTCOME_REFERRED = "referred"
    OUTCOME_NOT_IT = "not this kind of case"
    """The outcome of a requested closure, on USSD: the case is not about trafficking."""
    OUTCOME_NOBODY = "no one found"
    """The outcome of a requested closure, on USSD: responders found no one at the place."""
    OUTCOME_SILENT = "no information"
    OUTCOME_JOKE = "a joke"
    OUTCOME_TEST = "a test"
    MET_WOMAN = "woman"
    """A person of a case on the responder's list, such as 1 woman 25/11: the person's number in the case and the
    day."""
    MET_MAN = "man"
    MET_GIRL = "girl"
    MET_BOY = "boy"
    MET_PERSON = "person"
    CONTINUE_FORM = "Continue ({step} of {count})"
    """The choice to continue a form about a person at its next question, on USSD after the PIN."""
    OWES_HELP = "help"
    """An open duty to a person when a case is closed, on USSD: a service must be asked for help (1 woman: help)."""
    OWES_ANSWER = "the answer"
    """An open duty: the responder must report the service's answer."""
    OWES_ARRIVAL = "arrival"
    """An open duty: the responder must report if the person arrived at the service."""
    OWES_THIRTY = "check after 30 days"
    """An open duty: the responder must report how the person is, 30 days after arrival."""
    OWES_ASKING = "ask again"
    """An open duty: the responder must ask the person again if the person wants help."""
    LIST_FOLLOW = "{ref} any news?"
    """An open or closed case on the responder's list, for which a result is still missing."""
    LIST_LIKE = "{case}, similar to {like}"
    """A case that is probably the same as the case `like` on the responder's list. `case` is the text of this case in
    the list, such as K7Q4 urgent, new."""
    EXERCISE_TOLD = "This is a drill. No one is in danger. Do not go."
    """The whole text of a drill, in every language. It is also the first line of the drill's page on USSD."""
    PAGE_CAREFUL = "Careful: do not visit openly."
    """A warning at the top of a case's page on USSD. The page shows it for a person in danger whose caller asked for no
    visit."""
    PAGE_STAY_AWAY = "Do not visit or call."
    """A warning at the top of a case's page on USSD: a visit or a call may be dangerous."""
    PAGE_ASK_FIRST = "We do not know if helpers may come."
    """A warning at the top of a case's page on USSD: the caller was not asked if helpers may come."""
    PAGE_OFFICIAL = "An official may be involved."
    """A warning at the top of a case's page on USSD: the caller named an official."""
    PAGE_CHILD = "The person may be a child."
    """A warning at the top of a case's page on USSD, about the person in the case."""
    PAGE_LIKE = "Similar to {like}."
    """The case is probably the same as the case `like`, which the responder knows by this reference."""
    NOTE_AT = "Note {time}:"
    """The beginning of a responder's note, below the text of the tip on the page of a case."""
    LINE_TOLD = "alerted"
    """Events of a case, each after its time, such as 25/11 14:05 alerted."""
    LINE_DELIVERED = "delivered"
    LINE_TAKEN = "taken"
    LINE_DOUBTED = "taken by SMS, not confirmed"
    """An event of a case: a responder took it by SMS, and the hotline cannot prove yet who sent the SMS."""
    LINE_OPENED = "read"
    LINE_ON_SITE = "someone is on site"
    """An event of a case: a responder is on site."""
    LINE_OFFERED = "referred to a service"
    """An event of a case: a responder referred a person to a service."""
    LINE_ASKED = "a question was asked"
    """An event of a case: a desk asked the caller a question."""
    LINE_NOTE = "a note"
    LINE_PASSED = "passed on"
    LINE_LINKED = "similar to another case"
    """An event of a case: a desk marked it as similar to another case."""
    LINE_WANTED = "closure requested, a second person must check"
    """An event of a case: a responder asked to close it."""
    LINE_AGREED = "a second person confirmed the closure"
    """An event of a case: a second person agreed to close the case."""
    LINE_REFUSED = "a second person keeps the case open"
    """An event of a case: a second person refused its closure."""
    LINE_CLOSED = "closed"
    LINE_REOPENED = "reopened"
    LINE_SCREENED = "questions asked on site"
    """An event of a case: a responder answered the questions on site about a person."""
    LINE_CONSENT = "the person was asked about help"
    """An event of a case: a responder asked a person of the case if the person wants help."""
    LINE_ANSWERED = "a service answered"
    """An event of a case: a service said if it can help."""
    LINE_ARRIVED = "arrival recorded"
    LINE_THIRTY = "checked after 30 days"
    """An event of a case: a responder checked how a person is, 30 days after arrival."""
    LINE_DETERMINED = "an official decision was noted"
    """An event of a case: a court or an official body decided if a person is a victim."""
    PAGE_AWAY = "You cannot read this page now. Please try again."
    """Shown instead of a page that no process can decrypt at the moment."""

    FAILURE = "Sorry, please try again later. In danger: 112"
    """Shown on USSD if the database cannot commit. It is in Kinyarwanda if the caller's language is not known yet.
    It fits on one line."""

    READ_AGAIN = "To read this topic again, send WORK. To stop SMS, send STOP."
    """An SMS to a caller who sends a digit too late. The word is a topic from `text/topics.py`, which differs by
    language."""
    DELETE_THESE = "You can delete these messages."
    """The text below the last screen of a topic that callers read by SMS."""

    ADVERTISEMENT = "Safe work and family: dial {code}"
    """The only answer to a cry for help by SMS. It is exactly the text of the posters. `code` is the service code,
    such as *384*777#."""

    ALARM_RAISED = "Fault: {name}, since {time}. Runbook: {name}"
    """An SMS to on-call contacts: an alarm was raised. `name` is a page of the runbook in English. `time` is a time
    such as 24/11 14:05."""
    ALARM_AGAIN = "Fault continues: {name}, since {time}. Runbook: {name}"
    """An SMS to on-call contacts: the fault that began at `time` continues."""
    ALARM_OVER = "Over: {name}."
    """An SMS to on-call contacts: the fault is over."""
    ALARM_TRIAL = "This is a test. A real alarm comes by SMS too. Nothing is wrong now."
    """An SMS to on-call contacts, as a test of their phones."""
    AUDIT_DIGEST = "Keep this message: {row} {digest}"
    """An SMS to on-call contacts once a day: the digest of the audit log. `row` and `digest` belong to the newest
    row of the audit log."""

    DARK_RADIO = (
        "The advice line {code} does not work today. In danger, call {number}. "
        "We say on the radio when the line works again."
    )
    """A sentence on the printed page for a day on which the hotline does not answer. `code` is the service code, and
    `number` is the emergency number."""

    CALL_WAITS = "{ref}: call requested for {time}. Open the number in the console at that time."
    """An SMS to the national desk: a call-back waits. `ref` is a reference such as C12, and `time` is a time such as
    25/11 08:00-10:00. It never says who will be called or why."""
    CALL_NOW = "{ref}: call now, before {until}. Two people must open the number in the console."
    """An SMS to the national desk: the time of the call-back has begun. `until` is its end."""
    CALL_MISSED = "{ref}: no one called in time. You can call once more: {time}."
    """An SMS to the national desk: no one called back in time. `time` is the second and last time."""
    CALL_OVER = "{ref}: the time for this call has passed. No one may call now."
    """An SMS to the national desk: the last time of the call-back has passed."""
    CALL_WITHDRAWN = "{ref}: the call was cancelled. Do not call."
    """An SMS to the national desk: the caller cancelled the call-back."""

    ERASE_WANTED = "{ref}: someone asked to erase this case. Read the case soon."
    """An SMS to the assignee, or to every alerted responder: a sender asks to erase a report. The sender may not be
    the person who reported."""
    ERASE_DECIDE = "{ref}: someone asked to erase this case. Keep or erase the case by {time}."
    """An SMS to the national desk, which decides with a command: no one took the case, or a person is in danger.
    `ref` is a reference such as T12."""

    PART_PAUSED = "Paused: {part}. The reason is in the console, page Outgoing queue."
    """An SMS to the national desk: a person paused a part of the work. `part` is a text such as: drills."""
    PART_RESUMED = "Resumed: {part}."
    PART_CALL_BACKS = "call-backs"
    PART_DRILLS = "drills"
    PART_ANSWERS = "SMS answers to callers"
    """A part of the work that a person can pause: answers by SMS to callers."""

    ANSWERED = "{ref}: there is an answer to a question. Read the answer at the desk."
    """An SMS to the assignee: the caller answered a question. `ref` is a reference such as K7Q4, or T12 at the
    national desk. It contains neither the question nor the answer."""


OF_EXERCISES = frozenset({Template.EXERCISE, Template.EXERCISE_BEGUN})
"""Texts that a drill sends in addition to its alert. They do not count in statistics. If the network refuses the number
for such a text, no responder is removed.
"""
ALWAYS_SHIPPED = frozenset({Template.FAILURE})
"""Texts for times when the database does not answer. Changes in the console never apply to them."""
