"""What a role with row rules costs: the same requests by its key and by an administrator's, on one server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armature.metadata.changes import CreateRole, SetObjectPermission
from armature.metadata.packs.crm import CRM
from armature.metadata.rights import Right
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.answers import check_equal, data_of
from bench.cases import CASES, Case
from bench.dataset import fill
from bench.load import find_generator
from bench.machine import Machine, armature
from bench.report import medians, print_table
from bench.rounds import Plan, Sample, asking, in_turn, ratio

CONNECTIONS = 32
ROLE = "clerk"

# Every record of the data set meets them, so that the answers are the administrator's.
RULES: Mapping[str, Mapping[str, Any]] = {
    "company": {"employees": {"gte": 0}},
    "person": {"email": {"neq": "$me.id"}},
    "opportunity": {"name": {"neq": "$me.id"}},
}


@dataclass(frozen=True, slots=True)
class Compared:
    case: Case
    role: Sequence[Sample]
    administrator: Sequence[Sample]

    @property
    def ratio(self) -> float:
        return ratio(self.role, self.administrator)


async def measure_roles(on: Machine, names: Sequence[str], plan: Plan) -> list[dict[str, Any]]:
    """Measure and print; the figures for whoever compares runs."""
    keys = await _keys(on)
    found = list(_measured(on, keys, names, plan))
    print_table(
        ("case, 32 connections", "role req/s", "administrator req/s", "ratio"),
        [
            [
                f"{each.case.name} {each.case.title}",
                f"{medians(each.role)['rate']:,.0f}",
                f"{medians(each.administrator)['rate']:,.0f}",
                f"{each.ratio:.3f}",
            ]
            for each in found
        ],
    )
    return [{"case": each.case.name, "ratio": each.ratio} for each in found]


async def _keys(on: Machine) -> tuple[str, str]:
    """The role's and the administrator's."""
    workspace = await create_workspace(on.database, "Roles", owner=None, changes=CRM)
    await fill(on.postgres.url, workspace.schema)
    rights: tuple[Right, ...] = ("READ", "CREATE", "UPDATE")
    rules = [SetObjectPermission(role=ROLE, object=name, rights=rights, read_rule=rule) for name, rule in RULES.items()]
    await change_workspace(on.database, workspace.workspace_id, [CreateRole(name=ROLE), *rules], known=workspace)
    role = await create_api_key(on.database, workspace.workspace_id, "role", ROLE)
    administrator = await create_api_key(on.database, workspace.workspace_id, "administrator")
    return role.token, administrator.token


def _measured(on: Machine, keys: tuple[str, str], names: Sequence[str], plan: Plan) -> Iterator[Compared]:
    generator = find_generator()
    with armature(on) as server:
        for case in CASES:
            if names and case.name not in names:
                continue
            ours, theirs = (asking(server, case.operation, case.variables, key) for key in keys)
            check_equal(case, "the administrator", data_of(case, ours.request), data_of(case, theirs.request))
            yield Compared(case, *in_turn(on, generator, (ours, theirs), CONNECTIONS, plan))
