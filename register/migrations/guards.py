"""The triggers by which a database itself keeps what is append-only so, whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence


def guards(dialect: str, append_only: Mapping[str, Sequence[str]], repeatable: Collection[str]) -> list[str]:
    """The statements that make them.

    :param dialect: ``postgresql`` or ``sqlite``.
    :param append_only: tables whose rows nobody may change or delete, each with its key.
    :param repeatable: those of them in which a row may come twice.
    """
    return _postgresql(append_only) if dialect == "postgresql" else _sqlite(append_only, repeatable)


def _postgresql(tables: Iterable[str]) -> list[str]:
    return [
        """
        CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
        """,
        *(
            f"""
            CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION is_append_only()
            """
            for table in tables
        ),
    ]


def _sqlite(append_only: Mapping[str, Sequence[str]], repeatable: Collection[str]) -> list[str]:
    guards = []
    for table, key in append_only.items():
        refusal = f"RAISE(ABORT, '{table} is append-only')"
        guards += [
            f"CREATE TRIGGER {table}_refuses_{act} BEFORE {act} ON {table} BEGIN SELECT {refusal}; END"
            for act in ("update", "delete")
        ]
        # INSERT OR REPLACE deletes the old row without firing a delete trigger; here the old row stays.
        same_key = " AND ".join(f"{column} = NEW.{column}" for column in key)
        guards.append(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_key}) "
            f"BEGIN SELECT {'RAISE(IGNORE)' if table in repeatable else refusal}; END"
        )
    return guards
