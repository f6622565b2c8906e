"""The control plane: describing objects and fields over /metadata, and using them over /graphql at once."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from asyncpg.connection import LoggedQuery
from redis.asyncio import Redis

from armature.core.db import Database, open_database
from armature.core.mail import post_of
from armature.core.notices import Listener
from armature.core.sealing import Sealing
from armature.core.settings import Settings
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.workspaces import Workspaces
from armature.server.auth.access_tokens import AccessTokens
from armature.server.auth.attempts import Attempts
from armature.server.auth.desk import Desk
from armature.server.auth.identity import Identities, WorkspaceIdentity
from armature.server.auth.oidc import Providers
from armature.server.auth.visit import Visit
from armature.server.control.context import Context, Control, Visitor
from armature.server.control.schema import control_schema
from armature.server.cookies import Cookies
from armature.server.graphql.documents import Documents
from armature.server.graphql.static import StaticExecutor
from tests.support.control_plane import SECRET_KEY, Caller, Site

CREATE_OBJECT = "mutation($input: CreateObjectInput!) { createObject(input: $input) { id version } }"
CREATE_FIELD = "mutation($input: CreateFieldInput!) { createField(input: $input) { id name type } }"
UPDATE_FIELD = "mutation($input: UpdateFieldInput!) { updateField(input: $input) { name label description } }"
APPLY = """mutation($changes: [ChangeInput!]!, $dryRun: Boolean, $key: String) {
  applyChangeset(changes: $changes, dryRun: $dryRun, idempotencyKey: $key) {
    version applied statements { sql lock rewrites } setAside { object field records }
  }
}"""


@pytest.fixture
def caller(site: Site) -> Caller:
    """The administrator of an empty workspace."""
    return site.sign_up()


@pytest.fixture
def tickets(caller: Caller) -> Caller:
    """The administrator of a workspace with tickets."""
    fields = [{"name": "title", "type": "TEXT"}, {"name": "size", "type": "NUMBER"}]
    caller.do(CREATE_OBJECT, input={"nameSingular": "ticket", "fields": fields})
    return caller


# One step


def test_the_example_of_the_documentation_works(site: Site) -> None:
    crm = site.sign_up(pack="crm")
    made = crm.do("""mutation {
      createObject(input: {nameSingular: "ticket", namePlural: "tickets",
        labelSingular: "Ticket", labelPlural: "Tickets", fields: [
          {name: "title", type: TEXT, isNullable: false},
          {name: "priority", type: SELECT, defaultValue: "LOW",
            options: [{value: "LOW", label: "Low"}, {value: "HIGH", label: "High"}]}]
      }) { id version fields { id name type } }
      createField(input: {object: "ticket", name: "company", type: RELATION,
        relation: {type: MANY_TO_ONE, target: "company", inverseName: "tickets", onDelete: SET_NULL}}) { id }
    }""")
    names = {each["name"]: each["type"] for each in made["createObject"]["fields"]}
    assert names.items() >= {"id": "UUID", "title": "TEXT", "priority": "SELECT"}.items()
    crm.data("""mutation { createCompany(data: {name: "Acme"}) { id } }""")
    company = crm.data("{ companies { id } }")["companies"][0]["id"]
    crm.data(
        'mutation($id: ID!) { createTicket(data: {title: "Help", company: {connect: {id: $id}}}) { id } }', id=company
    )
    assert crm.data("{ companies { name tickets { title priority } } }")["companies"] == [
        {"name": "Acme", "tickets": [{"title": "Help", "priority": "LOW"}]}
    ]


def test_a_new_field_is_there_for_the_very_next_request(tickets: Caller) -> None:
    for number in range(5):
        made = tickets.do(CREATE_FIELD, input={"object": "ticket", "name": f"extra{number}", "type": "TEXT"})
        assert made["createField"]["name"] == f"extra{number}"
        assert tickets.data(f"{{ tickets {{ extra{number} }} }}") == {"tickets": []}


def test_objects_and_fields_are_named_by_id_or_by_name(tickets: Caller) -> None:
    found = tickets.do('{ object(name: "ticket") { id nameSingular fields { id name } } }')["object"]
    ids = {each["name"]: each["id"] for each in found["fields"]}
    assert tickets.do("query($id: ID!) { object(id: $id) { nameSingular } }", id=found["id"])["object"] == {
        "nameSingular": "ticket"
    }
    renamed = tickets.do(UPDATE_FIELD, input={"object": found["id"], "field": ids["title"], "name": "subject"})
    assert renamed["updateField"] == {"name": "subject", "label": "Title", "description": None}
    assert tickets.data("{ tickets { subject } }") == {"tickets": []}


def test_what_is_left_out_stays_and_null_is_null(tickets: Caller) -> None:
    to = {"object": "ticket", "field": "title"}
    described = {"name": "title", "label": "Heading", "description": "What it is about."}
    given = {"label": "Heading", "description": "What it is about."}
    assert tickets.do(UPDATE_FIELD, input={**to, **given})["updateField"] == described
    assert tickets.do(UPDATE_FIELD, input={**to, "label": "Heading"})["updateField"] == described
    assert tickets.do(UPDATE_FIELD, input={**to, "description": None})["updateField"]["description"] is None
    for key in ("name", "label", "isActive", "isNullable", "options", "settings", "onDelete"):
        error = tickets.error(UPDATE_FIELD, input={**to, key: None})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["extensions"]["inputPath"] == ["input", key]


def test_deleted_and_restored(tickets: Caller) -> None:
    tickets.data('mutation { createTicket(data: {title: "Kept"}) { id } }')
    delete = 'mutation { deleteField(input: {object: "ticket", field: "title"}) { name deletedAt } }'
    assert tickets.do(delete)["deleteField"]["deletedAt"] is not None
    assert "title" not in str(tickets.do('{ fields(object: "ticket") { name } }'))
    assert "title" in str(tickets.do('{ fields(object: "ticket", withDeleted: true) { name } }'))
    restore = 'mutation { restoreField(input: {object: "ticket", field: "title"}) { name deletedAt } }'
    assert tickets.do(restore)["restoreField"] == {"name": "title", "deletedAt": None}
    gone = tickets.do('mutation { deleteObject(input: {object: "ticket"}) { id deletedAt } }')["deleteObject"]
    assert gone["deletedAt"] is not None
    assert tickets.do("{ objects { nameSingular } deleted: objects(withDeleted: true) { nameSingular } }") == {
        "objects": [{"nameSingular": "workspaceMember"}],
        "deleted": [{"nameSingular": "workspaceMember"}, {"nameSingular": "ticket"}],
    }
    tickets.do("mutation($id: String!) { restoreObject(input: {object: $id}) { id } }", id=gone["id"])
    assert tickets.data("{ tickets { title } }") == {"tickets": [{"title": "Kept"}]}
    tickets.do(
        'mutation { updateObject(input: {object: "ticket", nameSingular: "issue", namePlural: "issues"}) { id } }'
    )
    assert tickets.data("{ issues { title } }") == {"issues": [{"title": "Kept"}]}


def test_json_goes_in_and_comes_out_as_it_was_written(tickets: Caller) -> None:
    for default in ([1, [2]], {"a": [None, True, 1.5]}, 12345678901234567890, "text", None, False):
        tickets.do(
            """mutation($default: JSON) { applyChangeset(changes: [
              {createField: {object: "ticket", name: "profile", type: RAW_JSON, defaultValue: $default}}
            ]) { version } }""",
            default=default,
        )
        found = tickets.do('{ fields(object: "ticket") { name defaultValue } }')["fields"]
        assert next(each["defaultValue"] for each in found if each["name"] == "profile") == default
        tickets.do('mutation { deleteField(input: {object: "ticket", field: "profile"}) { id } }')


def test_settings_may_be_written_in_the_document(tickets: Caller) -> None:
    made = tickets.do(
        'mutation { createField(input: {object: "ticket", name: "cost", type: NUMERIC,'
        " settings: {precision: 10, scale: 2}, defaultValue: 1.5}) { settings defaultValue } }"
    )
    assert made["createField"]["settings"] == {"precision": 10, "scale": 2}


def test_a_relation_shows_both_its_ends(tickets: Caller) -> None:
    relation = {"type": "ONE_TO_MANY", "target": "ticket", "inverseName": "parent", "onDelete": "CASCADE"}
    field = {"object": "ticket", "name": "parts", "type": "RELATION", "relation": relation}
    found = tickets.do(
        """mutation($input: CreateFieldInput!) { createField(input: $input) {
          name object { nameSingular }
          relation { type onDelete target { nameSingular } inverse { name relation { type inverse { name } } } }
        } }""",
        input=field,
    )["createField"]
    assert found == {
        "name": "parts",
        "object": {"nameSingular": "ticket"},
        "relation": {
            "type": "ONE_TO_MANY",
            "onDelete": "CASCADE",
            "target": {"nameSingular": "ticket"},
            "inverse": {"name": "parent", "relation": {"type": "MANY_TO_ONE", "inverse": {"name": "parts"}}},
        },
    }


def test_a_many_to_many_relation_shows_what_it_goes_through(tickets: Caller) -> None:
    relation = {"type": "MANY_TO_MANY", "target": "ticket", "inverseName": "blockedBy"}
    found = tickets.do(
        """mutation($input: CreateFieldInput!) { createField(input: $input) {
          relation { type onDelete through { nameSingular } inverse { name relation { through { namePlural } } } }
        } }""",
        input={"object": "ticket", "name": "blocks", "type": "RELATION", "relation": relation},
    )["createField"]
    assert found["relation"] == {
        "type": "MANY_TO_MANY",
        "onDelete": "CASCADE",
        "through": {"nameSingular": "ticketLink"},
        "inverse": {"name": "blockedBy", "relation": {"through": {"namePlural": "ticketLinks"}}},
    }


def test_relations_that_are_united_show_by_what(tickets: Caller) -> None:
    made = (
        "mutation($input: CreateFieldInput!) { createField(input: $input) { type relation { type morph { name } } } }"
    )
    morph = tickets.do(made, input={"object": "ticket", "name": "about", "type": "MORPH_RELATION"})["createField"]
    relation = {"type": "MANY_TO_ONE", "target": "ticket", "inverseName": "mentions", "morph": "about"}
    other = tickets.do(made, input={"object": "ticket", "name": "other", "type": "RELATION", "relation": relation})[
        "createField"
    ]

    assert morph == {"type": "MORPH_RELATION", "relation": None}
    assert other == {"type": "RELATION", "relation": {"type": "MANY_TO_ONE", "morph": {"name": "about"}}}


# What is wrong


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"object": "tickit", "name": "x", "type": "TEXT"}, ["input", "object"]),
        ({"object": "ticket", "name": "2x", "type": "TEXT"}, ["input", "name"]),
        ({"object": "ticket", "name": "title", "type": "TEXT"}, ["input", "name"]),
        ({"object": "ticket", "name": "a\0", "type": "TEXT"}, ["input", "name"]),
        ({"object": "ticket", "type": "TEXT"}, ["input", "name"]),
        ({"object": "ticket", "name": "x", "type": "TEXT", "label": "a\0b"}, ["input", "label"]),
        ({"object": "ticket", "name": "x", "type": "TEXT", "description": "a\0b"}, ["input", "description"]),
        ({"object": "ticket", "name": "x", "type": "NUMBER", "defaultValue": "y"}, ["input", "defaultValue"]),
        ({"object": "ticket", "name": "x", "type": "NUMBER", "defaultValue": [1]}, ["input", "defaultValue"]),
        ({"object": "ticket", "name": "x", "type": "NUMBER", "settings": {"y": 1}}, ["input", "settings", "y"]),
        ({"object": "ticket", "name": "x", "type": "NUMBER", "settings": [1]}, ["input", "settings"]),
        ({"object": "ticket", "name": "x", "type": "NUMBER", "settings": "y"}, ["input", "settings"]),
        (
            {"object": "ticket", "name": "x", "type": "SELECT", "options": [{"value": "A"}, {"value": "A"}]},
            ["input", "options", 1, "value"],
        ),
        ({"object": "ticket", "name": "x", "type": "RELATION"}, ["input", "relation"]),
        (
            {"object": "ticket", "name": "x", "type": "RELATION", "relation": {"type": "MANY_TO_ONE", "target": "y"}},
            ["input", "relation", "target"],
        ),
    ],
)
def test_an_error_of_a_mutation_says_where_in_its_input(tickets: Caller, given: Any, path: list[str]) -> None:
    error = tickets.error(CREATE_FIELD, input=given)
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "NOT_FOUND", "CONFLICT"}
    assert error["extensions"]["inputPath"] == path
    assert error["path"] == ["createField"]


def test_all_that_is_wrong_with_an_object_is_told_at_once(caller: Caller) -> None:
    fields = [{"name": "title", "type": "TEXT"}, {"name": "2", "type": "TEXT"}, {"name": "title", "type": "NUMBER"}]
    errors = caller.errors(CREATE_OBJECT, input={"nameSingular": "a b", "fields": fields})
    assert [each["extensions"]["inputPath"] for each in errors] == [
        ["input", "nameSingular"],
        ["input", "fields", 1, "name"],
        ["input", "fields", 2, "name"],
    ]
    assert caller.do("{ objects { nameSingular } }") == {"objects": [{"nameSingular": "workspaceMember"}]}


def test_what_graphql_knows_to_be_wrong_is_refused_before_anything_runs(tickets: Caller) -> None:
    for given in (
        {"object": "ticket", "name": "x", "type": "TXT"},
        {"object": "ticket", "name": "x"},
        {"object": "ticket", "name": "x", "type": "TEXT", "isNullable": None},
        {"object": "ticket", "name": "x", "type": "TEXT", "colour": "red"},
        {"object": 1, "name": "x", "type": "TEXT"},
    ):
        response = tickets.post(CREATE_FIELD, input=given)
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "changes",
    [
        [{}],
        [{"createObject": {"nameSingular": "a"}, "deleteObject": {"object": "b"}}],
        [{"createObject": None}],
        [{"createObject": None, "deleteObject": {"object": "b"}}],
    ],
)
def test_a_step_has_exactly_one_key(caller: Caller, changes: Any) -> None:
    response = caller.post(APPLY, changes=changes).json()
    assert "data" not in response
    assert "ChangeInput" in response["errors"][0]["message"] or "changes" in response["errors"][0]["message"]


def test_which_object_has_to_be_said(tickets: Caller) -> None:
    for query in ("{ object { id } }", '{ object(id: "x", name: "ticket") { id } }'):
        assert tickets.error(query)["extensions"]["code"] == "BAD_USER_INPUT"
    error = tickets.error('{ object(name: "tickit") { id } }')
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["hint"] == 'Did you mean "ticket"?'


# Many steps


def step(key: str, **given: Any) -> dict[str, Any]:
    return {key: given}


def test_a_changeset_is_made_as_a_whole(caller: Caller) -> None:
    done = caller.do(
        APPLY,
        changes=[
            step("createObject", nameSingular="author", fields=[{"name": "name", "type": "TEXT"}]),
            step("createObject", nameSingular="book"),
            step(
                "createField",
                object="book",
                name="author",
                type="RELATION",
                relation={"type": "MANY_TO_ONE", "target": "author"},
            ),
            step("updateField", object="author", field="name", isUnique=True),
        ],
    )["applyChangeset"]
    assert done == {"version": 2, "applied": True, "statements": None, "setAside": None}
    assert caller.data("{ authors { name books { id } } }") == {"authors": []}


def test_a_changeset_with_errors_tells_all_and_does_nothing(tickets: Caller) -> None:
    errors = tickets.errors(
        APPLY,
        changes=[
            step("createField", object="ticket", name="fine", type="TEXT"),
            step("createField", object="ticket", name="title", type="TEXT"),
            step("updateField", object="ticket", field="size", label=None),
            step("deleteObject", object="nothing"),
        ],
    )
    assert [each["extensions"]["inputPath"] for each in errors] == [
        ["changes", 1, "createField", "name"],
        ["changes", 2, "updateField", "label"],
        ["changes", 3, "deleteObject", "object"],
    ]
    assert "fine" not in str(tickets.do('{ fields(object: "ticket") { name } }'))


def test_a_dry_run_tells_and_does_nothing(tickets: Caller) -> None:
    tickets.data('mutation { createTicket(data: {title: "x"}) { id } }')
    planned = tickets.do(
        APPLY,
        changes=[
            step("createField", object="ticket", name="note", type="TEXT"),
            step("deleteField", object="ticket", field="title"),
        ],
        dryRun=True,
    )["applyChangeset"]
    assert planned["version"] == 3
    assert planned["applied"] is False
    assert any("ADD COLUMN note" in each["sql"] for each in planned["statements"])
    assert planned["statements"][0]["lock"] == "ACCESS EXCLUSIVE"
    assert planned["setAside"] == [{"object": "ticket", "field": "title", "records": 1}]
    assert tickets.do("{ workspace { version } }") == {"workspace": {"version": 2}}
    assert tickets.data("{ tickets { title } }") == {"tickets": [{"title": "x"}]}


def test_the_same_idempotency_key_again_changes_nothing(tickets: Caller) -> None:
    changes = [step("createField", object="ticket", name="once", type="TEXT")]
    for _ in range(2):
        assert tickets.do(APPLY, changes=changes, key="k1")["applyChangeset"]["version"] == 3
    other = tickets.error(APPLY, changes=[step("deleteObject", object="ticket")], key="k1")
    assert other["extensions"]["code"] == "CONFLICT"
    assert other["extensions"]["inputPath"] == ["idempotencyKey"]
    for key in ("", "a\0", "x" * 101):
        error = tickets.error(APPLY, changes=changes, key=key)
        assert error["extensions"]["inputPath"] == ["idempotencyKey"]


def test_records_in_the_way_are_told(tickets: Caller) -> None:
    tickets.data('mutation { createTicket(data: {title: "x"}) { id } }')
    error = tickets.error(CREATE_FIELD, input={"object": "ticket", "name": "due", "type": "DATE", "isNullable": False})
    assert error["extensions"]["code"] == "CONFLICT"
    assert error["extensions"]["field"] == "due"
    assert error["extensions"]["inputPath"] == ["input", "isNullable"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_records_are_in_the_way_of_is_told_with_its_place(tickets: Caller, dry_run: bool) -> None:
    for _ in range(2):
        tickets.data('mutation { createTicket(data: {title: "x"}) { id } }')
    errors = tickets.errors(
        APPLY,
        dryRun=dry_run,
        changes=[
            step("createObject", nameSingular="author", fields=[{"name": "name", "type": "TEXT"}]),
            step("updateField", object="ticket", field="title", isUnique=True),
            step("updateField", object="ticket", field="size", isNullable=False),
        ],
    )
    assert {tuple(each["extensions"]["inputPath"]) for each in errors} == {
        ("changes", 1, "updateField", "isUnique"),
        ("changes", 2, "updateField", "isNullable"),
    }


def test_limits_are_told(site: Site) -> None:
    caller = site.sign_up(pack="crm")
    error = caller.error(APPLY, changes=[step("deleteObject", object="x")] * 501)
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert error["message"] == "The changeset has 501 steps; at most 500 fit."
    many = " ".join(f"a{number}: fields {{ name }}" for number in range(90))
    response = caller.post(f"{{ objects {{ fields {{ object {{ {many} }} }} }} }}").json()
    assert {each["extensions"]["code"] for each in response["errors"]} == {"LIMIT_EXCEEDED"}
    assert "50,000" in response["errors"][0]["message"]


# How much it costs


class Counted:
    """An executor of the control plane whose statements are counted."""

    def __init__(self, database: Database, listener: Listener, caller: Caller) -> None:
        settings, tokens = Settings(), AccessTokens(SECRET_KEY, 900)
        workspaces = Workspaces(database, listener, 10)
        desk = Desk(database, Attempts(Redis(), "open"), Sealing([SECRET_KEY.encode()]), post_of(settings), settings)
        identities, reader = Identities(database, listener, tokens), DocumentReader(settings)
        documents = Documents(database, Redis(), listener, reader, 10)
        engine = Engine(database, settings, workspaces, reader)
        control = Control(
            settings,
            database,
            workspaces,
            engine,
            tokens,
            identities,
            desk,
            Providers(()),
            documents,
            Cookies(settings),
        )
        self._executor: StaticExecutor[WorkspaceIdentity] = StaticExecutor(
            control_schema(),
            reader,
            lambda identity: Context(control, Visitor(identity, Visit())),
            settings,
        )
        user_id = UUID(caller.session["user"]["id"])
        self._identity = WorkspaceIdentity(user_id, UUID(caller.workspace_id), "admin")
        self.statements: list[str] = []

    def heard(self, query: LoggedQuery) -> None:
        """asyncpg asks for types of its own accord, once a connection: that is none of ours."""
        if "armature." in query.query:
            self.statements.append(query.query)

    async def ask(self, query: str) -> int:
        """How many statements it took."""
        self.statements.clear()
        answer = await self._executor.execute(Operation(query, {}), self._identity)
        assert b'"errors"' not in answer.body, answer.body
        return len(self.statements)


@asynccontextmanager
async def counted(caller: Caller) -> AsyncIterator[Counted]:
    database = await open_database(caller.site.database_url, pool_size=1)
    listener = Listener(caller.site.database_url)
    counted = Counted(database, listener, caller)
    await listener.start()
    async with database.connection() as connection:
        connection.add_query_logger(counted.heard)
    try:
        yield counted
    finally:
        await listener.stop()
        await database.close()


def many_objects(numbers: Iterable[int]) -> list[dict[str, Any]]:
    fields = [{"name": f"field{number}", "type": "TEXT"} for number in range(10)]
    return [step("createObject", nameSingular=f"thing{number}x", fields=fields) for number in numbers]


async def test_a_model_of_any_size_is_one_statement_and_then_none(site: Site) -> None:
    caller = site.sign_up()
    caller.do(APPLY, changes=many_objects(range(50)))
    query = "{ objects { nameSingular fields { name relation { target { nameSingular } } object { id } } } }"
    async with counted(caller) as control:
        assert await control.ask(query) == 1
        assert await control.ask(query) == 0


async def test_nested_users_and_workspaces_are_one_statement_a_level(site: Site) -> None:
    caller = site.sign_up()
    for _ in range(12):
        caller.new_key()
    async with counted(caller) as control:
        few = "{ apiKeys { createdBy { email } workspace { name members { user { email } } } } }"
        assert await control.ask(few) == 4  # keys, users and workspaces, members; the user is known by then


@pytest.mark.parametrize(
    "query",
    [
        "query($text: String!) { auditLog(action: $text) { number } }",
        "query($text: String!) { jobs(kind: $text) { id } }",
        "mutation($text: String!) { forgetDomain(domain: $text) }",
    ],
)
def test_a_null_byte_in_a_text_is_told(site: Site, query: str) -> None:
    error = site.sign_up().error(query, text="a\0b")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_feature_is_taken_off_the_list_by_saying_nothing_of_it(site: Site) -> None:
    owner = site.sign_up()
    assert owner.do('mutation { setFeature(name: "beta", isOn: true) { name } }')["setFeature"] == [{"name": "beta"}]
    assert owner.do('mutation { setFeature(name: "beta") { name } }')["setFeature"] == []
