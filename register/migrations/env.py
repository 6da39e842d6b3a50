"""Run by Alembic for each command. The connection comes from ``register.database.migrations``; there is no other way.

A new migration is a file in ``versions/`` named and numbered after the last one. SQLite changes columns and
constraints only inside ``op.batch_alter_table``.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
