"""The gateway's tables, as the migration 0001 creates them: deposits, the numbers of events, webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

TIME = sa.DateTime(timezone=True)


def create() -> None:
    """Create them."""
    op.create_table(
        "deposits",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("client", "sha256")),
        sa.Column("at", TIME, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client", "sha256", name="pk_deposits"),
    )
    of_line = sa.ForeignKeyConstraint(
        ["case_id", "sequence"], ["log.case_id", "log.sequence"], name="fk_events_case_id_log"
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
        sa.UniqueConstraint("case_id", "sequence", name="uq_events_case_id_sequence"),
        of_line,
    )
    taken = sa.Column("taken", sa.Integer, nullable=False)
    key = sa.PrimaryKeyConstraint("client", name="pk_webhooks")
    op.create_table("webhooks", sa.Column("client", sa.Text, nullable=False), taken, key)
