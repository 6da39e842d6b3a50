"""The register: cases with all that belongs to them, log, deliveries, calendar, recounts, reports of every kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from register.migrations import gateway_tables
from register.migrations.guards import guards

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("rex_number", sa.Text, nullable=False),
        sa.Column("exporter", sa.Text, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("limit_at", TIME),
        sa.Column("limit_last_day", sa.Date),
        sa.Column("limit_met", sa.Boolean),
        sa.Column("limit_ended_at", TIME),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("risk", sa.Text, nullable=False),
        sa.Column("reserve_days", sa.Integer),
        sa.Column("outcome", sa.Text),
        sa.Column("calendar_version", sa.Text),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_table(
        "steps",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("paragraph", sa.Integer, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("due_at", TIME),
        sa.Column("last_day", sa.Date),
        sa.Column("ended_at", TIME),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("late_days", sa.Integer, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "step", "round", name="pk_steps"),
        _of_case("steps"),
    )
    op.create_table(
        "documents",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("received_at", TIME),
        sa.Column("arrived_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "message_id", "sha256", "kind", name="pk_documents"),
        _of_case("documents"),
    )
    op.create_table(
        "letters",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("addressee", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("reference", sa.Text),
        sa.Column("document_id", sa.Text),
        sa.Column("by", sa.Text),
        sa.PrimaryKeyConstraint("case_id", "key", name="pk_letters"),
        _of_case("letters"),
    )
    op.create_table(
        "letter_numbers",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("dated", sa.Date, nullable=False),
        sa.Column("document_id", sa.Text),
        sa.PrimaryKeyConstraint("key", name="pk_letter_numbers"),
        sa.UniqueConstraint("kind", "year", "serial", name="uq_letter_numbers_kind_year_serial"),
        sa.UniqueConstraint("number", name="uq_letter_numbers_number"),
    )
    op.create_index("ix_letter_numbers_case_id", "letter_numbers", ["case_id"])
    op.create_table(
        "escalations",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("step", sa.Text),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("acknowledged_until", sa.Date),
        sa.Column("resolved_at", TIME),
        sa.Column("resolved_by", sa.Text),
        sa.Column("overtaken_by", sa.Text),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_escalations"),
    )
    op.create_table(
        "deliveries",
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("escalation_id", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("notified", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("next_level", sa.Integer),
        sa.Column("next_at", TIME),
        sa.PrimaryKeyConstraint("notice", "escalation_id", "message", "attempt", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_case_id_escalation_id_at", "deliveries", ["case_id", "escalation_id", "at"])
    op.create_table(
        "refused_messages",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text),
        sa.PrimaryKeyConstraint("case_id", "key", name="pk_refused_messages"),
    )
    op.create_table(
        "log",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("as_of", TIME, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key", "digest", name="pk_log"),
        sa.UniqueConstraint("case_id", "sequence", name="uq_log_case_id_sequence"),
        _of_case("log"),
    )
    op.create_table(
        "chains",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_chains"),
        _of_case("chains"),
    )
    _calendar()
    _recounts()
    op.create_table(
        "reported_findings",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day", "finding", name="pk_reported_findings"),
    )
    op.create_table(
        "sent_accounts",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("month", "recipient", name="pk_sent_accounts"),
    )
    op.create_table(
        "desk_acts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", "outcome", name="pk_desk_acts"),
    )
    op.create_index("ix_desk_acts_at", "desk_acts", ["at"])
    op.create_table(
        "sent_heads",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day", "recipient", name="pk_sent_heads"),
    )
    gateway_tables.create()
    for statement in guards(op.get_bind().dialect.name, APPEND_ONLY, REPEATABLE):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "desk_acts",
        "webhooks",
        "events",
        "deposits",
        "sent_heads",
        "sent_accounts",
        "reported_findings",
        "recounted_cases",
        "recounts",
        "calendar_states",
        "calendar_confirmations",
        "calendar_approvals",
        "calendar_withdrawals",
        "calendar_entries",
        "chains",
        "log",
        "refused_messages",
        "deliveries",
        "escalations",
        "letter_numbers",
        "letters",
        "documents",
        "steps",
        "cases",
    ):
        op.drop_table(table)  # a table's triggers and indexes go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION is_append_only()")


def _calendar() -> None:
    op.create_table(
        "calendar_entries",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("working", sa.Boolean, nullable=False),
        sa.Column("swapped_with", sa.Date),
        *_decree(),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_calendar_entries"),
        sa.CheckConstraint("day <> swapped_with", name="ck_calendar_entries_swap"),
    )
    op.create_table(
        "calendar_withdrawals",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_calendar_withdrawals"),
        _of_entry("calendar_withdrawals"),
    )
    op.create_table(
        "calendar_approvals",
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("withdrawal", sa.Boolean, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("entry", "withdrawal", name="pk_calendar_approvals"),
        _of_entry("calendar_approvals"),
    )
    op.create_table(
        "calendar_confirmations",
        sa.Column("year", sa.Integer, nullable=False),
        *_decree(),
        sa.Column("confirmed_by", sa.Text, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_confirmations"),
    )
    op.create_table(
        "calendar_states",
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("days", sa.JSON, nullable=False),
        sa.Column("library", sa.Text, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_calendar_states"),
    )


def _recounts() -> None:
    op.create_table(
        "recounts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_recounts"),
    )
    op.create_table(
        "recounted_cases",
        sa.Column("recount", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("done_at", TIME),
        sa.Column("answer", sa.JSON),
        sa.Column("passed_over", sa.Text),
        sa.PrimaryKeyConstraint("recount", "case_id", name="pk_recounted_cases"),
        sa.ForeignKeyConstraint(["recount"], ["recounts.id"], name="fk_recounted_cases_recount_recounts"),
    )


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=f"fk_{table}_case_id_cases")


def _of_entry(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_entry_calendar_entries"
    return sa.ForeignKeyConstraint(["entry"], ["calendar_entries.number"], name=name)


def _decree() -> list[sa.Column[object]]:
    return [
        sa.Column("decree_number", sa.Text, nullable=False),
        sa.Column("decree_date", sa.Date, nullable=False),
        sa.Column("decree_title", sa.Text, nullable=False),
    ]


APPEND_ONLY = {
    "log": ("case_id", "key", "digest"),
    "deliveries": ("notice", "escalation_id", "message", "attempt"),
    "refused_messages": ("case_id", "key"),
    "calendar_entries": ("number",),
    "calendar_withdrawals": ("entry",),
    "calendar_approvals": ("entry", "withdrawal"),
    "calendar_confirmations": ("year",),
    "calendar_states": ("version",),
    "sent_accounts": ("month", "recipient"),
    "sent_heads": ("day", "recipient"),
    "desk_acts": ("id", "outcome"),
}
"""Tables whose rows nobody may change or delete, each with its key."""

REPEATABLE = ("log", "deliveries", "refused_messages", "sent_accounts", "sent_heads", "desk_acts")
"""A row of these may come twice: the second is passed over, and whoever writes compares the two."""
