"""Recounts of the open cases after a change of the calendar, each with its cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
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
        sa.Column("told", sa.JSON),
        sa.Column("passed_over", sa.Text),
        sa.PrimaryKeyConstraint("recount", "case_id", name="pk_recounted_cases"),
        sa.ForeignKeyConstraint(["recount"], ["recounts.id"], name="fk_recounted_cases_recount_recounts"),
    )


def downgrade() -> None:
    op.drop_table("recounted_cases")
    op.drop_table("recounts")
