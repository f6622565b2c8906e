"""The trigger that tells of what foreign keys do on their own: records that are deleted with others, or set to null.

All else that writes a record says so itself (schema_builder/compile/events.py): a trigger that fired for it would cost
memory for each table and connection. Who was at it is known from the statement that destroyed the record referred to.
"""

from sqlalchemy import Connection, text

from armature.schema_builder.event_table import CAUSE_PARAMETER, NAME

TRIGGER = "_events"
FUNCTION = "armature.tell_of_foreign_keys()"

# Computed columns are null in a trigger's rows.
CREATE = f"""
CREATE FUNCTION {FUNCTION} RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cause jsonb := nullif(current_setting('{CAUSE_PARAMETER}', true), '')::jsonb;
BEGIN
  EXECUTE format(
    'INSERT INTO %I.{NAME} (action, "table", record, before, after, actor, request_id, causation_id, depth) '
    'VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)', TG_TABLE_SCHEMA)
  USING
    CASE TG_OP WHEN 'DELETE' THEN 'DESTROYED' ELSE 'UPDATED' END, TG_TABLE_NAME, OLD.id, row_to_json(OLD),
    CASE TG_OP WHEN 'UPDATE' THEN row_to_json(NEW) END, cause -> 'actor', cause ->> 'request_id',
    (cause ->> 'causation_id')::uuid, coalesce((cause ->> 'depth')::smallint, 0);
  RETURN NULL;
END $$
"""


def create_watching(connection: Connection) -> None:
    connection.execute(text(CREATE.replace(":", "\\:")))


def drop_watching(connection: Connection) -> None:
    connection.execute(text(f"DROP FUNCTION {FUNCTION} CASCADE"))
