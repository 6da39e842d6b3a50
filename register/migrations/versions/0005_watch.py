"""What the daily sweep has told, by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_gaps",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("gap", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "gap", name="pk_told_gaps"),
    )


def downgrade() -> None:
    op.drop_table("told_gaps")
