"""The directives of the data API, beside those of the specification."""

from graphql import DirectiveLocation, GraphQLDirective, specified_directives

ATOMIC = GraphQLDirective(
    "atomic",
    (DirectiveLocation.MUTATION,),
    description="All fields of the mutation are written, or none: the first error undoes what was done before it.",
)

JSON_PATCH = GraphQLDirective(
    "jsonPatch",
    (DirectiveLocation.SUBSCRIPTION,),
    description="Results after the first come as `patch`: what has changed of `data`, as JSON Patch (RFC 6902).",
)

DIRECTIVES = (*specified_directives, ATOMIC, JSON_PATCH)
