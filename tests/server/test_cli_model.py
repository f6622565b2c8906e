"""`armature metadata`: what people see of the model as a file."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.server.test_cli import output, run


@pytest.fixture
def where(migrated_database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": migrated_database_url}


@pytest.fixture
def crm(where: dict[str, str]) -> str:
    """The id of a workspace with the CRM pack."""
    made: str = json.loads(output("workspace", "create", "Acme", "--pack", "crm", "--json", **where))["id"]
    return made


def test_a_model_goes_to_another_workspace_and_back(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    output("metadata", "export", "-o", str(file), **where)
    assert output("metadata", "export", "--workspace", crm, **where) == file.read_text()
    assert "is what the file says already" in output("metadata", "apply", str(file), **where)

    other = json.loads(output("workspace", "create", "Other", "--json", **where))["id"]
    applied = json.loads(output("metadata", "apply", str(file), "--yes", "--json", "--workspace", other, **where))

    assert applied["applied"] is True
    assert applied["version"] == 2
    assert output("metadata", "export", "--workspace", other, **where) == file.read_text()
    assert "All is well" in output("doctor", **where)


def test_plan_tells_steps_sql_losses_and_what_may_be_a_rename(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    model = yaml.safe_load(output("metadata", "export", **where))
    fields = model["objects"]["company"]["fields"]
    fields["domain"] = fields.pop("domainName")
    model["objects"]["company"]["duplicateCriteria"].remove(["domainName"])
    file = tmp_path / "model.yaml"
    file.write_text(yaml.safe_dump(model))

    said = output("metadata", "plan", str(file), **where)

    assert "Delete field company.domainName" in said
    assert "Create field company.domain" in said
    assert "Out of sight: company.domainName, 0 values." in said
    assert "`was: domainName`" in said
    assert "ADD COLUMN domain TEXT" in said
    assert "locks ACCESS EXCLUSIVE" in said
    assert yaml.safe_load(output("metadata", "export", **where)) != model  # nothing was changed


def test_apply_asks_first_and_a_no_changes_nothing(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text("objects: {ticket: {fields: {title: TEXT}}}")
    before = output("metadata", "export", **where)

    done = run("metadata", "apply", str(file), **where)

    assert done.exit_code == 1
    assert "Delete object company" in done.stderr
    assert "Change the model?" in done.stderr
    assert output("metadata", "export", **where) == before
    output("metadata", "apply", str(file), "--yes", **where)
    assert yaml.safe_load(output("metadata", "export", **where)) == {
        "objects": {"ticket": {"fields": {"title": "TEXT"}}}
    }


def test_the_plan_for_scripts(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(output("metadata", "export", **where).replace("city: TEXT", "town: {type: TEXT, was: city}"))
    known: dict[str, Any] = json.loads(output("metadata", "plan", str(file), "--json", **where))
    assert known["steps"] == ['Rename field person.city to town, and change label "Town"']
    assert known["changes"] == [{"updateField": {"object": "person", "field": "city", "name": "town", "label": "Town"}}]
    assert known["statements"] == []
    assert known["setAside"] == []


DOCUMENTS = """
documents:
  top: |
    query Top($n: Int) {
      companies(limit: $n) { name }
    }
  "a: b": "{ people { email } }"
"""


def test_stored_documents_are_a_part_of_the_file(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    model, file = output("metadata", "export", **where), tmp_path / "model.yaml"

    def apply(text: str) -> list[str]:
        file.write_text(text)
        done = output("metadata", "apply", str(file), "--yes", "--json", **where)
        found: list[str] = json.loads(done)["steps"]
        return found

    assert apply(model + DOCUMENTS) == ["Store document top", "Store document a: b"]
    written = output("metadata", "export", **where)
    assert yaml.safe_load(written)["documents"] == yaml.safe_load(DOCUMENTS)["documents"]
    assert "  top: |\n    query Top($n: Int) {\n" in written
    assert apply(written) == []
    assert apply(model) == []  # says nothing of them

    renamed = model.replace("      name: {", "      title: {was: name, ").replace("- [name]", "- [title]")
    assert renamed != model
    file.write_text(renamed)
    planned = run("metadata", "plan", str(file), **where)
    assert "Breaks the stored document top" in planned.output
    file.write_text(renamed + DOCUMENTS.replace("{ name }", "{ title }").replace('"a: b"', "mails"))
    planned = run("metadata", "plan", str(file), **where)
    assert "Breaks" not in planned.output
    assert "Rename stored document a: b to mails" in planned.output
    assert "Change stored document top" in planned.output
    output("metadata", "apply", str(file), "--yes", **where)
    after = yaml.safe_load(output("metadata", "export", **where))
    assert list(after["documents"]) == ["mails", "top"]
    assert "title" in after["objects"]["company"]["fields"]
    assert apply(output("metadata", "export", **where).partition("documents:")[0] + "documents: {}") == [
        "Delete stored document mails",
        "Delete stored document top",
    ]
    assert "documents" not in yaml.safe_load(output("metadata", "export", **where))


def test_a_role_and_the_documents_it_runs_come_in_one_file(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    model, file = output("metadata", "export", **where), tmp_path / "model.yaml"
    kiosk = "roles:\n  kiosk: {rights: [READ], documentsOnly: true, documents: [top]}\n"

    def said(text: str) -> str:
        file.write_text(text)
        return run("metadata", "apply", str(file), "--yes", **where).output

    missing = 'The role "kiosk" is restricted to the stored document "top", which would not be there.'
    assert missing in said(model + kiosk)
    assert missing in said(model + kiosk + "documents: {}")
    assert "Create role kiosk" in said(model + kiosk + DOCUMENTS)
    assert missing in said(model + "documents: {}")
    assert yaml.safe_load(output("metadata", "export", **where))["roles"]["kiosk"]["documents"] == ["top"]


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ("{top: '{ nothing }'}", "Cannot query field 'nothing'"),
        ("{top: '{ companies { name }'}", "Syntax Error"),
        ("{top: 1}", "the text of an operation is expected"),
        ("{top: {a: b}}", "the text of an operation is expected"),
        ("{' top': '{ companies { name } }'}", "A document's name has 1 to 100 characters"),
        ("{one: '{ companies { name } }', two: '{ companies { name } }'}", "stored already"),
    ],
)
def test_documents_that_can_not_be_stored_leave_all_as_it_was(
    documents: str, said: str, where: dict[str, str], crm: str, tmp_path: Path
) -> None:
    before = output("metadata", "export", **where)
    file = tmp_path / "model.yaml"
    file.write_text(before.replace("city: TEXT", "town: TEXT") + f"documents: {documents}\n")

    done = run("metadata", "apply", str(file), "--yes", **where)
    assert done.exit_code == 1
    assert said in done.stderr
    assert output("metadata", "export", **where) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("objects: {a: {fields: {x: TEXTT}}}", 'Line 1: There is no field type "TEXTT"'),
        ("objects: [", "Line 1"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
    ],
)
def test_a_file_that_can_t_be_meant_is_told_in_a_sentence(
    text: str | bytes, said: str, where: dict[str, str], crm: str, tmp_path: Path
) -> None:
    file = tmp_path / "model.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    for command in ("plan", "apply"):
        done = run("metadata", command, str(file), **where)
        assert done.exit_code == 1
        assert said in done.stderr


def test_what_records_are_in_the_way_of_is_told_with_its_line(where: dict[str, str], crm: str, tmp_path: Path) -> None:
    model, records = tmp_path / "model.yaml", tmp_path / "companies.csv"
    records.write_text("name\nAcme\n")
    output("import", "company", str(records), **where)
    text = output("metadata", "export", **where).replace(
        "      employees:\n", "      code: {type: UUID, isNullable: false}\n      employees:\n"
    )
    model.write_text(text)
    line = 1 + text.splitlines().index("      code: {type: UUID, isNullable: false}")

    refused = run("metadata", "plan", str(model), **where)

    assert refused.exit_code == 1
    assert f'Line {line}: "code" can\'t be required from the start' in refused.stderr


def test_which_workspace_has_to_be_clear(where: dict[str, str], tmp_path: Path) -> None:
    assert "armature workspace create" in run("metadata", "export", **where).stderr
    for name in ("One", "Two"):
        output("workspace", "create", name, **where)
    assert "--workspace" in run("metadata", "export", **where).stderr
    assert run("metadata", "export", "--workspace", "0198f4d5-0000-7000-8000-000000000000", **where).exit_code == 1
    done = run("metadata", "export", "-o", f"{tmp_path}/no/where", **where)
    assert isinstance(done.exception, SystemExit)
