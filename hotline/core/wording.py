"""Contains all texts that the code itself sends to a handset. The key of each text is its English wording. Pure.

The code that sends texts uses this table (`phrases.say(language, Template.TAKEN, ref=...)`). The translators and the
tests use it too. A stored message has its template and parameters, but never the final text. No text in this module
names the subject of the hotline, because network operators can read an SMS, and so can everyone who sees the phone or
its lock screen.
"""

from enum import StrEnum


class Template(StrEnum):
    """One text that the code sends. The English text of a template is the key in the catalogues. If the English text
    changes, every translation is out of date."""

    ALERT_URGENT_REPLY = "{ref}: {place}, urgent. Reply 1 {ref}"
    """An urgent alert to a responder, if the hotline can receive replies by SMS. `ref` is the reference of the case,
    such as K7Q4. `place` is the name of a district, or "abroad". The reply `1 K7Q4` takes the case."""
    ALERT_URGENT_DIAL = "{ref}: {place}, urgent. Dial {code}"
    """An urgent alert to a responder, if the hotline cannot receive replies by SMS. `code` is the responders' short
    code, such as *384*777*90#."""
    ALERT_REPLY = "{ref}: {place}. Reply 1 {ref}"
    """An alert to a responder about a case that is not urgent, if the hotline can receive replies by SMS. The reply
    `1 K7Q4` takes the case."""
    ALERT_DIAL = "{ref}: {place}. Dial {code}"
    """An alert to a responder about a case that is not urgent, if the hotline cannot receive replies by SMS."""
    ALERT_LIKE_URGENT_REPLY = "{ref}: {place}, urgent, similar to {like}. Reply 1 {ref}"
    """An urgent alert to a responder who was already alerted of a case that is probably the same. `like` is the
    reference of that earlier case. The reply `1 K7Q4` takes the new case."""
    ALERT_LIKE_URGENT_DIAL = "{ref}: {place}, urgent, similar to {like}. Dial {code}"
    """An urgent alert about a case that is probably the same as the case `like`, if the hotline cannot receive
    replies by SMS."""
    ALERT_LIKE_REPLY = "{ref}: {place}, similar to {like}. Reply 1 {ref}"
    """An alert about a case that is not urgent and is probably the same as the case `like`. The reply `1 K7Q4` takes
    the case."""
    ALERT_LIKE_DIAL = "{ref}: {place}, similar to {like}. Dial {code}"
    """An alert about a case that is not urgent and is probably the same as the case `like`, if the hotline cannot
    receive replies by SMS."""
    ALERT_LOCKED_URGENT_REPLY = "{ref}: {place}, urgent, details locked. Reply 1 {ref}"
    """An urgent alert to a responder whose desk cannot decrypt the tip, because a key is missing. The reply `1 K7Q4`
    takes the case."""
    ALERT_LOCKED_URGENT_DIAL = "{ref}: {place}, urgent, details locked. Dial {code}"
    """An urgent alert, if the hotline cannot receive replies by SMS. The desk cannot decrypt the tip, because a key
    is missing."""
    ALERT_LOCKED_REPLY = "{ref}: {place}, details locked. Reply 1 {ref}"
    """An alert about a case that is not urgent, if the desk cannot decrypt the tip because a key is missing. The reply
    `1 K7Q4` takes the case."""
    ALERT_LOCKED_DIAL = "{ref}: {place}, details locked. Dial {code}"
    """An alert about a case that is not urgent, if the hotline cannot receive replies by SMS. The desk cannot decrypt
    the tip, because a key is missing."""
    SHARED_OPEN = "{count} open. Dial {code}"
    """One SMS every 15 minutes, instead of single alerts, about all open cases of which a responder was alerted.
    `count` is the number of these cases. The SMS does not say that a case waits, because a stranger may see the lock
    screen."""
    SHARED_URGENT = "{place}: {count} other urgent cases. Dial {code}"
    """One SMS a minute about further urgent cases of a district, if very many urgent cases arrive in a short time."""
    ALERT_OVERDUE_REPLY = "{ref}: {place}, case taken, but no outcome sent. Reply 1 {ref}"
    """An SMS to a coordinator, and later to the national desk: the assignee reported no outcome in time. With the
    reply `1 K7Q4`, the coordinator or the person of the national desk takes the case too."""
    ALERT_OVERDUE_DIAL = "{ref}: {place}, case taken, but no outcome sent. Dial {code}"
    """An SMS to a coordinator, and later to the national desk: the assignee reported no outcome in time. This text is
    for a hotline that cannot receive replies by SMS."""
    ALERT_LOOK_REPLY = "{ref}: {place}, case taken two hours ago. To check the case, reply 1 {ref}"
    """An SMS to the national desk, two hours after a responder took a case about danger. A second person must check
    every case about danger."""
    ALERT_LOOK_DIAL = "{ref}: {place}, case taken two hours ago. To check the case, dial {code}"
    """An SMS to the national desk, two hours after a responder took a case about danger. This text is for a hotline
    that cannot receive replies by SMS."""
    CLOSURE_REQUESTED = "{ref}: a colleague asks to close this case. Dial {code}."
    """An SMS to the national desk: a responder asks to close a case. No SMS can confirm a closure, because the
    person who confirms it must first open the case."""
    CLOSURES_WAIT = "Closure requests waiting 24 hours or more: {refs}. Dial {code}"
    """An SMS to the national desk at 06:30: closure requests have waited for confirmation for 24 hours or more.
    `refs` are the references of these cases, such as K7Q4. If the person who gets the SMS was not alerted of a case,
    the SMS names the tip, such as T12."""
    HOLDS_WAIT = "Legal holds to review: {count}. See Case files in the console."
    """An SMS to the national desk on Mondays at 06:30: some legal holds of case files have had no review for six
    months."""
    MORE_TOLD = "{ref}: there is new information about this case. Read the case again."
    """An SMS to responders who were alerted of the first of many similar tips: new similar tips have arrived, so read
    the case again. A responder gets this SMS only once, and not for each similar tip. `ref` is the reference of the
    first tip."""
    STAY_AWAY = "{ref}: do not visit the place or call anyone there. Read the case now."
    """An SMS to every alerted responder: do not visit. The hotline sends this SMS if the caller answered that no one
    may visit (`visit: no`), or typed `000` to erase the report. The SMS never says who asked that no one visits."""
    CAREFUL = "{ref}: careful. Do not visit openly or call anyone at the place. Call the national desk: {number}."
    """An SMS to every alerted responder: responders should act, but not openly. A person is in danger, and the caller
    answered `visit: no` or typed `000`. `number` is the verified phone number of the national desk."""
    CAREFUL_ALONE = "{ref}: careful. Do not visit openly or call anyone at the place. Ask the national desk how to go."
    """An SMS to every alerted responder: responders should act, but not openly. The hotline sends this SMS if no
    phone number of the national desk is verified."""
    HOW_REPLY = "{ref}: call no one at the place. Should responders go discreetly (reply 6 {ref}) or openly (7 {ref})?"
    """An SMS to the national desk, which decides if responders may go openly."""
    HOW_DIAL = "{ref}: call no one at the place. May responders go there openly? Dial {code}"
    """An SMS to the national desk, which decides if responders may visit openly. This text is for a hotline that
    cannot receive replies by SMS."""
    MANNER_SILENT = "{ref}: the national desk has not decided how to go. You may go with a colleague, but not openly."
    """An SMS to the responders: the national desk has decided nothing for ten minutes, so responders may go, but not
    openly."""
    GO_UNSEEN = "{ref}: the national desk says: go with a colleague, but not openly. Do not call anyone at the place."
    """An SMS to every alerted responder: the national desk decided that responders may go, but not openly."""
    GO_OPENLY = "{ref}: the national desk says: you may go openly."
    """An SMS to every alerted responder: the national desk decided that responders may go openly."""
    PLACE_CHANGED = "{ref}: the place of this case was corrected. Before you go, call the national desk: {number}."
    """An SMS to every alerted responder: the caller corrected the place. `number` is the phone number of the national
    desk."""
    PLACE_CHANGED_ALONE = (
        "{ref}: the place of this case was corrected. Before you go, ask the national "
        "desk for the place."
    )
    """An SMS to every alerted responder: the caller corrected the place. The hotline sends this SMS if no phone
    number of the national desk is verified."""
    TOLD_FIRST = "{ref}: careful: responders of the district got an alert before you."
    """An SMS to the national desk, if the caller named an official only after the district was alerted. So the
    official may already know of the case."""
    LET_REPLY = "{ref}: a team in {place} took this case too. To stop the first team, reply 8 {ref}"
    """An SMS to the national desk: a responder of the corrected place has taken the case. If a person is in danger,
    only the national desk may tell the responders of the first place to stop."""
    LET_DIAL = "{ref}: a team in {place} took this case too. To stop the first team, dial {code}"
    """An SMS to the national desk: a responder of the corrected place has taken the case. This text is for a hotline
    that cannot receive replies by SMS."""
    LET_GO = "{ref}: another team has this case now. You do not need to go. Thank you."
    """An SMS to the responders of the first place: a team of the corrected place has taken the case."""
    REMIND_REPLY = "{ref}: what happened? By {time}, send a digit and {ref}: {digits}"
    """A reminder by SMS to the assignee, after half of the time in which the assignee must report an outcome. At
    `time`, the hotline alerts other people. `digits` are the possible answers."""
    REMIND_DIAL = "{ref}: by {time}, tell us what happened. Dial {code}"
    """A reminder by SMS to the assignee, if the hotline cannot receive replies by SMS. At `time`, the hotline alerts
    other people."""
    FOLLOW = "{ref}: do you have news of this case? Dial {code}"
    """An SMS to a responder, days or weeks after the events of a case. The SMS asks for news, because the responder may
    know the result. The SMS names no subject and no person."""
    FOLLOW_ABOVE = "{ref}: no one has sent news of this case. Dial {code}"
    """An SMS to a coordinator, and later to the national desk: the responder who may know the result of a case has
    not answered."""

    SERVICE_ASK = "{ref}: can your service help a new person? Reply 1 for yes, 2 for no room"
    """An SMS to the person on duty at a service, such as a shelter: a responder wants to refer a person. `ref` is the
    reference of the request, and not of the case."""
    SERVICE_TOLD = "{ref}: {who}. We sent you the request at {time}. Thank you."
    """The answer to a service that agreed to help a person. `who` says if the person is a woman, a man, a girl or a
    boy. `time` is the time of our request."""
    SERVICE_FULL = "{ref}: noted, you have no room. Thank you."
    """The answer to a service that has no room."""
    SERVICE_YES = "{ref}: the service has room. Dial {code}"
    """An SMS to the responder who offered the service to a person: the service has room. The SMS names neither the
    service nor the person."""

    TAKEN = "{ref}: you have taken this case. Thank you."
    """The answer to a responder who took a case with the SMS `1 K7Q4`. A repeated SMS gets the same answer."""
    NOTED = "{ref}: noted. We also ask other responders to take this case."
    """The answer to `1 K7Q4` while the hotline cannot read the gateway's inbox. So the hotline has no proof yet that
    the responder wrote the SMS."""
    HELPS_TOO = "{ref}: you now help a colleague with this case."
    """The answer to `1 K7Q4` from a responder who takes a case after a colleague. An SMS never names a colleague."""
    HELPS_TOO_UNREAD = "{ref}: you now help a colleague with this case. Do not visit openly before you read the case."
    """The answer to `1 K7Q4` after a colleague took the case. Responders must read this case before they visit
    openly."""
    HELPS_TOO_STAY_AWAY = "{ref}: you now help a colleague with this case. Do not visit the place or call anyone there."
    """The answer to `1 K7Q4` after a colleague took the case. The case has a warning about visits, and no person is
    in danger."""
    TAKEN_UNTIL = (
        "{ref}: you took this case. What happened? By {time}, send a digit and {ref}: {own}"
    )
    """The answer to `1 K7Q4` if the responder must report an outcome by `time`, such as 25/11 14:05. `own` lists the
    digits that an assignee may send."""
    TAKEN_UNREAD = "{ref}: you took this case without reading it. Do not visit openly. Call the national desk: {number}"
    """The answer to `1 K7Q4` if the case has a warning about visits, or if the hotline did not ask the caller about
    visits."""
    TAKEN_UNREAD_ALONE = (
        "{ref}: you took this case without reading it. Do not visit openly. "
        "Ask the national desk how to visit."
    )
    """The answer to `1 K7Q4` for a case with a warning about visits, if no phone number of the national desk is
    verified."""
    TAKEN_UNREAD_DESK = "{ref}: you took this case without reading it. Do not visit openly."
    """The answer to `1 K7Q4` from a person of the national desk. The national desk itself decides how responders
    visit."""
    TAKEN_STAY_AWAY = "{ref}: you have taken this case. Do not visit the place or call anyone there. Read the case now."
    """The answer to `1 K7Q4` for a case with a warning about visits, if no person is in danger."""
    HOW_NOTED = "{ref}: noted. We tell the responders your decision."
    """The answer to `6 K7Q4` (go discreetly) and `7 K7Q4` (go openly) from the national desk."""
    LET_NOTED = "{ref}: noted. We tell the first team to stop."
    """The answer to `8 K7Q4` (tell the first team to stop) from the national desk."""
    LET_TOO_EARLY = "{ref}: no responder at the new place has the case yet."
    """The answer to `8 K7Q4` (tell the first team to stop) if no responder of the corrected place has taken the
    case."""
    HOW_WAITS = "{ref}: noted. In a few minutes we tell the responders your decision."
    """The answer to `7 K7Q4` (go openly) and `8 K7Q4` (tell the first team to stop). The hotline has no proof yet of
    who wrote the SMS."""
    ON_SITE_NOTED = "{ref}: noted, you are on site."
    """The answer to `2 K7Q4`: the responder is on site."""
    ON_SITE_UNTIL = "{ref}: noted, you are on site. By {time}, tell us what happened."
    """The answer to the digit 2 (on site) from an assignee. The assignee must report an outcome by `time`."""
    REFERRED_NOTED = "{ref}: noted, you referred a person to a service."
    """The answer to `3 K7Q4`: the responder referred a person to a service."""
    REFERRED_UNTIL = "{ref}: noted, you referred a person. By {time}, tell us what happened."
    """The answer to the digit 3 (referred to a service). The assignee must report an outcome by `time`."""
    CLOSED_NOTED = "{ref}: closed. Thank you."
    """The answer to the digit 4 (the case is not about trafficking) if this digit closed the case."""
    JUDGE_NOTED = "{ref}: noted, not this kind of case. The case is yours until a second person has checked it."
    """The answer to the digit 4 (the case is not about trafficking) if a second person must check the case. The
    hotline always gives this same answer, so no SMS reveals the result of a screening."""
    ANOTHER_WAITS = (
        "{ref}: a colleague's request to close this case is still waiting for a decision."
    )
    """The answer to the digit 4 (the case is not about trafficking) if another person requested closure with a
    different outcome."""
    GOES_ON_WAITS = "{ref}: noted. The case stays open. In a few minutes the case is yours."
    """The answer to the digit 1 from a responder who may confirm a colleague's closure request. With the digit 1,
    this responder refuses the request and takes the case. The hotline cannot prove yet who sent the SMS, and has no
    other responder to ask."""
    OPEN_FIRST = "{ref}: to read this case and then close it, dial {code}."
    """The answer to the digit 4 (the case is not about trafficking), if a colleague has already requested closure. The
    responder must first read the case by phone."""
    OPEN_IN_CONSOLE = "{ref}: first read the case in the console. To close the case, use the console or dial {code}."
    """The answer to the digit 4 (the case is not about trafficking), if the responder must first read the case in the
    console."""
    PASSED_NOTED = "{ref}: we alert another responder. The case is yours until someone takes it."
    """The answer to the digit 5 (pass on) from an assignee who cannot continue: the hotline alerts another
    responder."""
    PASSED_THEIRS = "{ref}: we have no one else to ask. The colleague who took this case keeps it."
    """The answer to the digit 5 (pass on) from a responder who is not the assignee, if there is no other responder to
    ask."""
    TAKE_FIRST = "{ref}: you have not taken this case yet. To take the case, reply 1 {ref}"
    """The answer to the digits 3 (referred) and 4 (the case is not about trafficking) from a responder who is not the
    assignee."""
    CASE_OVER = "{ref}: this case is closed. Thank you."
    """The answer to any digit about a closed case."""
    EXERCISE = "{ref} was a drill. Do not go. Thank you."
    """The answer to any message about a drill. When the drill ends, this SMS also goes to alerted responders who
    have not answered."""
    EXERCISE_BEGUN = "{place}: a drill runs until {time}. Do not tell the alerted responders that the case is a drill."
    """An SMS to the national desk, and to coordinators who do not take part in the drill. `time` is a time such as
    25/11 14:05."""
    ASK_BACK = "{ref}: reply with a digit and {ref}: {digits}"
    """The answer to an unclear message, to a digit without a reference, and to the message `0`. `digits` lists the
    digits that the responder may send for this case, each with its meaning. An answer never repeats the text that the
    responder wrote."""
    ASK_BACK_DIAL = "{ref}: to answer, dial {code}"
    """The answer to an unclear message, if the responder must dial instead of answering by SMS."""
    DIGIT_TAKE = "1 take"
    """Offers the digit 1, with which a responder takes the case by SMS. Translations keep the digit."""
    DIGIT_HELP_TOO = "1 help colleague"
    """Offers the digit 1 if a colleague is the assignee: the responder helps this colleague."""
    DIGIT_ON_SITE = "2 on site"
    """Offers a digit that a responder may send by SMS: the responder is at the place."""
    DIGIT_REFERRED = "3 referred"
    DIGIT_NOT_IT = "4 not this kind of case"
    """Offers a digit that a responder may send by SMS: the case is not about trafficking."""
    DIGIT_PASS_ON = "5 pass on"
    """Offers a digit that a responder may send by SMS: another person should take the case."""
    DIGIT_UNSEEN = "6 discreetly"
    """Offers a digit to the national desk: responders must visit discreetly."""
    DIGIT_OPENLY = "7 openly"
    DIGIT_LET_GO = "8 stop first team"
    """Offers a digit to the national desk: the responders of the first place do not have to go."""
    NO_MORE_ANSWERS = "We answer no more SMS this hour. Dial {code}."
    """The tenth and last answer that one responder gets to unclear messages within an hour. The hotline sends it only
    if the responder has a case about danger."""
    PINS_WRONG = "Someone entered wrong PINs on a phone of your team. Dial {code}"
    """An SMS to the coordinator: someone entered wrong PINs on a phone. An SMS never names a responder. The
    coordinator sees the name in the list of warnings, which the short code shows after the coordinator's own PIN."""
    PINS_WRONG_YOURS = "Wrong PINs: no PIN works on this phone until {time}. If it was not you, tell your coordinator."
    """An SMS to the phone on which someone entered wrong PINs. The phone accepts no PIN until `time`, such as 25/11
    14:05."""
    PIN_NETWORK = "Someone read cases on a phone of your team, on a different network. Dial {code}"
    """An SMS to the coordinator: a phone read cases on another mobile network than the last time."""
    PIN_MANY = "Someone read unusually many cases on a phone of your team. Dial {code}"
    """An SMS to the coordinator: a responder read unusually many cases on one phone."""
    PIN_NIGHT = "Someone read cases at night. Phones of your team: {count}. Dial {code}"
    """An SMS to the coordinator at 07:00: responders read cases by phone at night."""
    PIN_NOT_ME = "A responder says: someone else used my PIN. The PIN no longer works. Dial {code}"
    """An SMS to the coordinator: a responder said that someone else used the responder's PIN."""
    PIN_NEVER = "never"
    """A word on the first screen after the PIN: no one has opened the list of cases with this PIN before."""
    PIN_OPENED = "{time} ({count} times)"
    """Says when the PIN last opened the list of cases, such as 25/11 14:05, and how often the PIN has opened it."""
    WARNING_WRONG = "{time} {who}: entered wrong PINs"
    """A warning to a coordinator who has entered the PIN: a responder entered wrong PINs. `who` is the responder's
    name."""
    WARNING_NETWORK = "{time} {who}: read cases on another mobile network than before"
    """Warns a coordinator who has entered the PIN: a responder's phone used another mobile network than before."""
    WARNING_MANY = "{time} {who}: read unusually many cases"
    """Warns a coordinator who has entered the PIN: a responder named `who` read unusually many cases."""
    WARNING_NIGHT = "{time} {who}: read cases at night"
    """Warns a coordinator who has entered the PIN: a responder named `who` read cases at night."""
    WARNING_NOT_ME = "{time} {who} says: someone else used my PIN. The PIN no longer works"
    """Warns a coordinator who has entered the PIN: the responder `who` said that someone else used the PIN."""
    WARNINGS_END = "Ask each person: was it you? If not, ask an admin for the person's new PIN."
    """The text below the warnings that a coordinator reads after entering the PIN."""
    NOTHING_OPEN = "You have no open cases. To see your list, dial {code}"
    """The answer to an unclear SMS of a responder who has no open case."""
    STOP_NOTED = "We still send you messages. To stop all messages, tell your coordinator."
    """The answer to a STOP from an enrolled number. Anyone can forge a STOP, so the STOP changes nothing."""
    STOP_TOLD = "A phone of your team sent STOP. Please ask your team why. The phone still gets our messages."
    """An SMS to the coordinators of the responder's desk: a phone of the desk sent STOP. The SMS names no phone."""

    JOIN = "{join} is your code for this phone. To use the code, dial {code}"
    """An SMS to a phone that is being enrolled, or that is a responder's new phone. `join` is a code of six digits."""
    NUMBER_CHANGED = "We changed your number in our list. If you did not ask us, call the national desk: {number}."
    """An SMS to the responder's old number. `number` is the verified phone number of the national desk."""
    NUMBER_CHANGED_ALONE = (
        "We changed your number in our list. If you did not ask us, tell the national desk."
    )
    """An SMS to the responder's old number, if no phone number of the national desk is verified."""

    REMOVED = "A colleague was removed from the list of responders. Open cases passed to other responders: {count}."
    """An SMS to the national desk, because one person alone may remove a responder. The SMS does not say who removed
    the responder."""

    GAPS_FOUND = "Shifts with nobody on duty: {count}. First shift: {time}. Dial {code}"
    """An SMS to a desk's coordinator about new gaps in the roster. The coordinator gets the SMS again on the day
    before a gap."""
    GAPS_WEEK = "Next 14 days: {count} districts have hours with nobody on duty. Dial {code}"
    """An SMS to the national desk on Mondays: some districts have hours without anyone on duty."""
    SHIFT_OFFERED = "You can take a colleague's shift from {time}. To take the shift, dial {code}"
    """An SMS to the colleagues of a desk: a responder offers a shift."""
    SHIFT_TAKEN = "A colleague took the shift from {time}. To see the shift, dial {code}"
    """An SMS to a desk's coordinator, and to the responder who offered the shift: a colleague took the shift."""

    ACCOUNT_END_ASKED = (
        "Someone asked to end console account {number}. A second admin must agree. If "
        "you do not know why, ask a colleague of the national desk."
    )
    """An SMS about a request to end an account, to each person of the national desk. If only this account can decrypt
    a desk's tips, the coordinators of that desk get this SMS too."""
    OWN_END = "Someone asked to end your console account. If you did not expect this, tell the national desk."
    """An SMS to the phone of the person who owns the account: an admin asked to end the account."""
    ACCOUNT_ENDED = "Console account {number} was ended. If you do not know why, ask a colleague of the national desk."
    """An SMS to each person of the national desk: an account has ended. `number` is the number of the account. The
    SMS never contains the name of the account."""
    ACCOUNT_SUSPENDED = (
        "Console account {number} is suspended for 24 hours. If you do not know why, ask "
        "a colleague of the national desk."
    )
    """An SMS to each person of the national desk: an admin suspended an account. `number` is the account's number."""
    ACCOUNT_ROLES_TAKEN = (
        "An admin removed a role from console account {number}. If you do not know why, "
        "ask a colleague of the national desk."
    )
    """An SMS to each person of the national desk: an admin removed a role from an account. `number` is the account's
    number."""
    ACCOUNT_LINK = (
        "Someone asked for a new sign-in link for console account {number}. If you do not "
        "know why, ask a colleague of the national desk."
    )
    """An SMS to each person of the national desk: an admin asked for a new link to sign in. `number` is the account's
    number."""
    OWN_LINK = (
        "Someone asked for a new sign-in link for your console account. If it was not you, "
        "sign in and refuse the link, or tell the national desk."
    )
    """An SMS to the phone of the person who owns the account: an admin asked for a new link."""

    NATIONAL_IN_CONSOLE = "From now on the national desk reads cases in the console only."
    """An SMS to the national desk: an operator turned on the setting that this desk reads cases only in the
    console."""
    NATIONAL_BY_PIN = (
        "The national desk can again read cases by phone. If you do not know why, call "
        "the technicians now."
    )
    """An SMS to the national desk: an operator turned off the setting that this desk reads cases only in the
    console."""

    WORDS_URGENT = (
        "{time}: one person published a text without a second approval. Please review "
        "the text by {until}, or we withdraw it."
    )
    """An SMS to the national desk: at `time`, such as 24/11 14:05, one person published a text without a second
    approval. At `until`, such as 18:05, the hotline withdraws the text."""

    LIST_URGENT = "{ref} urgent, new"
    """A new urgent case on a responder's list on USSD."""
    LIST_NEW = "{ref} new"
    LIST_DUE = "{ref} due {time}"
    """A case on a responder's list on USSD: the responder is the assignee, and must report an outcome by `time`, such
    as 25/11 14:05."""
    LIST_THEIRS = "{ref} with a colleague"
    """A case on a responder's list on USSD: a colleague is the assignee, and the case is not overdue. The responder
    has nothing to do."""
    LIST_CLOSURE = "{ref} closure requested"
    """A case on a responder's list on USSD: a colleague requested closure, and this responder may confirm the
    closure."""
    LIST_EXERCISE = "{ref} drill"
    """A drill on a responder's list."""
    OUTCOME_HELPED = "helped"
    """The outcome of a requested closure, on USSD after the PIN: a responder helped the person."""
    OUTCOME_REFERRED = "referred"
    OUTCOME_NOT_IT = "not this kind of case"
    """The outcome of a requested closure, on USSD: the case is not about trafficking."""
    OUTCOME_NOBODY = "no one found"
    """The outcome of a requested closure, on USSD: responders found no one at the place."""
    OUTCOME_SILENT = "no information"
    OUTCOME_JOKE = "a joke"
    OUTCOME_TEST = "a test"
    MET_WOMAN = "woman"
    """Describes a person of a case on a responder's list, such as "1 woman 25/11": the person's number in the case,
    this word and the day."""
    MET_MAN = "man"
    MET_GIRL = "girl"
    MET_BOY = "boy"
    MET_PERSON = "person"
    CONTINUE_FORM = "Continue ({step} of {count})"
    """The choice to continue a form about a person at its next question, on USSD after the PIN."""
    OWES_HELP = "help"
    """A duty that is still open when a responder closes a case, shown on USSD: the responder must ask a service to
    help a person ("1 woman: help")."""
    OWES_ANSWER = "the answer"
    """A duty that is still open when a responder closes a case: the responder must report the service's answer."""
    OWES_ARRIVAL = "arrival"
    """A duty that is still open when a responder closes a case: the responder must report if the person arrived at
    the service."""
    OWES_THIRTY = "30-day check"
    """A duty that is still open when a responder closes a case: the responder must report how the person is, 30 days
    after the arrival at a service."""
    OWES_ASKING = "ask again"
    """A duty that is still open when a responder closes a case: the responder must ask the person again if the person
    wants help."""
    LIST_FOLLOW = "{ref} any news?"
    """An open or closed case on the responder's list: the responder has not reported a result yet."""
    LIST_LIKE = "{case}, similar to {like}"
    """A case that is probably the same as another case on the responder's list. `case` is the text that the list shows
    for the first of the two cases, such as K7Q4 new."""
    EXERCISE_TOLD = "This is a drill. No one is in danger. Do not go."
    """The whole text of a drill, in every language. The first line of the drill's page on USSD is the same text."""
    PAGE_CAREFUL = "Careful: do not visit openly."
    """A warning at the top of a case's page on USSD. The page shows this warning if a person is in danger and the
    caller asked for no visit."""
    PAGE_STAY_AWAY = "Do not visit the place or call anyone there."
    """A warning at the top of a case's page on USSD: a visit or a call may be dangerous."""
    PAGE_ASK_FIRST = "We do not know if helpers may come."
    """A warning at the top of a case's page on USSD: the hotline did not ask the caller if helpers may come."""
    PAGE_OFFICIAL = "An official may be involved."
    """A warning at the top of a case's page on USSD: the caller named an official."""
    PAGE_CHILD = "The person may be a child."
    """A warning at the top of a case's page on USSD: the person in the case may be a child."""
    PAGE_LIKE = "Similar to {like}."
    """A line on a case's page: the case is probably the same as another case. `like` is the reference that this
    responder has for the other case."""
    NOTE_AT = "Note {time}:"
    """The beginning of a responder's note, below the text of the tip on the page of a case."""
    LINE_TOLD = "alerted"
    """An event of a case: the hotline alerted a responder. The page shows the time of the event in front of this text,
    such as "25/11 14:05 alerted"."""
    LINE_DELIVERED = "delivered"
    LINE_TAKEN = "taken"
    LINE_DOUBTED = "taken by SMS, sender not confirmed"
    """An event of a case: a responder took the case by SMS, and the hotline cannot prove yet who sent the SMS."""
    LINE_OPENED = "read"
    LINE_ON_SITE = "a responder is on site"
    """An event of a case: a responder is on site."""
    LINE_OFFERED = "a person was referred to a service"
    """An event of a case: a responder referred a person to a service."""
    LINE_ASKED = "the desk asked the caller a question"
    """An event of a case: a desk asked the caller a question."""
    LINE_NOTE = "a note"
    LINE_PASSED = "passed on"
    LINE_LINKED = "marked as similar to another case"
    """An event of a case: a desk marked the case as similar to another case."""
    LINE_WANTED = "closure requested, a second person must confirm"
    """An event of a case: a responder asked to close the case."""
    LINE_AGREED = "a second person confirmed the closure"
    """An event of a case: a second person agreed to close the case."""
    LINE_REFUSED = "a second person keeps the case open"
    """An event of a case: a second person refused to close the case."""
    LINE_CLOSED = "closed"
    LINE_REOPENED = "reopened"
    LINE_SCREENED = "a responder answered questions about a person"
    """An event of a case: a responder answered the questions on site about a person."""
    LINE_CONSENT = "the person was asked: do you want help?"
    """An event of a case: a responder asked a person of the case if the person wants help."""
    LINE_ANSWERED = "a service answered"
    """An event of a case: a service answered if it can help the person."""
    LINE_ARRIVED = "arrival recorded"
    LINE_THIRTY = "a responder did the 30-day check"
    """An event of a case: a responder checked how a person is, 30 days after arrival."""
    LINE_DETERMINED = "an official decision was noted"
    """An event of a case: a court or an official body decided if a person is a victim."""
    PAGE_AWAY = "You cannot read this page now. Please try again."
    """The text that a phone shows instead of a case's page if no process can decrypt the page at the moment."""

    FAILURE = "Sorry, please try again later. In danger: 112"
    """The text that USSD shows if the database cannot commit. If the hotline does not know the caller's language yet,
    the text is in Kinyarwanda. The text fits on one line."""

    READ_AGAIN = "To read this topic again, send WORK. To stop SMS, send STOP."
    """An SMS to a caller who sends a digit after the hotline ended the conversation by SMS. The word WORK in the text
    is a topic from `text/topics.py`. Each language has its own word."""
    DELETE_THESE = "You can now delete these messages."
    """The text at the end of the last SMS of a topic that callers read by SMS."""

    ADVERTISEMENT = "Safe work and family: dial {code}"
    """The only answer to a cry for help by SMS. The posters of the hotline have exactly this text. `code` is the
    service code, such as *384*777#."""

    ALARM_RAISED = "Fault: {name}, since {time}. Runbook: {name}"
    """An SMS to on-call contacts: an alarm was raised. `name` is the English name of the fault, and the runbook has a
    section with this name. `time` is a time such as 24/11 14:05."""
    ALARM_AGAIN = "Fault continues: {name}, since {time}. Runbook: {name}"
    """An SMS to on-call contacts: the fault that began at `time` continues."""
    ALARM_OVER = "Over: {name}."
    """An SMS to on-call contacts: the fault is over."""
    ALARM_TRIAL = "This SMS is a test. A real alarm comes in the same way. Nothing is wrong now."
    """An SMS to on-call contacts that tests if an alarm reaches their phones."""
    AUDIT_DIGEST = "Keep this SMS as proof of our audit log: {row} {digest}"
    """An SMS to on-call contacts once a day: the digest of the audit log. `row` is the number of the newest row of
    the audit log, and `digest` is the digest of this row."""

    DARK_RADIO = (
        "The advice line {code} does not work today. In danger, call {number}. "
        "We say on the radio when the line works again."
    )
    """A sentence on the printed page for a day on which the hotline does not answer. `code` is the service code, and
    `number` is the emergency number."""

    CALL_WAITS = "{ref}: someone asked us to call back, {time}. At that time, open the page Call-backs in the console."
    """An SMS to the national desk: a call-back waits. `ref` is a reference such as C12, and `time` is a time such as
    25/11 08:00-10:00. The SMS never says whose phone the desk will call, or why."""
    CALL_NOW = "{ref}: call now, before {until}. Two people must agree before the console shows the phone number."
    """An SMS to the national desk: the time for the call-back has begun. This time ends at `until`."""
    CALL_MISSED = "{ref}: we did not call in time. We may call one last time: {time}."
    """An SMS to the national desk: no one called back in time. `time` is the second and last time at which the desk
    may call."""
    CALL_OVER = "{ref}: the time for this call has passed. No one may call now."
    """An SMS to the national desk: the last time for the call-back has passed."""
    CALL_WITHDRAWN = "{ref}: the call was cancelled. Do not call."
    """An SMS to the national desk: the caller cancelled the call-back."""

    ERASE_WANTED = "{ref}: someone asked to erase this case. Read the case soon."
    """An SMS to the assignee or, without an assignee, to every alerted responder: the hotline got an SMS that asks to
    erase a report. The sender of that SMS may be another person than the caller who reported."""
    ERASE_DECIDE = (
        "{ref}: someone asked to erase this case. Decide by {time}: keep or erase the case."
    )
    """An SMS to the national desk: someone asked to erase a report, and the desk must decide. The desk gets this SMS
    if no one took the case, or if a person is in danger. `ref` is a reference such as T12."""

    PART_PAUSED = "Paused: {part}. The reason for the pause is in the console, page Outgoing queue."
    """An SMS to the national desk: a person paused a part of the work. `part` is the text of `PART_CALL_BACKS`,
    `PART_DRILLS` or `PART_ANSWERS`."""
    PART_RESUMED = "Resumed: {part}."
    PART_CALL_BACKS = "call-backs"
    PART_DRILLS = "drills"
    PART_ANSWERS = "SMS answers to callers"
    """A part of the work that a person can pause: answers by SMS to callers."""

    ANSWERED = "{ref}: the question about this case now has an answer. To read the answer, please open the case."
    """An SMS to responders who took the case, or to the national desk: the caller answered the desk's question. `ref`
    is a reference such as K7Q4, or T12 at the national desk. The SMS contains neither the question nor the
    answer."""


OF_EXERCISES = frozenset({Template.EXERCISE, Template.EXERCISE_BEGUN})
"""The texts that a drill sends in addition to its alert. Statistics do not count these texts. If the network refuses
a responder's number for such a text, the hotline does not remove the responder."""
ALWAYS_SHIPPED = frozenset({Template.FAILURE})
"""The texts for times when the database does not answer. Editors cannot change these texts in the console."""
