"""The control plane's GraphQL schema: static, written with Strawberry, run by server/graphql/static.py."""

from functools import cache
from inspect import getdoc

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from armature.server.control.access import AccessQueries
from armature.server.control.audit import AuditQueries
from armature.server.control.documents import DocumentMutations, DocumentQueries
from armature.server.control.jobs import JobMutations, JobQueries
from armature.server.control.mutations.accounts import AccountMutations, AccountQueries
from armature.server.control.mutations.deliveries import DeliveryMutations, DeliveryQueries
from armature.server.control.mutations.keys import KeyMutations
from armature.server.control.mutations.members import MemberMutations, MemberQueries
from armature.server.control.mutations.model import ModelMutations
from armature.server.control.mutations.passkeys import PasskeyMutations
from armature.server.control.mutations.roles import RoleMutations, RoleQueries
from armature.server.control.mutations.second_factors import SecondFactorMutations
from armature.server.control.mutations.sign_in_providers import SignInProviderMutations, SignInProviderQueries
from armature.server.control.mutations.webhooks import WebhookMutations, WebhookQueries
from armature.server.control.mutations.workspaces import WorkspaceMutations, WorkspaceQueries
from armature.server.control.permissions import guard
from armature.server.control.queries import ModelQueries

DEFINITION = "strawberry-definition"


@strawberry.type
class Query(
    ModelQueries,
    AccountQueries,
    MemberQueries,
    WorkspaceQueries,
    SignInProviderQueries,
    JobQueries,
    RoleQueries,
    AccessQueries,
    AuditQueries,
    DocumentQueries,
    WebhookQueries,
    DeliveryQueries,
):
    pass


@strawberry.type
class Mutation(
    AccountMutations,
    SecondFactorMutations,
    PasskeyMutations,
    SignInProviderMutations,
    MemberMutations,
    WorkspaceMutations,
    KeyMutations,
    ModelMutations,
    RoleMutations,
    JobMutations,
    DocumentMutations,
    WebhookMutations,
    DeliveryMutations,
):
    pass


@cache
def control_schema() -> GraphQLSchema:
    """graphql-core's schema behind Strawberry's."""
    schema: GraphQLSchema = strawberry.Schema(query=Query, mutation=Mutation)._schema
    for each in schema.type_map.values():
        if isinstance(each, GraphQLObjectType):
            _describe(each)
        elif isinstance(each, GraphQLInputObjectType) and each.extensions[DEFINITION].is_one_of:
            each.is_one_of = True  # so that graphql-core checks it, in variables too, and introspection tells it
    guard(schema)
    return schema


def _describe(of: GraphQLObjectType) -> None:
    """A resolver's docstring describes its field to clients too."""
    for field in of.fields.values():
        definition = field.extensions.get(DEFINITION)
        if definition is not None and definition.base_resolver is not None and field.description is None:
            field.description = getdoc(definition.base_resolver.wrapped_func)
