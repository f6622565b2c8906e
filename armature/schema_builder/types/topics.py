"""The types of topics: where callers meet, who of them is there, and what they say to each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.names import PRESENCE, SAID, SAY, snake_case
from armature.schema_builder.types.field_names import STRUCTURE
from armature.schema_builder.types.registry import Types, WholeEntry
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import View

TOPIC, RECORD, OBJECT = "TopicInput", "TopicRecordInput", "TopicObject"
IS_THERE, PRESENT, MESSAGE, SPEAKING = "Presence", "PresentCaller", "SaidMessage", "SpeakingCaller"

ID, JSON = SCALARS["ID"].graphql, SCALARS["JSON"].graphql
STRING, MOMENT = SCALARS["String"].graphql, GraphQLNonNull(SCALARS["DateTime"].graphql)
TRUTH = GraphQLNonNull(GraphQLBoolean)


def _object(types: Types) -> GraphQLEnumType:
    """COMPANY stands for company."""
    return GraphQLEnumType(
        OBJECT,
        {
            snake_case(of.name).upper(): GraphQLEnumValue(of.name, description=of.object.label_singular)
            for of in types.view
            if of.object.may("READ")
        },
        description="The objects whose records may be topics.",
        extensions={STRUCTURE: True},
    )


def _record(types: Types) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        RECORD,
        lambda: {
            "object": GraphQLInputField(GraphQLNonNull(types[OBJECT])),
            "id": GraphQLInputField(GraphQLNonNull(ID)),
        },
    )


def _topic(types: Types) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        TOPIC,
        lambda: {
            "record": GraphQLInputField(types[RECORD], description=WHICH),
            "name": GraphQLInputField(STRING, description=NAMED),
        },
        description="Where callers meet: a workspace, or a record.",
    )


WHICH = "One that you may read. Left out: the workspace itself, for those who may read its members."
NAMED = "Such as typing: one of several topics of the same record or workspace. Up to 63 of A-Z, a-z, 0-9, _, - and ."


def _who(types: Types) -> dict[str, GraphQLField]:
    found = {
        "id": GraphQLField(GraphQLNonNull(ID), description="Of the user, as in their record, or of the key."),
        "apiKey": GraphQLField(STRING, description="The name of an API key; null where it is a user."),
    }
    if types.view.members is not None:
        member = types[types.view.members.type_name]
        found["member"] = GraphQLField(member, description="The user's record; null where it is an API key.")
    return found


def _speaking(types: Types) -> GraphQLObjectType:
    return GraphQLObjectType(SPEAKING, lambda: _who(types), description="Who has said something.")


def _present(types: Types) -> GraphQLObjectType:
    return GraphQLObjectType(
        PRESENT,
        lambda: {
            **_who(types),
            "since": GraphQLField(MOMENT, description="When they came."),
            "state": GraphQLField(JSON, description="What they say of themselves: `state`, as they gave it last."),
        },
        description="A user or an API key that is there, by however many connections.",
    )


def _is_there(types: Types) -> GraphQLObjectType:
    callers = GraphQLNonNull(GraphQLList(GraphQLNonNull(types[PRESENT])))
    return GraphQLObjectType(
        IS_THERE,
        lambda: {
            "isWhole": GraphQLField(
                TRUTH, description="true: `members` are all of them, forget what you know. false: what has changed."
            ),
            "members": GraphQLField(callers, description="Those who are there, or those who came or changed."),
            "left": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(ID))), description="The ids of those who went."
            ),
            "count": GraphQLField(
                GraphQLNonNull(SCALARS["Int"].graphql),
                description="How many are there now, also beyond those that are told.",
            ),
        },
    )


def _message(types: Types) -> GraphQLObjectType:
    return GraphQLObjectType(
        MESSAGE,
        lambda: {
            "from": GraphQLField(types[SPEAKING], description="Known by their credentials. null where out of sight."),
            "payload": GraphQLField(JSON),
            "at": GraphQLField(MOMENT),
        },
    )


def _asked(types: Types) -> dict[str, GraphQLArgument]:
    return {"topic": GraphQLArgument(types[TOPIC], description="Left out: the workspace.")}


def _presence(types: Types) -> GraphQLField:
    state = GraphQLArgument(JSON, description='What the others are to see of you, such as {status: "away"}.')
    return GraphQLField(
        GraphQLNonNull(types[IS_THERE]),
        {**_asked(types), "state": state},
        description="Who is in a topic: all of them first, then what changes. Whoever asks this is there.",
    )


def _said(types: Types) -> GraphQLField:
    return GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(types[MESSAGE]))),
        _asked(types),
        description="What is said in a topic from now on. A result has several where much is said at once.",
    )


def _say(types: Types) -> GraphQLField:
    return GraphQLField(
        TRUTH,
        {**_asked(types), "payload": GraphQLArgument(GraphQLNonNull(JSON))},
        description="Tells all who listen to a topic just now, and is not kept.",
    )


@dataclass(frozen=True, slots=True)
class Meeting:
    types: Mapping[str, WholeEntry]
    subscriptions: Mapping[str, WholeEntry]
    mutations: Mapping[str, WholeEntry]


EVERYWHERE = Meeting(
    {
        TOPIC: WholeEntry(_topic),
        RECORD: WholeEntry(_record),
        OBJECT: WholeEntry(_object),
        IS_THERE: WholeEntry(_is_there),
        PRESENT: WholeEntry(_present),
        MESSAGE: WholeEntry(_message),
        SPEAKING: WholeEntry(_speaking),
    },
    {PRESENCE: WholeEntry(_presence), SAID: WholeEntry(_said)},
    {SAY: WholeEntry(_say)},
)
NOWHERE = Meeting({}, {}, {})


def meeting(view: View) -> Meeting:
    """What a schema has because of topics, by name: nothing for those who read no records."""
    has_records = any(each.may("READ") for each in view.snapshot.visible_objects.values())
    return EVERYWHERE if has_records else NOWHERE
