"""What of the control plane needs which permission: looked up by the name of a type and its field.

What stands in neither table is for those who administer.
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from armature.metadata.roles import Permission
from armature.server.control.context import Context

OPEN = frozenset(
    {
        "Query.me",
        "Query.workspace",
        "Query.workspaces",
        "Query.objects",
        "Query.object",
        "Query.fields",
        "Query.account",
        "Mutation.signUp",
        "Mutation.signIn",
        "Mutation.refreshTokens",
        "Mutation.signOut",
        "Mutation.revokeSession",
        "Mutation.revokeOtherSessions",
        "Mutation.requestEmailVerification",
        "Mutation.verifyEmail",
        "Mutation.requestPasswordReset",
        "Mutation.resetPassword",
        "Mutation.changePassword",
        "Mutation.changeEmail",
        "Mutation.deleteAccount",
        "Mutation.beginTotp",
        "Mutation.confirmTotp",
        "Mutation.disableTotp",
        "Mutation.newRecoveryCodes",
        "Mutation.beginPasskey",
        "Mutation.addPasskey",
        "Mutation.removePasskey",
        "Mutation.beginPasskeySignIn",
        "Mutation.signInWithPasskey",
        "Mutation.signInWithTicket",
        "Mutation.createWorkspace",
        "Mutation.acceptInvitation",
        "Mutation.leaveWorkspace",
        "Mutation.joinWorkspace",
        "Mutation.restoreWorkspace",
        "Query.joinableWorkspaces",
        "Query.deletedWorkspaces",
        "Mutation.applyChangeset",
        "Mutation.undoChangeset",
    }
)
"""For everybody who is signed in, or for nobody in particular; of a changeset, each step is looked at by itself."""

NEEDS: Mapping[str, Permission] = {
    "Query.modelHistory": "MODEL",
    "Query.auditLog": "AUDIT",
    "Query.jobs": "MODEL",
    "Query.job": "MODEL",
    "Query.documents": "MODEL",
    "Query.roles": "ROLES",
    "Query.explainAccess": "ROLES",
    "Query.apiKeys": "KEYS",
    "Workspace.apiKeys": "KEYS",
    "Workspace.members": "MEMBERS",
    "Query.invitations": "MEMBERS",
    "Query.approvedDomains": "MEMBERS",
    **{f"Mutation.{does}Member": "MEMBERS" for does in ("suspend", "resume", "remove")},
    **{f"Mutation.{each}": "MEMBERS" for each in ("invite", "revokeInvitation", "setMemberRole")},
    **{f"Mutation.{each}": "MEMBERS" for each in ("approveDomain", "forgetDomain")},
    "Mutation.createApiKey": "KEYS",
    "Mutation.revokeApiKey": "KEYS",
    "Mutation.rotateApiKey": "KEYS",
    "Mutation.retryJob": "MODEL",
    "Mutation.cancelJob": "MODEL",
    **{f"Mutation.{does}Object": "MODEL" for does in ("create", "update", "delete", "restore", "purge")},
    **{f"Mutation.{does}Field": "MODEL" for does in ("create", "update", "delete", "restore", "purge")},
    **{f"Mutation.{does}Document": "MODEL" for does in ("create", "update", "delete")},
    **{f"Mutation.{does}Index": "MODEL" for does in ("create", "delete")},
    **{f"Mutation.{does}Role": "ROLES" for does in ("create", "update", "delete")},
    "Mutation.setObjectPermission": "ROLES",
    "Mutation.setFieldPermission": "ROLES",
    **{f"Query.{each}": "WEBHOOKS" for each in ("webhooks", "webhook", "webhookDeliveries", "webhookDelivery")},
    **{f"Mutation.{does}Webhook": "WEBHOOKS" for does in ("create", "update", "delete")},
    **{f"Mutation.{each}": "WEBHOOKS" for each in ("redeliver", "redeliverAll", "sendTestEvent")},
    "Mutation.rotateWebhookSecret": "WEBHOOKS",
}

Resolve = Callable[..., Any]


def guard(schema: GraphQLSchema) -> None:
    """Lets every root field, and what else is in the table, ask first whether the caller may."""
    for of in schema.type_map.values():
        if isinstance(of, GraphQLObjectType):
            for name, field in of.fields.items():
                at = f"{of.name}.{name}"
                if at in NEEDS or (of in (schema.query_type, schema.mutation_type) and at not in OPEN):
                    field.resolve = _guarded(field, NEEDS.get(at))


def _guarded(field: GraphQLField, what: Permission | None) -> Callable[..., Awaitable[Any]]:
    resolve: Resolve | None = field.resolve
    assert resolve is not None  # noqa: S101  Strawberry gives each field its own

    async def guarded(source: Any, info: GraphQLResolveInfo[Context], **given: Any) -> Any:
        context: Context = info.context
        await context.check_may(what)
        found = resolve(source, info, **given)
        return await found if isawaitable(found) else found

    return guarded
