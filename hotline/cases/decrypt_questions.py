"""Stores a question that a desk asks the caller about a tip. The question comes from the approved list."""

from collections.abc import Mapping

from hotline.alerts import queries_retention, service_case
from hotline.alerts import tables as alerts_tables
from hotline.cases.decrypt_access import QuestionBack, UnlockedTip
from hotline.core.contexts import Context
from hotline.core.database import Session, add_if_new
from hotline.flows.flow import Question, QuestionStatus, questions
from hotline.people import tables_audit
from hotline.text.errors import AskRefused, NotFound, NotReady
from hotline.tips import tables
from hotline.tips.encrypt_notes import new_pair
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_receipts import question_refusal

NONE_YET = {"rw": "(ntaraboneka)", "en": "(none yet)", "fr": "(pas encore)"}
NOT_DECRYPTED = {
    "rw": "(cyaraje, ariko ntigifunguka)",
    "en": "(came, and does not open)",
    "fr": "(arrivée, mais ne s'ouvre pas)",
}
"""The text that a page shows if an answer cannot be decrypted."""


def list_questions(context: Context) -> Mapping[str, Question]:
    """Returns the published questions, in the order that the flow set defines. Raises NotReady."""
    return questions(context.flow_sets.get(context.flow_sets.live()))


def approved_questions(context: Context) -> Mapping[str, Question]:
    """Returns the published questions that are approved today, keyed by name."""
    try:
        listed = list_questions(context)
    except NotReady:
        return {}
    today = context.now().date()
    return {
        name: one for name, one in listed.items() if one.standing(today) is QuestionStatus.SHOWS
    }


def store_question(
    session: Session,
    context: Context,
    found: UnlockedTip,
    name: str,
    *,
    actor: str,
    reason: str,
) -> None:
    """Stores a question for the caller, who sees the question after entering the receipt number. Raises NotFound,
    AskRefused.
    """
    tip, desk, question = found.tip, found.desk, list_questions(context).get(name)
    if question is None:
        raise NotFound(f"there is no question {name}: choose one from the list on the tip's page")
    queries_retention.retained_tip(session, tip.id)
    filed = tables.get_filed(session, tip.id)
    key = filed.receipt_key
    with_it = alerts_tables.find_receipt(session, key).tip_ids if key is not None else ()
    why_not = question_refusal(
        context.now(),
        filed_at=filed.updated_at,
        has_receipt=key is not None,
        closed=filed.closed_at is not None,
        asked=alerts_tables.has_question(session, [tip.id, *with_it]),
        signed=question.standing(context.now().date()) is QuestionStatus.SHOWS,
    )
    if why_not is not None:
        raise AskRefused(f"cannot ask the caller of tip {tip.id} a question: {why_not}")
    pair = new_pair(found.key, uid=tip.uid)
    row = alerts_tables.QuestionBackRow(
        tip_id=tip.id,
        question=name,
        desk=desk,
        asked_at=context.now(),
        public_key=pair.public_key,
        locked_key=pair.locked_key,
        body=b"",
    )
    if not add_if_new(session, row):
        raise AskRefused(
            "the desk has already asked the caller a question: a second question is not possible"
        )
    by, at, why = service_case.EventActor(actor, desk=desk), row.asked_at, f"{name}: {reason}"
    service_case.write_event(session, tip.id, LoggedEvent.ASKED, by, at, key=str(tip.id))
    tables_audit.append_row(session, at, actor, "question_asked", f"tip:{tip.id}", why)


def question_text(context: Context, asked: QuestionBack | None, language: str) -> Mapping[str, str]:
    """Returns the question and the caller's answer in the given language.

    If the question is no longer published, returns the stored names of the question and of the answer.
    """
    if asked is None:
        return {}
    try:
        question = list_questions(context).get(asked.question)
    except NotReady:
        question = None
    words = question.node.text.get(language, "") if question else ""
    shown = {"question": f"{asked.question}: {words}"}
    if asked.answered_at is None:
        return shown | {"answer": NONE_YET[language]}
    if asked.answer is None:
        return shown | {"answer": NOT_DECRYPTED[language]}
    label = question.label(asked.answer, language) if question else asked.answer
    said = label if label == asked.answer else f"{asked.answer}: {label}"
    return shown | {"answer": f"{said} ({asked.language})"}
