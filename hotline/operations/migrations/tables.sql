-- Every table and index of the first release, for PostgreSQL. `v0099_tables` names the types of SQLite.

CREATE TABLE person (
    id SERIAL NOT NULL,
    name VARCHAR NOT NULL,
    languages JSON NOT NULL,
    CONSTRAINT person_key PRIMARY KEY (id)
);

CREATE TABLE account (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    roles JSON NOT NULL,
    language VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    public_key BYTEA,
    wrapped_key BYTEA,
    recovery_key BYTEA,
    totp BYTEA,
    totp_step INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    suspended_until TIMESTAMPTZ,
    paper_at TIMESTAMPTZ,
    factor_at TIMESTAMPTZ,
    CONSTRAINT account_key PRIMARY KEY (id),
    CONSTRAINT account_person_id_of FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT account_name_once UNIQUE (name)
);

CREATE TABLE alarm (
    name VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    level INTEGER NOT NULL,
    notices INTEGER NOT NULL,
    well_since TIMESTAMPTZ,
    acknowledged_by VARCHAR,
    CONSTRAINT alarm_key PRIMARY KEY (name)
);

CREATE TABLE approval (
    id SERIAL NOT NULL,
    kind VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    encrypted BYTEA,
    asked_by VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    decided_by VARCHAR,
    decided_at TIMESTAMPTZ,
    decision VARCHAR,
    CONSTRAINT approval_key PRIMARY KEY (id)
);
CREATE INDEX approval_subject_index ON approval (subject);

CREATE TABLE audit (
    id BIGSERIAL NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    previous VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    process VARCHAR,
    number INTEGER,
    seal VARCHAR,
    CONSTRAINT audit_key PRIMARY KEY (id),
    CONSTRAINT audit_previous_once UNIQUE (previous),
    CONSTRAINT audit_digest_once UNIQUE (digest),
    CONSTRAINT audit_process_number_once UNIQUE (process, number)
);

CREATE TABLE coverage (
    hour TIMESTAMPTZ NOT NULL,
    missing JSON NOT NULL,
    CONSTRAINT coverage_key PRIMARY KEY (hour)
);

CREATE TABLE delivery_report (
    id SERIAL NOT NULL,
    gateway VARCHAR NOT NULL,
    provider_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    network VARCHAR,
    received_at TIMESTAMPTZ NOT NULL,
    applied BOOLEAN NOT NULL,
    CONSTRAINT delivery_report_key PRIMARY KEY (id),
    CONSTRAINT delivery_report_gateway_provider_id_status_once UNIQUE (gateway, provider_id, status)
);

CREATE TABLE desk (
    code VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR,
    place VARCHAR,
    service VARCHAR,
    number VARCHAR,
    public_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ,
    copied_since TIMESTAMPTZ,
    proof BYTEA,
    CONSTRAINT desk_key PRIMARY KEY (code)
);

CREATE TABLE enrolment_code (
    code_key VARCHAR NOT NULL,
    programme VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    made_by VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    uses INTEGER NOT NULL,
    CONSTRAINT enrolment_code_key PRIMARY KEY (code_key)
);

CREATE TABLE timed_task (
    name VARCHAR NOT NULL,
    done_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT timed_task_key PRIMARY KEY (name)
);

CREATE TABLE failed_sign_in (
    id SERIAL NOT NULL,
    name_key BYTEA NOT NULL,
    is_known BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT failed_sign_in_key PRIMARY KEY (id)
);
CREATE INDEX failed_sign_in_at_index ON failed_sign_in (at);

CREATE TABLE secret_attempt (
    id SERIAL NOT NULL,
    secret VARCHAR NOT NULL,
    session_key VARCHAR NOT NULL,
    text_key VARCHAR NOT NULL,
    contact_key VARCHAR NOT NULL,
    target_key VARCHAR NOT NULL,
    compared BOOLEAN NOT NULL,
    opened_key VARCHAR,
    results JSON NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT secret_attempt_key PRIMARY KEY (id),
    CONSTRAINT secret_attempt_session_key_text_key_once UNIQUE (session_key, text_key)
);
CREATE INDEX secret_attempt_at ON secret_attempt (at);
CREATE INDEX secret_attempt_contact ON secret_attempt (contact_key, at);
CREATE INDEX secret_attempt_target ON secret_attempt (target_key, at);

CREATE TABLE sample_mark (
    id SERIAL NOT NULL,
    origin VARCHAR NOT NULL,
    marked_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT sample_mark_key PRIMARY KEY (id)
);

CREATE TABLE hook_counter (
    month VARCHAR NOT NULL,
    hook VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    bound INTEGER NOT NULL,
    count BIGINT NOT NULL,
    microseconds BIGINT NOT NULL,
    CONSTRAINT hook_counter_key PRIMARY KEY (month, hook, outcome, bound)
);

CREATE TABLE inbound_seen (
    provider_id VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    sms_key VARCHAR,
    assignment_id INTEGER,
    more_assignments JSON,
    queued JSON,
    proved_at TIMESTAMPTZ,
    vouched_at TIMESTAMPTZ,
    unproven_at TIMESTAMPTZ,
    CONSTRAINT inbound_seen_key PRIMARY KEY (provider_id)
);
CREATE UNIQUE INDEX inbound_seen_sms ON inbound_seen (sms_key);
CREATE INDEX inbound_seen_unlisted ON inbound_seen (received_at) WHERE proved_at IS NULL AND unproven_at IS NULL AND sms_key IS NOT NULL;

CREATE TABLE inbox_read (
    name VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    until TIMESTAMPTZ,
    since TIMESTAMPTZ NOT NULL,
    sure_from TIMESTAMPTZ NOT NULL,
    news_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    fault VARCHAR NOT NULL,
    CONSTRAINT inbox_read_key PRIMARY KEY (name)
);

CREATE TABLE participant (
    number_key VARCHAR NOT NULL,
    programme VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    reports JSON NOT NULL,
    passed JSON,
    CONSTRAINT participant_key PRIMARY KEY (number_key)
);

CREATE TABLE key_canary (
    name VARCHAR NOT NULL,
    canary BYTEA NOT NULL,
    CONSTRAINT key_canary_key PRIMARY KEY (name, canary)
);

CREATE TABLE queue_state (
    name VARCHAR NOT NULL,
    paused_until TIMESTAMPTZ,
    reason VARCHAR,
    awaited_at TIMESTAMPTZ,
    failing_since TIMESTAMPTZ,
    failed_at TIMESTAMPTZ,
    CONSTRAINT queue_state_key PRIMARY KEY (name)
);

CREATE TABLE queue_pause (
    queue VARCHAR NOT NULL,
    paused_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    doubtful_until TIMESTAMPTZ,
    CONSTRAINT queue_pause_key PRIMARY KEY (queue)
);

CREATE TABLE line_key (
    id SERIAL NOT NULL,
    holder VARCHAR NOT NULL,
    second VARCHAR NOT NULL,
    sealed BYTEA NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT line_key_key PRIMARY KEY (id)
);

CREATE TABLE leader (
    name VARCHAR NOT NULL,
    holder VARCHAR NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    CONSTRAINT leader_key PRIMARY KEY (name)
);

CREATE TABLE people (
    period VARCHAR NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT people_key PRIMARY KEY (period)
);

CREATE TABLE people_register (
    period VARCHAR NOT NULL,
    register INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    CONSTRAINT people_register_key PRIMARY KEY (period, register)
);

CREATE TABLE person_count (
    period VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    cells JSON NOT NULL,
    CONSTRAINT person_count_key PRIMARY KEY (period)
);

CREATE TABLE person_sum (
    month VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT person_sum_key PRIMARY KEY (month)
);

CREATE TABLE process_start (
    role VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    wrong_keys VARCHAR NOT NULL,
    second_channel BOOLEAN,
    line_key VARCHAR,
    CONSTRAINT process_start_key PRIMARY KEY (role, host)
);

CREATE TABLE programme_target (
    id SERIAL NOT NULL,
    indicator VARCHAR NOT NULL,
    year VARCHAR NOT NULL,
    target INTEGER,
    set_by VARCHAR NOT NULL,
    set_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT programme_target_key PRIMARY KEY (id)
);

CREATE TABLE counter (
    id SERIAL NOT NULL,
    day DATE NOT NULL,
    measure VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    entry VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT counter_key PRIMARY KEY (id),
    CONSTRAINT counter_day_measure_district_language_channel_entry_topic_once UNIQUE (day, measure, district, language, channel, entry, topic)
);

CREATE TABLE recovery_pair (
    id SERIAL NOT NULL,
    public_key BYTEA NOT NULL,
    wrapped_key BYTEA NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    proof BYTEA,
    CONSTRAINT recovery_pair_key PRIMARY KEY (id)
);

CREATE TABLE release (
    id SERIAL NOT NULL,
    period VARCHAR NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    digest VARCHAR NOT NULL,
    spans JSON NOT NULL,
    first_month VARCHAR NOT NULL,
    is_sample BOOLEAN NOT NULL,
    CONSTRAINT release_key PRIMARY KEY (id),
    CONSTRAINT release_period_once UNIQUE (period)
);

CREATE TABLE responder (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    level VARCHAR NOT NULL,
    districts JSON NOT NULL,
    categories JSON NOT NULL,
    number_key VARCHAR NOT NULL,
    encrypted_number BYTEA NOT NULL,
    active BOOLEAN NOT NULL,
    unreachable VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    removed_at TIMESTAMPTZ,
    state VARCHAR DEFAULT 'active' NOT NULL,
    public_key BYTEA,
    pin_wrap BYTEA,
    pin_set_at TIMESTAMPTZ,
    wrong_pins JSON DEFAULT '[]' NOT NULL,
    rested_until TIMESTAMPTZ,
    pin_opened_at TIMESTAMPTZ,
    pin_openings INTEGER DEFAULT '0' NOT NULL,
    pin_network VARCHAR,
    read_lately JSON DEFAULT '[]' NOT NULL,
    warnings_read_at TIMESTAMPTZ,
    CONSTRAINT responder_key PRIMARY KEY (id),
    CONSTRAINT responder_person_id_of FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT responder_number_key_once UNIQUE (number_key)
);

CREATE TABLE revision (
    id SERIAL NOT NULL,
    digest VARCHAR NOT NULL,
    document JSON NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    live_from TIMESTAMPTZ,
    pressed VARCHAR,
    pressed_mark VARCHAR,
    CONSTRAINT revision_key PRIMARY KEY (id),
    CONSTRAINT revision_digest_once UNIQUE (digest)
);

CREATE TABLE screen_count (
    week DATE NOT NULL,
    measure VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT screen_count_key PRIMARY KEY (week, measure, name)
);

CREATE TABLE sheet_import (
    id SERIAL NOT NULL,
    kind VARCHAR NOT NULL,
    week DATE,
    encrypted BYTEA,
    size INTEGER NOT NULL,
    done INTEGER NOT NULL,
    asked_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    faults VARCHAR,
    CONSTRAINT sheet_import_key PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempt (
    name_key BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    next_try_at TIMESTAMPTZ,
    CONSTRAINT sign_in_attempt_key PRIMARY KEY (name_key)
);

CREATE TABLE signature (
    id SERIAL NOT NULL,
    place VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    signed_by VARCHAR NOT NULL,
    signed_on DATE NOT NULL,
    english VARCHAR,
    CONSTRAINT signature_key PRIMARY KEY (id),
    CONSTRAINT signature_place_language_digest_signed_by_once UNIQUE (place, language, digest, signed_by)
);

CREATE TABLE storm (
    place VARCHAR NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    CONSTRAINT storm_key PRIMARY KEY (place)
);

CREATE TABLE stopped (
    number_key VARCHAR NOT NULL,
    stopped_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT stopped_key PRIMARY KEY (number_key)
);

CREATE TABLE tally (
    id SERIAL NOT NULL,
    day DATE NOT NULL,
    measure VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    entry VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT tally_key PRIMARY KEY (id)
);

CREATE TABLE text_question (
    id SERIAL NOT NULL,
    place VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    asked_by_id INTEGER,
    asked_by VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    settled_by VARCHAR,
    settled_at TIMESTAMPTZ,
    CONSTRAINT text_question_key PRIMARY KEY (id)
);
CREATE INDEX text_question_open ON text_question (settled_at, id);

CREATE TABLE tip (
    id SERIAL NOT NULL,
    uid VARCHAR NOT NULL,
    identity VARCHAR NOT NULL,
    session_key VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    matter VARCHAR DEFAULT 'tip' NOT NULL,
    state VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    entry VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    within VARCHAR,
    sector VARCHAR,
    category VARCHAR,
    urgency INTEGER NOT NULL,
    first_urgency INTEGER,
    official VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,
    do_not_visit BOOLEAN NOT NULL,
    visit VARCHAR,
    words_at TIMESTAMPTZ,
    storm_at TIMESTAMPTZ,
    place_step INTEGER DEFAULT '0' NOT NULL,
    visit_decision VARCHAR,
    contact_key VARCHAR NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    filed_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    assigned_at TIMESTAMPTZ,
    alert_urgency INTEGER,
    danger_at TIMESTAMPTZ,
    assignee_id INTEGER,
    renewed_at TIMESTAMPTZ,
    outcome_asked VARCHAR,
    closure_by VARCHAR,
    closure_requested_at TIMESTAMPTZ,
    closure_read_at TIMESTAMPTZ,
    locked_for VARCHAR,
    receipt_key VARCHAR,
    erasure_asked_at TIMESTAMPTZ,
    helped_at TIMESTAMPTZ,
    was_asked_help BOOLEAN DEFAULT false NOT NULL,
    closed_at TIMESTAMPTZ,
    outcome VARCHAR,
    warned_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    record_key INTEGER NOT NULL,
    request VARCHAR DEFAULT '' NOT NULL,
    CONSTRAINT tip_key PRIMARY KEY (id),
    CONSTRAINT tip_uid_once UNIQUE (uid),
    CONSTRAINT tip_identity_once UNIQUE (identity)
);
CREATE INDEX tip_alike ON tip (place, category, created_at);
CREATE INDEX tip_closure ON tip (closure_requested_at) WHERE closure_requested_at IS NOT NULL;
CREATE INDEX tip_contact ON tip (contact_key);
CREATE INDEX tip_danger ON tip (danger_at) WHERE danger_at IS NOT NULL;
CREATE INDEX tip_filed ON tip (filed_at);
CREATE INDEX tip_open ON tip (filed_at) WHERE closed_at IS NULL;
CREATE INDEX tip_receipt ON tip (receipt_key);
CREATE INDEX tip_session ON tip (session_key);
CREATE INDEX tip_silent ON tip (updated_at) WHERE state = 'draft';
CREATE INDEX tip_waits ON tip (urgency, id) WHERE state != 'draft' AND (alert_urgency IS NULL OR alert_urgency > urgency);

CREATE TABLE on_call_contact (
    id SERIAL NOT NULL,
    person_id INTEGER NOT NULL,
    number_key VARCHAR NOT NULL,
    encrypted_number BYTEA NOT NULL,
    active BOOLEAN NOT NULL,
    unreachable VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT on_call_contact_key PRIMARY KEY (id),
    CONSTRAINT on_call_contact_person_id_of FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT on_call_contact_number_key_once UNIQUE (number_key)
);

CREATE TABLE account_code (
    id SERIAL NOT NULL,
    account_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    digest BYTEA NOT NULL,
    expires_at TIMESTAMPTZ,
    used_at TIMESTAMPTZ,
    locked_key BYTEA,
    CONSTRAINT account_code_key PRIMARY KEY (id),
    CONSTRAINT account_code_account_id_of FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT account_code_digest_once UNIQUE (digest)
);
CREATE INDEX account_code_account_id_index ON account_code (account_id);

CREATE TABLE question_back (
    tip_id INTEGER NOT NULL,
    question VARCHAR NOT NULL,
    desk VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    public_key BYTEA NOT NULL,
    locked_key BYTEA NOT NULL,
    body BYTEA NOT NULL,
    answered_at TIMESTAMPTZ,
    read_at TIMESTAMPTZ,
    CONSTRAINT question_back_key PRIMARY KEY (tip_id),
    CONSTRAINT question_back_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);

CREATE TABLE call_back (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    uid VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    body BYTEA NOT NULL,
    encrypted_key BYTEA NOT NULL,
    opens_at TIMESTAMPTZ NOT NULL,
    closes_at TIMESTAMPTZ NOT NULL,
    again_at TIMESTAMPTZ,
    asked_at TIMESTAMPTZ NOT NULL,
    notified_at TIMESTAMPTZ,
    begun_at TIMESTAMPTZ,
    asked_by VARCHAR,
    approved_by VARCHAR,
    opened_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    outcome VARCHAR,
    CONSTRAINT call_back_key PRIMARY KEY (id),
    CONSTRAINT call_back_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT call_back_uid_once UNIQUE (uid)
);
CREATE INDEX call_back_state ON call_back (state);
CREATE INDEX call_back_tip ON call_back (tip_id);

CREATE TABLE case_counted (
    tip_id INTEGER NOT NULL,
    month VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT case_counted_key PRIMARY KEY (tip_id),
    CONSTRAINT case_counted_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);

CREATE TABLE case_key (
    tip_id INTEGER NOT NULL,
    public_key BYTEA NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    warned_at TIMESTAMPTZ,
    CONSTRAINT case_key_key PRIMARY KEY (tip_id),
    CONSTRAINT case_key_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);

CREATE TABLE case_event (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    responder_id INTEGER,
    desk VARCHAR,
    channel VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    codes JSON NOT NULL,
    "key" VARCHAR NOT NULL,
    supersedes INTEGER,
    CONSTRAINT case_event_key PRIMARY KEY (id),
    CONSTRAINT case_event_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT case_event_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT case_event_key_once UNIQUE ("key"),
    CONSTRAINT case_event_supersedes_of FOREIGN KEY(supersedes) REFERENCES case_event (id)
);
CREATE INDEX case_event_tip_id_index ON case_event (tip_id);

CREATE TABLE draft (
    id SERIAL NOT NULL,
    title VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    base_id INTEGER NOT NULL,
    source VARCHAR,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    submitted_by_id INTEGER,
    submitted_by VARCHAR,
    submitted_at TIMESTAMPTZ,
    submitted_digest VARCHAR,
    note VARCHAR,
    noted_by VARCHAR,
    ended_at TIMESTAMPTZ,
    CONSTRAINT draft_key PRIMARY KEY (id),
    CONSTRAINT draft_base_id_of FOREIGN KEY(base_id) REFERENCES revision (id),
    CONSTRAINT draft_source_once UNIQUE (source)
);
CREATE INDEX draft_state ON draft (state, id);

CREATE TABLE console_session (
    digest BYTEA NOT NULL,
    account_id INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    factor_at TIMESTAMPTZ NOT NULL,
    key_until TIMESTAMPTZ,
    locked_key BYTEA,
    flow VARCHAR,
    flow_at TIMESTAMPTZ,
    board_at TIMESTAMPTZ,
    locked_at TIMESTAMPTZ,
    CONSTRAINT console_session_key PRIMARY KEY (digest),
    CONSTRAINT console_session_account_id_of FOREIGN KEY(account_id) REFERENCES account (id)
);
CREATE INDEX console_session_account_id_index ON console_session (account_id);

CREATE TABLE deadline (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    step INTEGER NOT NULL,
    nth INTEGER DEFAULT '0' NOT NULL,
    set_at TIMESTAMPTZ,
    due_at TIMESTAMPTZ NOT NULL,
    named_at TIMESTAMPTZ,
    fired_at TIMESTAMPTZ,
    CONSTRAINT deadline_key PRIMARY KEY (id),
    CONSTRAINT deadline_tip_id_kind_step_once UNIQUE (tip_id, kind, step),
    CONSTRAINT deadline_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);
CREATE UNIQUE INDEX deadline_one ON deadline (tip_id, kind) WHERE fired_at IS NULL;
CREATE INDEX deadline_open ON deadline (due_at) WHERE fired_at IS NULL;

CREATE TABLE desk_member (
    id SERIAL NOT NULL,
    desk_code VARCHAR NOT NULL,
    member VARCHAR NOT NULL,
    wrapped_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT desk_member_key PRIMARY KEY (id),
    CONSTRAINT desk_member_desk_code_member_once UNIQUE (desk_code, member),
    CONSTRAINT desk_member_desk_code_of FOREIGN KEY(desk_code) REFERENCES desk (code)
);

CREATE TABLE dialogue (
    "key" VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    revision_id INTEGER NOT NULL,
    entry VARCHAR NOT NULL,
    dialled INTEGER NOT NULL,
    reporting BOOLEAN NOT NULL,
    alerts_blocked BOOLEAN NOT NULL,
    oversight BOOLEAN NOT NULL,
    responder_id INTEGER,
    network VARCHAR,
    language VARCHAR NOT NULL,
    counted JSON NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    committed INTEGER NOT NULL,
    text_key VARCHAR,
    starred JSON,
    caller_key VARCHAR,
    pinned JSON,
    screens_counted INTEGER,
    CONSTRAINT dialogue_key PRIMARY KEY ("key"),
    CONSTRAINT dialogue_revision_id_of FOREIGN KEY(revision_id) REFERENCES revision (id)
);
CREATE INDEX dialogue_started ON dialogue (started_at);

CREATE TABLE enrolment (
    id SERIAL NOT NULL,
    responder_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    approval_id INTEGER,
    number_key VARCHAR NOT NULL,
    encrypted_number BYTEA,
    encrypted_code BYTEA,
    code_hash BYTEA,
    code_until TIMESTAMPTZ,
    start_hash BYTEA,
    start_until TIMESTAMPTZ,
    tries INTEGER NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    proved_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    end_reason VARCHAR,
    CONSTRAINT enrolment_key PRIMARY KEY (id),
    CONSTRAINT enrolment_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX enrolment_number_key_index ON enrolment (number_key);
CREATE UNIQUE INDEX enrolment_open ON enrolment (responder_id) WHERE ended_at IS NULL;

CREATE TABLE exclusion (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    person_id INTEGER,
    desk_code VARCHAR,
    reason VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    lifted_by VARCHAR,
    lifted_at TIMESTAMPTZ,
    CONSTRAINT exclusion_key PRIMARY KEY (id),
    CONSTRAINT exclusion_person_id_of FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT exclusion_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id) ON DELETE CASCADE
);
CREATE INDEX exclusion_tip_id_index ON exclusion (tip_id);

CREATE TABLE drill (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    place VARCHAR NOT NULL,
    desk VARCHAR NOT NULL,
    escalates BOOLEAN NOT NULL,
    started_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by VARCHAR,
    end_reason VARCHAR,
    CONSTRAINT drill_key PRIMARY KEY (id),
    CONSTRAINT drill_tip_id_once UNIQUE (tip_id),
    CONSTRAINT drill_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);

CREATE TABLE "grant" (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    desk_code VARCHAR NOT NULL,
    encrypted_key BYTEA NOT NULL,
    CONSTRAINT grant_key PRIMARY KEY (id),
    CONSTRAINT grant_tip_id_desk_code_once UNIQUE (tip_id, desk_code),
    CONSTRAINT grant_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id) ON DELETE CASCADE,
    CONSTRAINT grant_desk_code_of FOREIGN KEY(desk_code) REFERENCES desk (code)
);

CREATE TABLE duty (
    id SERIAL NOT NULL,
    desk_code VARCHAR NOT NULL,
    responder_id INTEGER NOT NULL,
    week DATE NOT NULL,
    weekday INTEGER NOT NULL,
    from_min INTEGER NOT NULL,
    to_min INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    CONSTRAINT duty_key PRIMARY KEY (id),
    CONSTRAINT duty_desk_code_week_weekday_responder_id_from_min_once UNIQUE (desk_code, week, weekday, responder_id, from_min),
    CONSTRAINT duty_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX duty_week ON duty (week, weekday);

CREATE TABLE duty_override (
    id SERIAL NOT NULL,
    desk_code VARCHAR NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    responder_id INTEGER,
    replaces INTEGER,
    asked_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    CONSTRAINT duty_override_key PRIMARY KEY (id),
    CONSTRAINT duty_override_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT duty_override_replaces_of FOREIGN KEY(replaces) REFERENCES responder (id)
);
CREATE INDEX duty_override_end ON duty_override (ends_at);

CREATE TABLE gap_notice (
    id SERIAL NOT NULL,
    desk_code VARCHAR NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,
    notified_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT gap_notice_key PRIMARY KEY (id)
);
CREATE INDEX gap_notice_end ON gap_notice (ends_at);

CREATE TABLE holiday (
    day DATE NOT NULL,
    like_weekday INTEGER NOT NULL,
    CONSTRAINT holiday_key PRIMARY KEY (day)
);

CREATE TABLE leave (
    id SERIAL NOT NULL,
    responder_id INTEGER NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    asked_by VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    begun_at TIMESTAMPTZ,
    CONSTRAINT leave_key PRIMARY KEY (id),
    CONSTRAINT leave_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX leave_responder ON leave (responder_id, ends_at);

CREATE TABLE legal_hold (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    placed_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    lifted_by VARCHAR,
    lifted_at TIMESTAMPTZ,
    for_file BOOLEAN NOT NULL,
    reviewed_at TIMESTAMPTZ,
    CONSTRAINT legal_hold_key PRIMARY KEY (id),
    CONSTRAINT legal_hold_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id)
);
CREATE INDEX legal_hold_tip_id_index ON legal_hold (tip_id);

CREATE TABLE case_file (
    id SERIAL NOT NULL,
    tip_id INTEGER,
    n INTEGER,
    hold_id INTEGER,
    basis VARCHAR NOT NULL,
    order_number VARCHAR NOT NULL,
    asked_by VARCHAR NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    approved_by VARCHAR,
    approved_at TIMESTAMPTZ,
    made_by VARCHAR,
    made_at TIMESTAMPTZ,
    digest VARCHAR,
    CONSTRAINT case_file_key PRIMARY KEY (id),
    CONSTRAINT case_file_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT case_file_hold_id_of FOREIGN KEY(hold_id) REFERENCES legal_hold (id)
);
CREATE INDEX case_file_tip_id_index ON case_file (tip_id);

CREATE TABLE membership (
    id SERIAL NOT NULL,
    responder_id INTEGER NOT NULL,
    desk_code VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    categories JSON NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ,
    CONSTRAINT membership_key PRIMARY KEY (id),
    CONSTRAINT membership_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX membership_desk ON membership (desk_code) WHERE until_at IS NULL;
CREATE UNIQUE INDEX membership_one ON membership (responder_id, desk_code) WHERE until_at IS NULL;

CREATE TABLE pin_warning (
    id SERIAL NOT NULL,
    responder_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    notified_at TIMESTAMPTZ,
    CONSTRAINT pin_warning_key PRIMARY KEY (id),
    CONSTRAINT pin_warning_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX pin_warning_person ON pin_warning (responder_id, kind, at);
CREATE INDEX pin_warning_notified ON pin_warning (notified_at, at);

CREATE TABLE possible_victim (
    tip_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    met_at TIMESTAMPTZ NOT NULL,
    responder_id INTEGER,
    clock VARCHAR,
    due_at TIMESTAMPTZ,
    times INTEGER DEFAULT '0' NOT NULL,
    record_key INTEGER NOT NULL,
    CONSTRAINT possible_victim_key PRIMARY KEY (tip_id, n),
    CONSTRAINT possible_victim_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT possible_victim_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX possible_victim_due_at_index ON possible_victim (due_at);

CREATE TABLE publication (
    id SERIAL NOT NULL,
    revision_id INTEGER NOT NULL,
    published_by VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    until TIMESTAMPTZ,
    draft_id INTEGER,
    published_by_id INTEGER,
    approved_by VARCHAR,
    lapses_at TIMESTAMPTZ,
    settled_at TIMESTAMPTZ,
    CONSTRAINT publication_key PRIMARY KEY (id),
    CONSTRAINT publication_revision_id_of FOREIGN KEY(revision_id) REFERENCES revision (id)
);

CREATE TABLE pin_reading (
    id SERIAL NOT NULL,
    session_key VARCHAR NOT NULL,
    text_digest VARCHAR NOT NULL,
    responder_id INTEGER,
    question JSON NOT NULL,
    of_id INTEGER,
    state VARCHAR NOT NULL,
    encrypted_answer BYTEA,
    shown BYTEA,
    given_up_at TIMESTAMPTZ,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pin_reading_key PRIMARY KEY (id),
    CONSTRAINT pin_reading_session_key_text_digest_once UNIQUE (session_key, text_digest),
    CONSTRAINT pin_reading_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT pin_reading_of_id_of FOREIGN KEY(of_id) REFERENCES pin_reading (id)
);
CREATE INDEX pin_reading_at ON pin_reading (at);

CREATE TABLE assignment (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    step INTEGER NOT NULL,
    responder_id INTEGER NOT NULL,
    reference VARCHAR NOT NULL,
    repeats_id INTEGER,
    state VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    proved_at TIMESTAMPTZ,
    doubted_at TIMESTAMPTZ,
    on_site_at TIMESTAMPTZ,
    handed_to_help_at TIMESTAMPTZ,
    passed_at TIMESTAMPTZ,
    released_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ,
    CONSTRAINT assignment_key PRIMARY KEY (id),
    CONSTRAINT assignment_tip_id_step_responder_id_once UNIQUE (tip_id, step, responder_id),
    CONSTRAINT assignment_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT assignment_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT assignment_repeats_id_of FOREIGN KEY(repeats_id) REFERENCES assignment (id)
);
CREATE UNIQUE INDEX assignment_name ON assignment (reference) WHERE repeats_id IS NULL;
CREATE INDEX assignment_hands ON assignment (responder_id, created_at, state);

CREATE TABLE release_approval (
    id SERIAL NOT NULL,
    release_id INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    approved_by VARCHAR NOT NULL,
    approved_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT release_approval_key PRIMARY KEY (id),
    CONSTRAINT release_approval_release_id_role_once UNIQUE (release_id, role),
    CONSTRAINT release_approval_release_id_of FOREIGN KEY(release_id) REFERENCES release (id)
);

CREATE TABLE release_cell (
    id SERIAL NOT NULL,
    release_id INTEGER NOT NULL,
    indicator VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    number INTEGER,
    CONSTRAINT release_cell_key PRIMARY KEY (id),
    CONSTRAINT release_cell_release_id_indicator_dimension_value_once UNIQUE (release_id, indicator, dimension, value),
    CONSTRAINT release_cell_release_id_of FOREIGN KEY(release_id) REFERENCES release (id)
);

CREATE TABLE reply_answer (
    id SERIAL NOT NULL,
    responder_id INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    text_key VARCHAR NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT reply_answer_key PRIMARY KEY (id),
    CONSTRAINT reply_answer_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX reply_answer_old ON reply_answer (answered_at);
CREATE INDEX reply_answer_responder ON reply_answer (responder_id, answered_at);

CREATE TABLE started_form (
    tip_id INTEGER NOT NULL,
    responder_id INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT started_form_key PRIMARY KEY (tip_id, responder_id),
    CONSTRAINT started_form_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT started_form_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);

CREATE TABLE tip_likeness (
    tip_id INTEGER NOT NULL,
    contact_key VARCHAR NOT NULL,
    words_key VARCHAR,
    who_key VARCHAR,
    at TIMESTAMPTZ NOT NULL,
    leader_id INTEGER,
    CONSTRAINT tip_likeness_key PRIMARY KEY (tip_id),
    CONSTRAINT tip_likeness_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id) ON DELETE CASCADE
);
CREATE INDEX tip_likeness_at ON tip_likeness (at);
CREATE INDEX tip_likeness_contact ON tip_likeness (contact_key);
CREATE INDEX tip_likeness_leader ON tip_likeness (leader_id);
CREATE INDEX tip_likeness_words ON tip_likeness (words_key);

CREATE TABLE tip_link (
    id SERIAL NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    undone_by VARCHAR,
    undone_at TIMESTAMPTZ,
    CONSTRAINT tip_link_key PRIMARY KEY (id),
    CONSTRAINT tip_link_a_b_once UNIQUE (a, b),
    CONSTRAINT tip_link_a_of FOREIGN KEY(a) REFERENCES tip (id) ON DELETE CASCADE,
    CONSTRAINT tip_link_b_of FOREIGN KEY(b) REFERENCES tip (id) ON DELETE CASCADE
);
CREATE INDEX tip_link_b_index ON tip_link (b);

CREATE TABLE tip_place (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    place VARCHAR NOT NULL,
    corrected_at TIMESTAMPTZ NOT NULL,
    released_at TIMESTAMPTZ,
    CONSTRAINT tip_place_key PRIMARY KEY (id),
    CONSTRAINT tip_place_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id) ON DELETE CASCADE
);
CREATE INDEX tip_place_tip ON tip_place (tip_id);

CREATE TABLE pending_alert (
    tip_id INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    CONSTRAINT pending_alert_key PRIMARY KEY (tip_id),
    CONSTRAINT pending_alert_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id) ON DELETE CASCADE
);
CREATE INDEX pending_alert_order ON pending_alert (urgency, tip_id);

CREATE TABLE case_code (
    case_event_id INTEGER NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT case_code_key PRIMARY KEY (case_event_id),
    CONSTRAINT case_code_case_event_id_of FOREIGN KEY(case_event_id) REFERENCES case_event (id)
);

CREATE TABLE case_grant (
    id SERIAL NOT NULL,
    tip_id INTEGER NOT NULL,
    holder VARCHAR NOT NULL,
    encrypted_key BYTEA NOT NULL,
    CONSTRAINT case_grant_key PRIMARY KEY (id),
    CONSTRAINT case_grant_tip_id_holder_once UNIQUE (tip_id, holder),
    CONSTRAINT case_grant_tip_id_of FOREIGN KEY(tip_id) REFERENCES case_key (tip_id) ON DELETE CASCADE
);

CREATE TABLE case_note (
    case_event_id INTEGER NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT case_note_key PRIMARY KEY (case_event_id),
    CONSTRAINT case_note_case_event_id_of FOREIGN KEY(case_event_id) REFERENCES case_event (id)
);

CREATE TABLE draft_check (
    digest VARCHAR NOT NULL,
    draft_id INTEGER,
    findings JSON NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT draft_check_key PRIMARY KEY (digest),
    CONSTRAINT draft_check_draft_id_of FOREIGN KEY(draft_id) REFERENCES draft (id)
);

CREATE TABLE draft_step (
    id SERIAL NOT NULL,
    draft_id INTEGER NOT NULL,
    part VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    document JSON,
    made_by_id INTEGER,
    made_by VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    about JSON NOT NULL,
    once VARCHAR NOT NULL,
    CONSTRAINT draft_step_key PRIMARY KEY (id),
    CONSTRAINT draft_step_draft_id_part_version_once UNIQUE (draft_id, part, version),
    CONSTRAINT draft_step_draft_id_of FOREIGN KEY(draft_id) REFERENCES draft (id),
    CONSTRAINT draft_step_once_once UNIQUE (once)
);

CREATE TABLE draft_news (
    id SERIAL NOT NULL,
    account_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    draft_id INTEGER NOT NULL,
    flow VARCHAR NOT NULL,
    node VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    made_by_id INTEGER,
    made_by VARCHAR NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    CONSTRAINT draft_news_key PRIMARY KEY (id),
    CONSTRAINT draft_news_account_id_of FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT draft_news_draft_id_of FOREIGN KEY(draft_id) REFERENCES draft (id)
);
CREATE INDEX draft_news_draft_id_index ON draft_news (draft_id);
CREATE INDEX draft_news_unread ON draft_news (account_id, read_at);

CREATE TABLE news_address (
    id SERIAL NOT NULL,
    account_id INTEGER NOT NULL,
    encrypted_address BYTEA NOT NULL,
    mailed_at TIMESTAMPTZ,
    CONSTRAINT news_address_key PRIMARY KEY (id),
    CONSTRAINT news_address_account_id_of FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT news_address_account_id_once UNIQUE (account_id)
);

CREATE TABLE draft_plan (
    id SERIAL NOT NULL,
    draft_id INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    publish_at TIMESTAMPTZ,
    withdraw_at TIMESTAMPTZ,
    against VARCHAR NOT NULL,
    keeps_languages BOOLEAN NOT NULL,
    note VARCHAR NOT NULL,
    approved_by_id INTEGER,
    approved_by VARCHAR NOT NULL,
    approved_at TIMESTAMPTZ NOT NULL,
    publication_id INTEGER,
    ended_at TIMESTAMPTZ,
    CONSTRAINT draft_plan_key PRIMARY KEY (id),
    CONSTRAINT draft_plan_draft_id_of FOREIGN KEY(draft_id) REFERENCES draft (id),
    CONSTRAINT draft_plan_publication_id_of FOREIGN KEY(publication_id) REFERENCES publication (id)
);
CREATE INDEX draft_plan_draft_id_index ON draft_plan (draft_id);

CREATE TABLE message (
    id SERIAL NOT NULL,
    kind VARCHAR NOT NULL,
    responder_id INTEGER,
    assignment_id INTEGER,
    on_call_id INTEGER,
    contact_key VARCHAR,
    encrypted_number BYTEA,
    revision_id INTEGER,
    template VARCHAR NOT NULL,
    parameters JSON NOT NULL,
    language VARCHAR NOT NULL,
    priority INTEGER NOT NULL,
    turn INTEGER DEFAULT '0' NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    leased_by VARCHAR,
    outcome VARCHAR,
    gateway VARCHAR,
    provider_id VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    accepted_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    resent BOOLEAN NOT NULL,
    answered_at TIMESTAMPTZ,
    request VARCHAR DEFAULT '' NOT NULL,
    CONSTRAINT message_key PRIMARY KEY (id),
    CONSTRAINT message_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT message_assignment_id_of FOREIGN KEY(assignment_id) REFERENCES assignment (id),
    CONSTRAINT message_on_call_id_of FOREIGN KEY(on_call_id) REFERENCES on_call_contact (id),
    CONSTRAINT message_revision_id_of FOREIGN KEY(revision_id) REFERENCES revision (id)
);
CREATE INDEX message_answers ON message (created_at) WHERE contact_key IS NOT NULL;
CREATE INDEX message_contact ON message (contact_key, created_at) WHERE contact_key IS NOT NULL;
CREATE INDEX message_due ON message (state, next_at);
CREATE INDEX message_assignment ON message (assignment_id);
CREATE INDEX message_recipient ON message (responder_id, created_at);
CREATE INDEX message_created ON message (created_at);

CREATE TABLE shared_alert (
    assignment_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    is_notice BOOLEAN NOT NULL,
    CONSTRAINT shared_alert_key PRIMARY KEY (assignment_id, message_id),
    CONSTRAINT shared_alert_assignment_id_of FOREIGN KEY(assignment_id) REFERENCES assignment (id),
    CONSTRAINT shared_alert_message_id_of FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE INDEX shared_alert_message ON shared_alert (message_id);

CREATE TABLE pin_reading_ask (
    id SERIAL NOT NULL,
    reading_id INTEGER NOT NULL,
    encrypted_pin BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    box BYTEA,
    asked_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    request VARCHAR DEFAULT '' NOT NULL,
    CONSTRAINT pin_reading_ask_key PRIMARY KEY (id),
    CONSTRAINT pin_reading_ask_reading_id_of FOREIGN KEY(reading_id) REFERENCES pin_reading (id) ON DELETE CASCADE
);
CREATE INDEX pin_reading_ask_open ON pin_reading_ask (answered_at, id);

CREATE TABLE handover_note (
    id SERIAL NOT NULL,
    desk_code VARCHAR,
    case_event_id INTEGER,
    person_id INTEGER NOT NULL,
    body BYTEA,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT handover_note_key PRIMARY KEY (id),
    CONSTRAINT handover_note_case_event_id_once UNIQUE (case_event_id),
    CONSTRAINT handover_note_desk_code_of FOREIGN KEY(desk_code) REFERENCES desk (code),
    CONSTRAINT handover_note_case_event_id_of FOREIGN KEY(case_event_id) REFERENCES case_note (case_event_id) ON DELETE CASCADE,
    CONSTRAINT handover_note_person_id_of FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX handover_note_at_index ON handover_note (at);

CREATE TABLE harm_record (
    id SERIAL NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    person_id INTEGER NOT NULL,
    second_id INTEGER,
    second_at TIMESTAMPTZ,
    CONSTRAINT harm_record_key PRIMARY KEY (id),
    CONSTRAINT harm_record_person_id_of FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT harm_record_second_id_of FOREIGN KEY(second_id) REFERENCES person (id)
);

CREATE TABLE harm_text (
    id SERIAL NOT NULL,
    record_id INTEGER NOT NULL,
    desk_code VARCHAR NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT harm_text_key PRIMARY KEY (id),
    CONSTRAINT harm_text_record_id_desk_code_once UNIQUE (record_id, desk_code),
    CONSTRAINT harm_text_record_id_of FOREIGN KEY(record_id) REFERENCES harm_record (id),
    CONSTRAINT harm_text_desk_code_of FOREIGN KEY(desk_code) REFERENCES desk (code)
);
CREATE INDEX harm_text_desk_code_index ON harm_text (desk_code);

CREATE TABLE help_answer (
    id INTEGER NOT NULL,
    month VARCHAR NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT help_answer_key PRIMARY KEY (id)
);

CREATE TABLE handover_read (
    person_id INTEGER NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    CONSTRAINT handover_read_key PRIMARY KEY (person_id),
    CONSTRAINT handover_read_person_id_of FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE service_referral (
    offered_id INTEGER NOT NULL,
    tip_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    responder_id INTEGER,
    offered_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    arrived_at TIMESTAMPTZ,
    thirty_at TIMESTAMPTZ,
    clock VARCHAR,
    due_at TIMESTAMPTZ,
    times INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT service_referral_key PRIMARY KEY (offered_id),
    CONSTRAINT service_referral_offered_id_of FOREIGN KEY(offered_id) REFERENCES case_event (id),
    CONSTRAINT service_referral_tip_id_of FOREIGN KEY(tip_id) REFERENCES tip (id),
    CONSTRAINT service_referral_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id)
);
CREATE INDEX service_referral_due_at_index ON service_referral (due_at);
CREATE INDEX service_referral_of ON service_referral (tip_id, n);

CREATE TABLE service_request (
    id SERIAL NOT NULL,
    offered_id INTEGER NOT NULL,
    desk_code VARCHAR NOT NULL,
    responder_id INTEGER NOT NULL,
    reference VARCHAR NOT NULL,
    who VARCHAR,
    asked_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    answer VARCHAR,
    CONSTRAINT service_request_key PRIMARY KEY (id),
    CONSTRAINT service_request_offered_id_of FOREIGN KEY(offered_id) REFERENCES service_referral (offered_id),
    CONSTRAINT service_request_desk_code_of FOREIGN KEY(desk_code) REFERENCES desk (code),
    CONSTRAINT service_request_responder_id_of FOREIGN KEY(responder_id) REFERENCES responder (id),
    CONSTRAINT service_request_reference_once UNIQUE (reference)
);
CREATE INDEX service_request_offered_id_index ON service_request (offered_id);
CREATE INDEX service_request_responder_id_index ON service_request (responder_id);

CREATE TABLE attempt (
    id SERIAL NOT NULL,
    message_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR,
    http_status INTEGER,
    gateway VARCHAR,
    provider_status VARCHAR,
    provider_id VARCHAR,
    seconds FLOAT,
    CONSTRAINT attempt_key PRIMARY KEY (id),
    CONSTRAINT attempt_message_id_n_once UNIQUE (message_id, n),
    CONSTRAINT attempt_message_id_of FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE INDEX attempt_provider_id_index ON attempt (provider_id);
