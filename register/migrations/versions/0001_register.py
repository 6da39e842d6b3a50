"""The register: cases with all that belongs to them, refused messages, and the append-only log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("rex_number", sa.Text, nullable=False),
        sa.Column("exporter", sa.Text, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("limit_at", TIME),
        sa.Column("limit_last_day", sa.Date),
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
        sa.Column("revision", sa.BigInteger, nullable=False),
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
        sa.Column("revision", sa.BigInteger, nullable=False),
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
        sa.Column("revision", sa.BigInteger, nullable=False),
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
        "escalations",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
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
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_escalations"),
        _of_case("escalations"),
    )
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
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_log"),
        _of_case("log"),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("log", "refused_messages", "escalations", "letters", "documents", "steps", "cases"):
        op.drop_table(table)  # a table's triggers and indexes go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_is_append_only()")


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=f"fk_{table}_case_id_cases")


APPEND_ONLY = {
    "sqlite": [
        """
        CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
        """,
        """
        CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
        """,
        # INSERT OR REPLACE deletes the old row without firing a delete trigger; here the old row stays.
        """
        CREATE TRIGGER log_refuses_replace BEFORE INSERT ON log
        WHEN EXISTS (SELECT 1 FROM log WHERE case_id = NEW.case_id AND number = NEW.number)
        BEGIN SELECT RAISE(IGNORE); END
        """,
    ],
    "postgresql": [
        """
        CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
        """,
        """
        CREATE TRIGGER log_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON log
        FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only()
        """,
    ],
}
