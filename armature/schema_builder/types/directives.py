"""The directives of the data API, beside those of the specification."""

from graphql import DirectiveLocation, GraphQLDirective, specified_directives

ATOMIC = GraphQLDirective(
    "atomic",
    (DirectiveLocation.MUTATION,),
    description="All fields of the mutation are written, or none: the first error undoes what was done before it.",
)

DIRECTIVES = (*specified_directives, ATOMIC)
