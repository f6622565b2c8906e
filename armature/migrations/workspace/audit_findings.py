"""What the doctor looks for in the audit log: signs that somebody has changed it."""

from armature.audit.chain import broken_chains
from armature.core.db import Database
from armature.migrations.workspace.finding import Finding

FIX = "Compare it with your exports (`armature audit export`); only somebody with the database's password can do that."


async def audit_findings(db: Database) -> list[Finding]:
    return [
        Finding(each.workspace_id, f"The audit log is broken at entry {each.number}: {each.what}.", FIX)
        for each in await broken_chains(db)
    ]
