"""The inputs and the field that ask how far vectors are from another one."""

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)

from armature.metadata.operators import METRICS, ORDERED
from armature.schema_builder.types.scalars import SCALARS

FLOAT = SCALARS["Float"].graphql
TO = GraphQLNonNull(GraphQLList(GraphQLNonNull(FLOAT)))

VectorMetric = GraphQLEnumType(
    "VectorMetric",
    {each: each for each in METRICS},
    description="How a distance is measured. Less is nearer: INNER_PRODUCT is the negative one.",
)
MEASURED = "COSINE, unless another is named."

VectorDistance = GraphQLInputObjectType(
    "VectorDistanceInput",
    {
        "to": GraphQLInputField(TO),
        "metric": GraphQLInputField(VectorMetric, description=MEASURED),
        **{each: GraphQLInputField(FLOAT) for each in ORDERED},
    },
    description="Several at once must all hold.",
)

VectorNearest = GraphQLInputObjectType(
    "VectorNearestInput",
    {"to": GraphQLInputField(TO), "metric": GraphQLInputField(VectorMetric, description=MEASURED)},
)

VectorOrder = GraphQLInputObjectType(
    "VectorOrderByInput",
    {"nearest": GraphQLInputField(GraphQLNonNull(VectorNearest), description="The nearest to this one first.")},
)


def distance_field(description: str) -> GraphQLField:
    """Null where there is no value, or, of COSINE, no direction."""
    return GraphQLField(
        FLOAT,
        {"to": GraphQLArgument(TO), "metric": GraphQLArgument(VectorMetric, description=MEASURED)},
        description=description,
    )
