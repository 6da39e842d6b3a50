"""Ladders of escalation, their notifications on the way, and every attempt to deliver one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ladders",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("escalation_id", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("next_at", TIME),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("nobody_since", TIME),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("acknowledged_until", sa.Date),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("case_id", "escalation_id", name="pk_ladders"),
    )
    op.create_index("ix_ladders_ended_at", "ladders", ["ended_at"])
    op.create_table(
        "outbox",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("escalation_id", sa.Text, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ready_at", TIME, nullable=False),
        sa.Column("limited", sa.Boolean, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", TIME),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("sent_at", TIME),
        sa.PrimaryKeyConstraint("case_id", "escalation_id", "rung", "recipient", name="pk_outbox"),
    )
    op.create_index("ix_outbox_recipient_state", "outbox", ["recipient", "state"])
    op.create_index("ix_outbox_recipient_sent_at", "outbox", ["recipient", "sent_at"])
    op.create_table(
        "delivery_attempts",
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("escalation_id", sa.Text, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("case_id", "escalation_id", "rung", "recipient", "number", name="pk_delivery_attempts"),
    )
    op.create_table(
        "recipients",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("quiet_until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
    )


def downgrade() -> None:
    op.drop_table("recipients")
    op.drop_table("delivery_attempts")
    op.drop_table("outbox")
    op.drop_table("ladders")
