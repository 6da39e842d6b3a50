"""The ministry's calendar: entries, withdrawals, approvals and confirmations, all append-only, and recorded states."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

TABLES = (
    "calendar_entries",
    "calendar_withdrawals",
    "calendar_approvals",
    "calendar_confirmations",
    "calendar_states",
)


def upgrade() -> None:
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
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)  # a table's triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION calendar_is_append_only()")


def _decree() -> list[sa.Column[object]]:
    return [
        sa.Column("decree_number", sa.Text, nullable=False),
        sa.Column("decree_date", sa.Date, nullable=False),
        sa.Column("decree_title", sa.Text, nullable=False),
    ]


def _of_entry(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_entry_calendar_entries"
    return sa.ForeignKeyConstraint(["entry"], ["calendar_entries.number"], name=name)


def _append_only(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"""
            CREATE TRIGGER {table}_refuses_{act} BEFORE {act} ON {table}
            BEGIN SELECT RAISE(ABORT, 'the calendar is append-only'); END
            """
            for table in TABLES
            for act in ("update", "delete")
        ]
    return [
        """
        CREATE FUNCTION calendar_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the calendar is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
        """,
        *(
            f"""
            CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION calendar_is_append_only()
            """
            for table in TABLES
        ),
    ]
