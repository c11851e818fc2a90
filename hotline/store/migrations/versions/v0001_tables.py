"""Every table of the first release that a line is run on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("well_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("alarm_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_key")),
        sa.UniqueConstraint("digest", name=op.f("audit_digest_once")),
        sa.UniqueConstraint("previous", name=op.f("audit_previous_once")),
    )
    op.create_table(
        "delivery_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_report_key")),
        sa.UniqueConstraint(
            "provider_id", "status", name=op.f("delivery_report_provider_id_status_once")
        ),
    )
    op.create_table(
        "desk",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("desk_key")),
    )
    op.create_table(
        "district_code",
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("roll", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code_key", name=op.f("district_code_key")),
    )
    op.create_table(
        "errand",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("errand_key")),
    )
    op.create_table(
        "hook_figure",
        sa.Column("hook", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hook", "outcome", "bound", name=op.f("hook_figure_key")),
    )
    op.create_table(
        "inbound_seen",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sms_key", sa.String(), nullable=True),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unproven_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("inbound_seen_key")),
    )
    op.create_index("inbound_seen_sms", "inbound_seen", ["sms_key"], unique=True)
    op.create_index(
        "inbound_seen_unlisted",
        "inbound_seen",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL"),
        postgresql_where=sa.text(
            "proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL"
        ),
    )
    op.create_table(
        "inbox_read",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sure_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("inbox_read_key")),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("receipt_key", sa.String(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("inquiry_key")),
        sa.UniqueConstraint("session_key", "upto", name=op.f("inquiry_session_key_upto_once")),
    )
    op.create_index("inquiry_contact", "inquiry", ["contact_key", "at"], unique=False)
    op.create_index("inquiry_number", "inquiry", ["number_key", "at"], unique=False)
    op.create_table(
        "joined",
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("roll", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("number_key", name=op.f("joined_key")),
    )
    op.create_table(
        "lane",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("lane_key")),
    )
    op.create_table(
        "lane_hold",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doubtful_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("lane", name=op.f("lane_hold_key")),
    )
    op.create_table(
        "leader",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("leader_key")),
    )
    op.create_table(
        "people",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("people_key")),
    )
    op.create_table(
        "people_register",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("register", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", "register", name=op.f("people_register_key")),
    )
    op.create_table(
        "reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("reach_key")),
        sa.UniqueConstraint(
            "day",
            "measure",
            "district",
            "language",
            "channel",
            "entry",
            "topic",
            name=op.f("reach_day_measure_district_language_channel_entry_topic_once"),
        ),
    )
    op.create_table(
        "responder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("districts", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("unreachable", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("responder_key")),
        sa.UniqueConstraint("number_key", name=op.f("responder_number_key_once")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pressed", sa.String(), nullable=True),
        sa.Column("pressed_mark", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("revision_key")),
        sa.UniqueConstraint("digest", name=op.f("revision_digest_once")),
    )
    op.create_table(
        "stopped",
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("stopped_key")),
    )
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("tally_key")),
    )
    op.create_table(
        "tip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("session_key", sa.String(), nullable=False),
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(), server_default="tip", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("official", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("do_not_visit", sa.Boolean(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referred_urgency", sa.Integer(), nullable=True),
        sa.Column("locked_for", sa.String(), nullable=True),
        sa.Column("receipt_key", sa.String(), nullable=True),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("tip_key")),
        sa.UniqueConstraint("identity", name=op.f("tip_identity_once")),
        sa.UniqueConstraint("uid", name=op.f("tip_uid_once")),
    )
    op.create_index("tip_contact", "tip", ["contact_key"], unique=False)
    op.create_index("tip_receipt", "tip", ["receipt_key"], unique=False)
    op.create_index("tip_session", "tip", ["session_key"], unique=False)
    op.create_index(
        "tip_silent",
        "tip",
        ["updated_at"],
        unique=False,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "tip_waits",
        "tip",
        ["urgency", "id"],
        unique=False,
        sqlite_where=sa.text(
            "state != 'draft' AND (referred_urgency IS NULL OR referred_urgency > urgency)"
        ),
        postgresql_where=sa.text(
            "state != 'draft' AND (referred_urgency IS NULL OR referred_urgency > urgency)"
        ),
    )
    op.create_table(
        "watcher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("unreachable", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("watcher_key")),
        sa.UniqueConstraint("number_key", name=op.f("watcher_number_key_once")),
    )
    op.create_table(
        "alarm_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watcher_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["watcher_id"], ["watcher.id"], name=op.f("alarm_notice_watcher_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("alarm_notice_key")),
    )
    op.create_index("alarm_notice_due", "alarm_notice", ["done_at", "next_at"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("answer_revision_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("answer_key")),
    )
    op.create_index("answer_contact", "answer", ["contact_key", "created_at"], unique=False)
    op.create_index("answer_due", "answer", ["state", "next_at"], unique=False)
    op.create_index("answer_written", "answer", ["created_at"], unique=False)
    op.create_table(
        "asked_back",
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("locked_key", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("asked_back_tip_id_of")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("asked_back_key")),
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("call_back_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("call_back_key")),
        sa.UniqueConstraint("uid", name=op.f("call_back_uid_once")),
    )
    op.create_index("call_back_state", "call_back", ["state"], unique=False)
    op.create_index("call_back_tip", "call_back", ["tip_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("deadline_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("deadline_key")),
        sa.UniqueConstraint("tip_id", "kind", "step", name=op.f("deadline_tip_id_kind_step_once")),
    )
    op.create_index(
        "deadline_open",
        "deadline",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("fired_at IS NULL"),
        postgresql_where=sa.text("fired_at IS NULL"),
    )
    op.create_table(
        "desk_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk_code", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_code"], ["desk.code"], name=op.f("desk_member_desk_code_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("desk_member_key")),
        sa.UniqueConstraint("desk_code", "member", name=op.f("desk_member_desk_code_member_once")),
    )
    op.create_table(
        "dialogue",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("dialled", sa.Integer(), nullable=False),
        sa.Column("reporting", sa.Boolean(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=True),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("dialogue_revision_id_of")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("dialogue_key")),
    )
    op.create_index("dialogue_started", "dialogue", ["started_at"], unique=False)
    op.create_table(
        "grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("desk_code", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["desk_code"], ["desk.code"], name=op.f("grant_desk_code_of")),
        sa.ForeignKeyConstraint(
            ["tip_id"], ["tip.id"], name=op.f("grant_tip_id_of"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("grant_key")),
        sa.UniqueConstraint("tip_id", "desk_code", name=op.f("grant_tip_id_desk_code_once")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("legal_hold_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("legal_hold_key")),
    )
    op.create_index(op.f("legal_hold_tip_id_index"), "legal_hold", ["tip_id"], unique=False)
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tip_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("referral_responder_id_of")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("referral_tip_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("referral_key")),
        sa.UniqueConstraint("reference", name=op.f("referral_reference_once")),
        sa.UniqueConstraint(
            "tip_id", "step", "responder_id", name=op.f("referral_tip_id_step_responder_id_once")
        ),
    )
    op.create_index("referral_responder", "referral", ["responder_id", "created_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("message_referral_id_of")
        ),
        sa.ForeignKeyConstraint(
            ["responder_id"], ["responder.id"], name=op.f("message_responder_id_of")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("message_key")),
    )
    op.create_index("message_due", "message", ["state", "next_at"], unique=False)
    op.create_index("message_referral", "message", ["referral_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("provider_status", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("attempt_message_id_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_key")),
        sa.UniqueConstraint("message_id", "n", name=op.f("attempt_message_id_n_once")),
    )
    op.create_index(op.f("attempt_provider_id_index"), "attempt", ["provider_id"], unique=False)
