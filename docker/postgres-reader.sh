#!/usr/bin/env bash
# Makes the read-only role with its password; the server's migrations then grant it the schema `reporting`.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$READER_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role picolytics_reader login password :'password';
SQL
