"""The triggers that keep the members of a workspace, as records of it, in step with the catalog.

The record of a user has the user's id. It outlives the membership, marked, since others may refer to it;
with the account goes what it tells of the person. See metadata/edits/members.py.
"""

from sqlalchemy import Connection, text

from armature.core.notices import CHANNEL
from armature.migrations.catalog.watching import TRIGGER
from armature.schema_builder.event_table import CAUSE_PARAMETER, NAME

# Arguments: the user, and of their membership the workspace, role and status. As every write, it leaves an event; a
# table that tells of what happens within triggers (watching.py) tells it itself. Workers hear of it by a notice.
PUT = f"""
CREATE FUNCTION armature.put_member(member uuid, place uuid, role text, status text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kept_in text := (SELECT quote_ident(schema) FROM armature.workspaces WHERE id = place);
  address text := (SELECT email FROM armature.users WHERE id = member);
  acting jsonb := convert_from(decode(nullif(current_setting('armature.acting', true), ''), 'base64'), 'UTF8')::jsonb;
  actor jsonb := jsonb_build_object('source', 'SYSTEM');
  cause jsonb := jsonb_build_object('actor', actor, 'request_id', acting -> 'request_id');
BEGIN
  IF to_regclass(kept_in || '.workspace_members') IS NULL THEN RETURN; END IF;
  PERFORM set_config('{CAUSE_PARAMETER}', cause::text, true);
  EXECUTE format(
    'WITH written AS (
       INSERT INTO %1$s.workspace_members AS kept (id, email, role, status) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET
         email = $2, role = $3, status = $4, name = CASE WHEN $2 IS NOT NULL THEN kept.name END, updated_at = now(),
         updated_by_source = ''SYSTEM'', updated_by_name = NULL, updated_by_user_id = NULL, updated_by_api_key_id = NULL
       RETURNING to_jsonb(OLD) AS before, to_jsonb(NEW) AS after
     )
     INSERT INTO %1$s.{NAME} (action, "table", record, before, after, actor, request_id)
     SELECT CASE WHEN before IS NULL THEN ''CREATED'' ELSE ''UPDATED'' END, ''workspace_members'', $1, before, after,
       $5 -> ''actor'', $5 ->> ''request_id''
     FROM written WHERE before IS NULL OR NOT EXISTS (
       SELECT FROM pg_trigger WHERE tgrelid = ''%1$s.workspace_members''::regclass AND tgname = ''{TRIGGER}''
     )',
    kept_in
  ) USING member, address, role, status, cause;
  PERFORM set_config('{CAUSE_PARAMETER}', '', true);
  PERFORM pg_notify('{CHANNEL}', jsonb_build_object('events', place)::text);
END $$
"""  # noqa: S608  the names are ours

# Where somebody was is remembered for as long as they have an account: with it goes what their records tell.
KEEP = """
CREATE FUNCTION armature.keep_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO armature.left_members SELECT users.id, workspaces.id FROM armature.users, armature.workspaces
    WHERE users.id = OLD.user_id AND workspaces.id = OLD.workspace_id ON CONFLICT DO NOTHING;
    PERFORM armature.put_member(OLD.user_id, OLD.workspace_id, NULL, 'LEFT');
  ELSE
    IF TG_OP = 'INSERT' THEN
      DELETE FROM armature.left_members WHERE user_id = NEW.user_id AND workspace_id = NEW.workspace_id;
    END IF;
    PERFORM armature.put_member(NEW.user_id, NEW.workspace_id, NEW.role,
      CASE WHEN NEW.suspended_at IS NULL THEN 'ACTIVE' ELSE 'SUSPENDED' END);
  END IF;
  RETURN NULL;
END $$
"""

FOLLOW = """
CREATE FUNCTION armature.follow_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE armature.memberships SET role = role WHERE user_id = NEW.id;
  RETURN NULL;
END $$
"""

FORGET = """
CREATE FUNCTION armature.forget_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM armature.users WHERE id = OLD.user_id) THEN
    PERFORM armature.put_member(OLD.user_id, OLD.workspace_id, NULL, 'LEFT');
  END IF;
  RETURN NULL;
END $$
"""

TRIGGERS = (
    """
    CREATE TRIGGER keep_members AFTER INSERT OR UPDATE OF role, suspended_at OR DELETE ON armature.memberships
    FOR EACH ROW EXECUTE FUNCTION armature.keep_members()
    """,
    """
    CREATE TRIGGER keep_members AFTER UPDATE OF email ON armature.users
    FOR EACH ROW WHEN (OLD.email <> NEW.email) EXECUTE FUNCTION armature.follow_address()
    """,
    """
    CREATE TRIGGER forget_member AFTER DELETE ON armature.left_members
    FOR EACH ROW EXECUTE FUNCTION armature.forget_member()
    """,
)

STATEMENTS = (PUT, KEEP, FOLLOW, FORGET, *TRIGGERS)
FUNCTIONS = ("put_member(uuid, uuid, text, text)", "keep_members()", "follow_address()", "forget_member()")


def create_members(connection: Connection) -> None:
    """When all tables are there."""
    for statement in STATEMENTS:
        connection.execute(text(statement.replace(":", "\\:")))


def drop_members(connection: Connection) -> None:
    for function in FUNCTIONS:
        connection.execute(text(f"DROP FUNCTION armature.{function} CASCADE"))
