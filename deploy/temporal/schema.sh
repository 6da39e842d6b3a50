#!/bin/sh
# Temporal's two databases and their schema; may run again, and brings an older schema up to this release.
# The password is in SQL_PASSWORD, where temporal-sql-tool looks for it.
set -eu

sql_tool() {
    temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port "$SQL_PORT" --user "$SQL_USER" "$@"
}

for database in temporal temporal_visibility; do
    sql_tool --database "$database" create-database
    sql_tool --database "$database" setup-schema --version 0.0
    sql_tool --database "$database" update-schema \
        --schema-dir "/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned"
done
