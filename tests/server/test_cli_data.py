"""`armature import` and `armature export`: what becomes of files, and what is told of wrong ones."""

import asyncio
import csv
import io
import json
import os
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner

from armature.server.cli import main
from tests.server.test_cli import output, run
from tests.support.command_line import ARMATURE

COMPANIES = "name,domainName,employees\nAcme,acme.com,12\nBolt,bolt.io,\n"
PEOPLE = "firstName,lastName,birthday,company.domainName\nAda,Lovelace,1815-12-10,acme.com\nAlan,Turing,,\n"


@pytest.fixture
def where(migrated_database_url: str) -> dict[str, str]:
    found = {"DATABASE_URL": migrated_database_url}
    output("workspace", "create", "Acme", "--pack", "crm", **found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.csv"


def imported(where: dict[str, str], object_name: str, file: Path, content: str, *options: str) -> dict[str, Any]:
    file.write_text(content)
    found: dict[str, Any] = json.loads(output("import", object_name, str(file), "--json", *options, **where))
    return found


def refused(where: dict[str, str], object_name: str, file: Path, content: str | bytes, *options: str) -> str:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    done = run("import", object_name, str(file), *options, **where)
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.stderr
    return done.stderr


def exported(where: dict[str, str], object_name: str, *options: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output("export", object_name, *options, **where))))


def records(where: dict[str, str], object_name: str, *options: str) -> list[dict[str, Any]]:
    lines = output("export", object_name, "--format", "ndjson", *options, **where).splitlines()
    return [json.loads(each) for each in lines]


async def events(url: str) -> list[tuple[str, str]]:
    """What was done, and who did it, of the one workspace there is."""
    connection = await asyncpg.connect(url)
    schema = await connection.fetchval("SELECT schema FROM armature.workspaces")
    found = await connection.fetch(f"SELECT * FROM {schema}._events ORDER BY seq")  # noqa: S608
    await connection.close()
    assert all(json.loads(each["after"])["id"] == str(each["record"]) for each in found)
    return [(f"{each['action']} {each['table']}", json.loads(each["actor"])["source"]) for each in found]


def test_each_record_that_is_imported_leaves_an_event(where: dict[str, str], file: Path) -> None:
    imported(where, "company", file, COMPANIES)
    imported(where, "person", file, PEOPLE, "--dry-run")
    refused(where, "company", file, COMPANIES)
    imported(where, "person", file, PEOPLE)

    found = asyncio.run(events(where["DATABASE_URL"]))

    assert found == [("CREATED companies", "SYSTEM")] * 2 + [("CREATED people", "SYSTEM")] * 2


def test_a_csv_file_becomes_records_with_their_relations(where: dict[str, str], file: Path) -> None:
    assert imported(where, "company", file, COMPANIES)["records"] == 2
    assert imported(where, "person", file, PEOPLE)["records"] == 2
    assert exported(where, "person", "--fields", "firstName,birthday,company.name") == [
        {"firstName": "Ada", "birthday": "1815-12-10", "company.name": "Acme"},
        {"firstName": "Alan", "birthday": "", "company.name": ""},
    ]
    assert [each["isIdealCustomer"] for each in records(where, "company")] == [False, False]
    assert "All is well" in output("doctor", **where)


def test_what_is_exported_can_be_imported_elsewhere(where: dict[str, str], tmp_path: Path) -> None:
    imported(where, "company", tmp_path / "c.csv", COMPANIES)
    imported(where, "person", tmp_path / "p.csv", PEOPLE)
    other = json.loads(output("workspace", "create", "Other", "--pack", "crm", "--json", **where))["id"]
    first = next(each for each in json.loads(output("workspace", "list", "--json", **where)) if each["id"] != other)[
        "id"
    ]
    for of, ending in (("company", "csv"), ("person", "ndjson")):
        file = tmp_path / f"{of}.{ending}"
        output("export", of, "-o", str(file), "--workspace", first, **where)
        output("import", of, str(file), "--workspace", other, **where)
        here, there = (output("export", of, "--workspace", each, **where) for each in (first, other))
        assert here == there


def test_columns_are_mapped_and_relations_matched(where: dict[str, str], file: Path) -> None:
    imported(
        where, "company", file, "Firma;Web;?\nAcme;acme.com;x\n", "--map=Firma=name", "--map=Web=domainName", "--map=?="
    )
    imported(where, "person", file, "firstName\tlastName\tcompany\nAda\tL\tacme.com\n", "--match", "company=domainName")
    assert exported(where, "person", "--fields", "company.name") == [{"company.name": "Acme"}]


def test_values_of_all_kinds_arrive_as_they_were(where: dict[str, str], file: Path) -> None:
    model = file.with_suffix(".yaml")
    model.write_text("""
objects:
  thing:
    fields:
      whole: {type: NUMBER, settings: {dataType: int}}
      real: NUMBER
      big: {type: NUMBER, settings: {dataType: bigint}}
      exact: {type: NUMERIC, settings: {precision: 10, scale: 2}}
      yes: BOOLEAN
      day: DATE
      moment: DATE_TIME
      choice: {type: SELECT, options: [A, B]}
      code: UUID
      document: RAW_JSON
      text: TEXT
      email: EMAIL
      phone: {type: PHONE, settings: {defaultCountry: CH}}
      site: LINK
      stars: RATING
      number: AUTO_NUMBER
      place: {type: POSITION, isNullable: false, defaultValue: last}
      tags: ARRAY
      choices: {type: MULTI_SELECT, options: [A, B, C]}
      spot: {type: VECTOR, settings: {dimensions: 2}}
      part: {type: RELATION, relation: {type: MANY_TO_ONE, target: thing, inverseName: parts}}
      parts: {type: RELATION, relation: {inverseOf: thing.part}}
      partCount: {type: ROLLUP, settings: {relation: parts, aggregate: COUNT}}
""")
    output("metadata", "apply", str(model), "--yes", **where)
    first, second = "0198f4d5-0000-7000-8000-00000000000a", "0198f4d5-0000-7000-8000-00000000000b"
    given = [
        {
            "id": first, "createdAt": "2020-01-01T00:00:00Z", "whole": 7, "real": 1.5, "big": "9007199254740993",
            "exact": "12.50", "yes": True, "day": "2026-02-28", "moment": "2026-02-28T12:30:00.5+02:00", "choice": "B",
            "code": second, "document": {"a": [1, None, "x"]}, "partId": second,
            "email": "ada@example.com", "phone": "+41446681800", "site": "https://example.com/x", "stars": 3,
            "number": "41", "place": 2.5, "tags": ["a,b", '"'], "choices": ["A", "C"],
            "spot": [0.5, -1e10],
            "text": 'a "quoted"\nline; with, all \\ of it ✓',
        },
        {"id": second, "text": "", "document": [], "partId": first, "yes": False, "number": 7},
    ]  # fmt: skip
    ndjson = "\n".join(map(json.dumps, given))
    assert imported(where, "thing", file.with_suffix(".ndjson"), ndjson)["records"] == 2
    one, two = records(where, "thing")
    expected = {**given[0], "moment": "2026-02-28T10:30:00.5+00:00", "createdAt": "2020-01-01T00:00:00+00:00"}
    assert {key: one[key] for key in expected} == expected
    assert (two["text"], two["document"], two["partId"], two["yes"], two["whole"]) == ("", [], first, False, None)

    assert "partCount" not in one
    assert [each["partCount"] for each in records(where, "thing", "--fields", "partCount")] == [1, 1]
    assert "partCount" in refused(where, "thing", file, "partCount\n1\n")
    assert "spot" in refused(where, "thing", file, 'spot\n"[1, 2, 3]"\n')

    csv_text = output("export", "thing", **where)
    asyncio.run(emptied(where["DATABASE_URL"], "things"))
    imported(where, "thing", file, csv_text)
    again = records(where, "thing")
    assert again[0] == one
    assert again[1] == {**two, "text": None}  # an empty cell is no value
    imported(where, "thing", file, "text\nnew\n")
    assert records(where, "thing")[2]["number"] == "42"


def test_values_of_several_parts_are_imported_and_exported_part_by_part(where: dict[str, str], file: Path) -> None:
    model = file.with_suffix(".yaml")
    model.write_text(
        "objects: {deal: {fields: {price: CURRENCY, mails: EMAILS, double: {type: FORMULA, settings: "
        '{expression: "price.amountMicros * 2"}}}}}'
    )
    output("metadata", "apply", str(model), "--yes", **where)
    whole = '{"price": {"amountMicros": "5", "currencyCode": "EUR"}, "mails": {"primaryEmail": "A@example.com"}}'
    ndjson = f'{whole}\n{{"price": null}}\n'
    imported(where, "deal", file.with_suffix(".ndjson"), ndjson)
    one, two = records(where, "deal", "--fields", "price.amountMicros,price.currencyCode,mails.primaryEmail,double")
    assert one["price"] == {"amountMicros": "5", "currencyCode": "EUR"}
    assert one["mails"] == {"primaryEmail": "a@example.com"}
    assert float(one["double"]) == 10
    assert two["price"] is None or two["price"]["amountMicros"] is None

    text = output("export", "deal", **where)
    asyncio.run(emptied(where["DATABASE_URL"], "deals"))
    imported(where, "deal", file, text)
    assert output("export", "deal", **where) == text
    assert "price.currencyCode" in refused(where, "deal", file, "price.currencyCode\nxx\n")


def test_documents_that_are_a_text_come_back_as_one(where: dict[str, str], file: Path) -> None:
    """And not as the number or list that such a text looks like."""
    texts = ['"5"', '"[1]"', '"plain"', "5"]
    imported(where, "company", file.with_suffix(".ndjson"), "".join(f'{{"profile": {each}}}\n' for each in texts))

    imported(where, "company", file, output("export", "company", "--fields", "profile", **where))

    assert [each["profile"] for each in records(where, "company")] == ["5", "[1]", "plain", 5] * 2


def test_an_object_s_relation_to_itself_is_matched_within_the_file(where: dict[str, str], file: Path) -> None:
    model = file.with_suffix(".yaml")
    model.write_text(
        "objects: {page: {fields: {slug: {type: TEXT, isUnique: true},"
        " above: {type: RELATION, relation: {type: MANY_TO_ONE, target: page, inverseName: below}}}}}"
    )
    output("metadata", "apply", str(model), "--yes", **where)
    imported(where, "page", file, "slug,above.slug\nchild,root\nroot,\n")
    assert {each["slug"]: each["above.slug"] for each in exported(where, "page", "--fields", "slug,above.slug")} == {
        "child": "root",
        "root": "",
    }
    told = imported(where, "page", file, "slug,above.slug\na,b\nb,c\nc,nowhere\nd,root\n", "--on-error", "skip")
    assert told["records"] == 1
    assert [each["line"] for each in told["errors"]] == [4, 3, 2]


def test_one_wrong_value_refuses_all_and_each_is_told_with_its_line(where: dict[str, str], file: Path) -> None:
    wrong = 'name,employees,isIdealCustomer\n"two\nlines",1,yes\nAcme,many,true\nBolt,3,perhaps\n'
    said = refused(where, "company", file, wrong, "--errors", str(file.with_suffix(".errors")))
    assert "Nothing was imported: 2 values can't be taken." in said
    assert 'Line 4, employees: "many" must be a number.' in said
    assert 'Line 5, isIdealCustomer: "perhaps" must be true or false.' in said
    assert exported(where, "company") == []
    report = list(csv.DictReader(io.StringIO(file.with_suffix(".errors").read_text())))
    assert [(each["line"], each["column"], each["value"]) for each in report] == [
        ("4", "employees", "many"),
        ("5", "isIdealCustomer", "perhaps"),
    ]


def test_skipping_leaves_out_lines_and_imports_the_rest(where: dict[str, str], file: Path) -> None:
    imported(where, "company", file, COMPANIES)
    content = (
        "name,domainName,employees\nNew,new.com,1\nOld,acme.com,1\nTwice,new.com,1\nBig,,99999999999\nShort\nLast,,\n"
    )
    told = imported(where, "company", file, content, "--on-error", "skip")
    assert told["records"] == 2
    assert {each["line"]: each["reason"] for each in told["errors"]} == {
        3: '"acme.com" is held by another company.',
        4: '"new.com" is in an earlier line already.',
        5: '"99999999999" must be an integer between -2147483648 and 2147483647.',
        6: "It has 1 cells, and the first line 3.",
    }


def test_a_dry_run_does_all_and_takes_it_back(where: dict[str, str], file: Path) -> None:
    assert imported(where, "company", file, COMPANIES, "--dry-run") == {
        "records": 2, "dryRun": True, "refused": 0, "errors": [],
    }  # fmt: skip
    assert exported(where, "company") == []
    assert "must be a number" in refused(where, "company", file, "name,employees\nA,x\n", "--dry-run")


@pytest.mark.parametrize(
    ("object_name", "content", "said"),
    [
        ("compani", COMPANIES, 'Did you mean "company"'),
        ("company", "", "should name the columns"),
        ("company", "name,nmae\nA,B\n", '--map "nmae="'),
        ("company", "name,people\nA,B\n", '"people" is no field'),
        ("company", "name,name\nA,B\n", '"name" twice'),
        ("company", "name,deletedAt\nA,\n", '"deletedAt" is no field'),
        ("person", "firstName,lastName,company\nA,B,C\n", "by which of its fields"),
        ("person", "firstName,lastName,company.name\nA,B,C\n", "does not tell one company from another"),
        ("person", "firstName,lastName,companyId,company.domainName\nA,B,,\n", "are the same field"),
        (
            "person",
            "firstName,lastName,companyId\nA,B,0198f4d5-0000-7000-8000-00000000000a\n",
            "is the id of no company",
        ),
        ("person", "firstName,lastName,companyId\nA,B,x\n", "must be a UUID"),
        ("person", "firstName,lastName,company.domainName\nA,B,x.com\n", 'Line 2, company.domainName: "x.com" is the'),
        ("company", "id\n0198f4d5-0000-7000-8000-00000000000a\n0198f4d5-0000-7000-8000-00000000000a\n", "Line 3, id"),
        ("company", b"name\nA\n\xff\n", "not text in UTF-8"),
        ("company", b"\xff\xfe", "not text in UTF-8"),
        ("company", 'name\nA\n"B\n', "can't be read from line 3 on"),
        ("company", "name\nA\x00B\n", "null bytes"),
        ("opportunity", "stage\nWON\n", "one of its options"),
    ],
)
def test_what_can_t_be_imported_is_told_in_a_sentence(
    object_name: str, content: str | bytes, said: str, where: dict[str, str], file: Path
) -> None:
    assert said in refused(where, object_name, file, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}\n[1]\nnope\n", "Line 3: It is not JSON."),
        ('{"name": null}', "Line 1, name: it must be given"),
        ('{"name": 5}', "Line 1, name: 5 must be text"),
        ('{"nmae": "A"}', "nmae"),
        ('{"name": "A", "employees": "5"}', "must be an integer"),
        ("[" * 100_000, "It is not JSON"),
    ],
)
def test_a_wrong_line_of_ndjson_is_told(content: str, said: str, where: dict[str, str], file: Path) -> None:
    assert said in refused(where, "company", file, content, "--format", "ndjson")


def test_a_place_that_can_not_be_written_to_is_told(where: dict[str, str], tmp_path: Path) -> None:
    for command in (("export", "company"), ("metadata", "export")):
        done = run(*command, "-o", str(tmp_path / "no" / "where"), **where)
        assert (done.exit_code, "Traceback" in done.output) == (1, False)
        assert "No such file or directory" in done.stderr


def test_export_takes_a_filter_as_the_data_api_does(where: dict[str, str], file: Path) -> None:
    imported(where, "company", file, COMPANIES)
    imported(where, "person", file, PEOPLE)
    of_acme = '{"company": {"domainName": {"eq": "acme.com"}}}'
    assert [each["firstName"] for each in records(where, "person", "--filter", of_acme)] == ["Ada"]
    for wrong in (
        "{",
        '{"firstNme": {"eq": "A"}}',
        '{"firstName": {"eq": null}}',
        "[1]",
        "null",
        '{"firstName": null}',
    ):
        done = run("export", "person", "--filter", wrong, **where)
        assert isinstance(done.exception, SystemExit), wrong
        assert done.exit_code == 1, wrong
    for wrong in ("nope", "company", "company.nope", "firstName.x", "company.people"):
        assert 'has no field "' in run("export", "person", "--fields", wrong, **where).stderr


def test_standard_input_is_read_and_standard_output_written(where: dict[str, str]) -> None:
    done = CliRunner().invoke(main, ["import", "company", "-"], input=COMPANIES, env=where)
    assert "Imported 2 records." in done.stdout
    assert output("export", "company", "--fields", "name,employees", **where) == "name,employees\nAcme,12\nBolt,\n"


async def emptied(url: str, table: str) -> None:
    connection = await asyncpg.connect(url)
    schema = await connection.fetchval("SELECT schema FROM armature.workspaces")
    await connection.execute(f"TRUNCATE {schema}.{table}")
    await connection.close()


def with_phones(where: dict[str, str], file: Path) -> None:
    file.write_text("objects: {contact: {fields: {phones: PHONES, place: ADDRESS}}}")
    output("metadata", "apply", str(file), "--yes", **where)


def test_codes_of_telephone_numbers_follow_them(where: dict[str, str], file: Path) -> None:
    with_phones(where, file)
    number, country, code = (
        "phones.primaryPhoneNumber",
        "phones.primaryPhoneCountryCode",
        "phones.primaryPhoneCallingCode",
    )
    imported(where, "contact", file, f"{number},{country}\n+41446681800,CH\n+16135550123,US\n+442079460000,\n,\n")
    lines = [{"phones": {"primaryPhoneNumber": "+41446681800"}}, {"phones": {}}]
    imported(where, "contact", file.with_suffix(".ndjson"), "\n".join(map(json.dumps, lines)))

    found = [tuple(each.values()) for each in exported(where, "contact", "--fields", f"{number},{country},{code}")]
    assert sorted(found) == [
        ("", "", ""),
        ("", "", ""),
        ("+16135550123", "US", "+1"),
        ("+41446681800", "CH", "+41"),
        ("+41446681800", "CH", "+41"),
        ("+442079460000", "", "+44"),
    ]


def test_codes_and_coordinates_that_can_not_be_are_refused(where: dict[str, str], file: Path) -> None:
    with_phones(where, file)
    head = "phones.primaryPhoneNumber,phones.primaryPhoneCountryCode,place.lat,place.country\n"
    said = refused(where, "contact", file, f"{head}+41446681800,DE,,\n,CH,,\n,,91,\n,,,ZZ\n")

    assert 'Line 2, phones.primaryPhoneCountryCode: "DE" must be the country of +41446681800, CH.' in said
    assert 'Line 3, phones.primaryPhoneCountryCode: "CH" must be left out where there is no primaryPhoneNumber.' in said
    assert 'Line 4, place.lat: "91" must be a number of degrees between -90 and 90.' in said
    assert 'Line 5, place.country: "ZZ" must be the name of a country' in said
    assert exported(where, "contact") == []


async def test_a_connection_that_breaks_off_is_told_in_a_sentence(where: dict[str, str]) -> None:
    command = (*ARMATURE, "import", "company", "-", "--format", "csv")
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **where}, stdin=PIPE, stdout=PIPE, stderr=STDOUT
    )
    assert process.stdin is not None
    process.stdin.write(b"name\nAcme\n")
    connection = await asyncpg.connect(where["DATABASE_URL"])
    importing = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'armature'"
    while not await connection.fetchval(f"SELECT count(pg_terminate_backend(pid)) {importing}"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    said, _ = await process.communicate()
    await connection.close()

    assert process.returncode == 1
    assert b"broke off" in said or b"can't be reached" in said
    assert b"Traceback" not in said
