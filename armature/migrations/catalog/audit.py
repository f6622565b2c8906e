"""The triggers that write the audit log, seal it and keep it from being changed.

An entry is sealed soon after its transaction, by workers and by whoever reads the log: sealing in the transaction would
let all changes of a workspace wait for each other.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text


class Watched(NamedTuple):
    """`place` is the column of the workspace that is concerned; `untold` columns say nothing of interest, and what the
    query of `urls` says may be a key.
    """

    table: str
    subject: str
    key: str = "id"
    place: str | None = "workspace_id"
    secrets: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


WATCHED = (
    Watched("users", "user", place=None, secrets=("password_hash",)),
    Watched("workspaces", "workspace", place="id", untold=("version",)),
    Watched("memberships", "member", key="user_id"),
    Watched("api_keys", "apiKey", secrets=("token_hash",), untold=("last_used_at",)),
    Watched("sessions", "session", untold=("last_used_at", "expires_at")),
    Watched("totp_secrets", "authenticator", key="user_id", place=None, secrets=("secret",), untold=("last_step",)),
    Watched("passkeys", "passkey", place=None, secrets=("public_key",), untold=("sign_count", "last_used_at")),
    Watched("invitations", "invitation", secrets=("token_hash",)),
    Watched("approved_domains", "approvedDomain", key="domain"),
    Watched("workspace_settings", "workspaceSettings", key="workspace_id"),
    Watched("sign_in_providers", "signInProvider", secrets=("client_secret",)),
    Watched(
        "webhooks",
        "webhook",
        secrets=("secret", "former_secret", "secret_headers"),
        untold=("updated_at",),
        urls=("url",),
    ),
    Watched("documents", "document", untold=("updated_at",)),
    Watched("changesets", "model", key="version", untold=("undo",)),
)

# Arguments: what a row is of, the columns of its key and of its workspace (or none), of secrets, of what is untold, of
# urls.
WRITE = """
CREATE FUNCTION armature.write_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - TG_ARGV[4]::text[] END;
  new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - TG_ARGV[4]::text[] END;
  known jsonb := coalesce(new_row, old_row);
  secret text;
  url text;
BEGIN
  IF old_row = new_row THEN RETURN NULL; END IF;
  FOREACH secret IN ARRAY TG_ARGV[3]::text[] LOOP
    IF TG_OP = 'UPDATE' AND old_row -> secret IS DISTINCT FROM new_row -> secret THEN
      new_row := new_row || jsonb_build_object(secret, '(changed)');
    ELSIF TG_OP = 'UPDATE' THEN
      new_row := new_row - secret;
    END IF;
    old_row := old_row - secret;
    IF TG_OP = 'INSERT' THEN new_row := new_row - secret; END IF;
  END LOOP;
  FOREACH url IN ARRAY TG_ARGV[5]::text[] LOOP
    old_row := old_row || jsonb_build_object(url, regexp_replace(old_row ->> url, '[?].*', '?(secret)'));
    new_row := new_row || jsonb_build_object(url, regexp_replace(new_row ->> url, '[?].*', '?(secret)'));
  END LOOP;
  INSERT INTO armature.audit_entries (workspace_id, action, subject, before, after, acting)
  VALUES (
    CASE WHEN TG_ARGV[2] <> '' THEN (known ->> TG_ARGV[2])::uuid END,
    TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.updated' ELSE '.deleted' END,
    known ->> TG_ARGV[1],
    old_row,
    new_row,
    convert_from(decode(nullif(current_setting('armature.acting', true), ''), 'base64'), 'UTF8')::jsonb
  );
  RETURN NULL;
END $$
"""

HASH = """
CREATE FUNCTION armature.audit_hash(before bytea, entry armature.audit_entries, number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(before || convert_to(jsonb_build_array(number, entry.id, extract(epoch FROM entry.at),
    entry.workspace_id, entry.action, entry.subject, entry.before, entry.after, entry.acting)::text, 'UTF8'))
$$
"""

# What was written in a transaction that has not ended is invisible, and sealed later, whatever its id.
SEAL = """
CREATE FUNCTION armature.seal_audit() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  entry armature.audit_entries;
  chain armature.audit_chains;
  place uuid;
  sealed bigint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('armature.seal_audit', 0));
  FOR entry IN SELECT * FROM armature.audit_entries WHERE hash IS NULL ORDER BY id LIMIT 10000 LOOP
    place := coalesce(entry.workspace_id, '00000000-0000-0000-0000-000000000000');
    INSERT INTO armature.audit_chains VALUES (place, 0, '', 1, '') ON CONFLICT DO NOTHING;
    SELECT * INTO chain FROM armature.audit_chains WHERE workspace_id = place;
    chain.number := chain.number + 1;
    chain.hash := armature.audit_hash(chain.hash, entry, chain.number);
    UPDATE armature.audit_entries SET number = chain.number, hash = chain.hash WHERE id = entry.id;
    UPDATE armature.audit_chains SET number = chain.number, hash = chain.hash WHERE workspace_id = place;
    sealed := sealed + 1;
  END LOOP;
  RETURN sealed;
END $$
"""

# Only sealing changes an entry; only purging removes some, from the beginning of a chain.
KEEP = """
CREATE FUNCTION armature.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.hash IS NULL AND NEW.hash IS NOT NULL
      AND to_jsonb(OLD) - '{number,hash}'::text[] = to_jsonb(NEW) - '{number,hash}'::text[] THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' AND current_setting('armature.purging_audit', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'entries of the audit log are only ever added' USING ERRCODE = 'insufficient_privilege';
END $$
"""

GUARDS = (
    """
    CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON armature.audit_entries
    FOR EACH ROW EXECUTE FUNCTION armature.keep_audit()
    """,
    """
    CREATE TRIGGER keep_all BEFORE TRUNCATE ON armature.audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION armature.keep_audit()
    """,
)

FUNCTIONS = ("write_audit()", "audit_hash(bytea, armature.audit_entries, bigint)", "seal_audit()", "keep_audit()")


def create_audit(connection: Connection) -> None:
    """When all tables are there."""
    for statement in STATEMENTS:
        connection.execute(text(statement.replace(":", "\\:")))


def drop_audit(connection: Connection) -> None:
    for each in WATCHED:
        connection.execute(text(f"DROP TRIGGER audit ON armature.{each.table}"))
    for function in FUNCTIONS:
        connection.execute(text(f"DROP FUNCTION armature.{function} CASCADE"))


def _triggers() -> Iterator[str]:
    for each in WATCHED:
        lists = (f"{{{','.join(names)}}}" for names in (each.secrets, each.untold, each.urls))
        arguments = ", ".join(f"'{given}'" for given in (each.subject, each.key, each.place or "", *lists))
        yield (
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON armature.{each.table} "
            f"FOR EACH ROW EXECUTE FUNCTION armature.write_audit({arguments})"
        )


STATEMENTS = (WRITE, HASH, SEAL, KEEP, *GUARDS, *_triggers())
