"""Lists the store functions that read tips, or rows of tips, without checking who may see these tips. The list gives a
reason for each function."""

from collections.abc import Mapping

ROWS = {
    "Tip",
    "Assignment",
    "Grant",
    "CallBack",
    "QuestionBackRow",
    "TipLikeness",
    "TipPlace",
    "TipLink",
    "CaseKey",
    "CaseGrant",
    "CaseCode",
    "PossibleVictim",
    "ServiceReferral",
    "ServiceRequest",
    "StartedFormRow",
    "CaseFile",
}
LADDER = "escalation: alerted people are filtered by the exclusions, and a released assignment ends"
TELLER = "for the caller, who is known by a session, a phone or a receipt"
UPKEEP = "keys and retention: rows that are encrypted again or deleted"
WATCH = "counts of the whole hotline, for the people who run it"
FOUND = "of an assignment or a tip that one of the tested queries found"
CONDITION = "the condition itself"
DRILL = "a drill: no caller reported it, and no person is excluded from it"
FIGURES = "the hotline's own counts, which are protected before they are published"
NATION = "only the national desk asks, by commands that name no desk"

GROUPS: Mapping[str, Mapping[str, str]] = {
    "alerts/queries": {
        FOUND: "assignments_to newest_assignment references_of_tip",
        LADDER: "_held _next _recent_work alerted_by_tip first_assignments held_alerts locked_out "
        "newest_by_responder other_takers pending_alerts references_by_responder "
        "tip_for_writing write_assignments writers_of",
    },
    "alerts/queries_outbox": {
        LADDER: "earlier_alert_templates cases_left granted_desks is_acknowledged recent_dangers "
        "shared_assignments"
    },
    "alerts/queries_references": {
        CONDITION: "_asked_last stays_with_colleague",
        FOUND: "acknowledged_since dangerous_references has_read has_reported_help",
        LADDER: "cluster_of known_names marks_not_delivered responders_without_reading "
        "tips_in_clusters",
    },
    "alerts/queries_retention": {
        LADDER: "is_withheld newest_more withhold",
        NATION: "other_tips_due",
        TELLER: "without_erasure_request",
        UPKEEP: "_tips _with_legal_hold erased_next",
    },
    "alerts/tables": {
        FOUND: "acknowledge acknowledged_since_alert filing_times is_answered is_believed taken_at",
        LADDER: "overdue_clocks",
        TELLER: "find_receipt has_question waiting_question",
        WATCH: "unproven_answers",
    },
    "alerts/tables_case_events": {
        FOUND: "bodies_of grant_of",
        NATION: "find_tip",
        UPKEEP: "public_key store_key",
    },
    "alerts/tables_drills": {
        DRILL: "drill_recipients drill_references drop_alerts recent_drills unanswered",
        WATCH: "has_danger_since",
    },
    "cases/queries": {
        CONDITION: "_conditions _is_own _tips_with_overdue has_overdue_report",
        FOUND: "assignments_of overdue_follow_ups question_states under_legal_hold was_reminded",
    },
    "cases/queries_follow_up": {
        FIGURES: "tips_of_month",
        UPKEEP: "_followed delete_counted deleted_next due_months late_tips lock_tips "
        "warn_of_deletion",
    },
    "cases/queries_weekly_keys": {UPKEEP: "locked_before"},
    "cases/tables_case_files": {
        FOUND: "has_open_file",
        UPKEEP: "_beyond delete_old has_excess_keys lacking_desks unused_files",
    },
    "gateway/queries": {
        FOUND: "asked_besides_assignee",
        WATCH: "_unassigned _untaken outbox_health unreviewed",
    },
    "monitoring/queries": {UPKEEP: "bring_forward", WATCH: "danger_alerts trials unsent_trial"},
    "statistics/queries": {FIGURES: "counted_tips first_day"},
    "tips/queries": {
        FOUND: "grants_of link_between",
        LADDER: "_traits open_followers open_leader repeated_tips",
        UPKEEP: "delete_digests",
    },
    "tips/queries_visible": {
        CONDITION: "_excludes _granted _is_of desk_may_know has_no_exclusion may_see_tip"
    },
    "tips/tables": {
        FOUND: "camp_desks earlier_places",
        LADDER: "extra_desks",
        TELLER: "can_be_extended drafts_of erase_session has_silent_draft has_written "
        "silent_drafts written_by",
    },
    "tips/tables_persons": {
        CONDITION: "desk_people",
        FOUND: "desks_asked offers_of open_request persons_of_tip tips_with_person",
        LADDER: "due_call_backs due_tips has_due longest_due",
        TELLER: "waiting_call_backs waiting_of_session",
        UPKEEP: "forget_answers",
    },
}
"""For each module: the functions of this kind, each group with the reason why no person's access needs to be
checked."""
FOR_NO_ONE: Mapping[str, str] = {
    **{
        f"{module}.{name}": reason
        for module, reasons in GROUPS.items()
        for reason, names in reasons.items()
        for name in names.split()
    },
    "statistics/queries.filed_and_in_time": "counts for a viewer, by the condition `visible_to`",
    "statistics/queries.open_by_district": "counts for a viewer, by the condition `visible_to`",
    "statistics/queries.tip_counts": "counts for a viewer, by the condition `visible_to`",
    "cases/tables_case_files.made_files": "names no tip and no person",
    "alerts/tables.mark_asked_help": "tips of a receipt that the caller entered",
    "tips/tables_persons.desks_without_room": "only codes of desks that had no room, in any case",
    "tips/tables_persons.has_request": "tells the hotline if a new reference is already in use",
    "alerts/tables_case_events.forms_of": "the responder's own answers, in cases that were found",
    "gateway/queries.unassigned_tips": "asks `_late` for a viewer, like `untaken_tips`, which is tested",
    "cases/queries.overseen_tips": "only ids, whose rows the audit log leaves out",
    "alerts/queries_references.recent_alerts": "references that the responder already received",
    "alerts/queries_people.open_cases": "for people who give a responder's cases to others",
    "tips/queries.same_situation": "only ids: `known_reference` says if the responder knows one of them",
}
