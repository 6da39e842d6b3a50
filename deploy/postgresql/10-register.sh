#!/bin/sh
# Runs once, when PostgreSQL's volume is new: the register has a database and a user of its own, who sees no other.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set password="$REXV_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE rexv LOGIN PASSWORD :'password';
CREATE DATABASE rexv OWNER rexv;
REVOKE CONNECT ON DATABASE rexv FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
