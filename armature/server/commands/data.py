"""`armature import` and `armature export`: records of an object as a file."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import msgspec

from armature.server.terminal import data_dir_option, json_option, on_database, opened, say, workspace_option

if TYPE_CHECKING:
    from armature.core.db import Database
    from armature.metadata.model import Snapshot
    from armature.schema_builder.transfer.dump import Write
    from armature.schema_builder.transfer.files import Source
    from armature.schema_builder.view import ObjectView

FORMATS = ("csv", "ndjson")
ENDINGS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson"}

format_option = click.option(
    "--format", "file_format", type=click.Choice(FORMATS), help="[default: by the file's name, or csv]"
)


class Pair(click.ParamType[tuple[str, str]]):
    name = "name=name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        one, is_pair, other = str(value).rpartition("=")
        if not is_pair or not one:
            self.fail(f'"{value}" is not of the form name=name.', param, ctx)
        return one, other


@click.command("import")
@click.argument("object_name", metavar="OBJECT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@workspace_option
@format_option
@click.option(
    "--map",
    "names",
    type=Pair(),
    multiple=True,
    help="column=field, for a column that is called otherwise; column= leaves it out.",
)
@click.option(
    "--match",
    "matches",
    type=Pair(),
    multiple=True,
    help="relation=field, for a column that holds this unique field of the record it leads to.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What a value that can't be taken does: nothing is imported, or its line is left out.",
)
@click.option(
    "--errors",
    type=click.File("w", encoding="utf-8", lazy=False),
    help="Write all values that can't be taken here, as CSV: line, column, value, reason.",
)
@click.option("--dry-run", is_flag=True, help="Do everything, and take it back.")
@data_dir_option
@json_option
def import_(
    object_name: str,
    file: Path,
    workspace_id: UUID | None,
    file_format: str | None,
    names: Sequence[tuple[str, str]],
    matches: Sequence[tuple[str, str]],
    on_error: str,
    errors: Any,
    dry_run: bool,
    data_dir: Path,
    as_json: bool,
) -> None:
    """Make records of OBJECT of what is in FILE: CSV or NDJSON, - for standard input.

    \b
      armature import company companies.csv
      armature import person people.csv --map "E-Mail=email" --match company=domainName
      armature import person people.ndjson --on-error skip --errors refused.csv

    The first line of CSV names the fields; a relation is given as `companyId`, or by a unique field of the record it
    leads to: `company.domainName`. An empty cell is no value. Each value is checked as on /graphql. All is imported or
    nothing, in one transaction, unless --on-error says otherwise. docs/data-files.md tells more.
    """
    from armature.schema_builder.transfer.headers import Wishes
    from armature.schema_builder.transfer.load import Import, import_records
    from armature.schema_builder.transfer.refusals import Refusals

    refusals = Refusals(errors)

    async def work(db: "Database") -> int:
        snapshot = await _snapshot(db, workspace_id)
        with _opened(file) as path, _progress(path) as progress:
            source = _source(snapshot, object_name, path, file_format or _format_of(file), progress)
            wishes = Wishes(dict(names), dict(matches))
            asked = Import(snapshot, object_name, source, wishes, skips=on_error == "skip", dry_run=dry_run)
            return await import_records(db, asked, refusals)

    count = on_database(data_dir, work)
    known = {"records": count, "dryRun": dry_run, "refused": refusals.count, "errors": refusals.first}
    told = [f"{'Would import' if dry_run else 'Imported'} {count:,} {'record' if count == 1 else 'records'}."]
    if refusals.count:
        told += [
            f"{refusals.count:,} values could not be taken, and their lines were left out:",
            *map(str, refusals.first),
        ]
    say(as_json, known, "\n".join(told))


@click.command("export")
@click.argument("object_name", metavar="OBJECT")
@workspace_option
@click.option(
    "--fields", help="Names with commas between them, such as name,company.domainName.  [default: all that is a value]"
)
@click.option(
    "--filter",
    "given",
    metavar="JSON",
    help='Only these records: a filter as on /graphql, such as {"name": {"startsWith": "A"}}.',
)
@format_option
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here.  [default: print]")
@data_dir_option
def export(
    object_name: str,
    workspace_id: UUID | None,
    fields: str | None,
    given: str | None,
    file_format: str | None,
    output: Path | None,
    data_dir: Path,
) -> None:
    """Write the records of OBJECT as CSV or NDJSON, oldest first; deleted ones are left out.

    \b
      armature export company -o companies.csv
      armature export person --fields firstName,lastName,company.domainName
      armature export person --format ndjson --filter '{"company": {"name": {"eq": "Acme"}}}'

    What it writes can be imported again.
    """
    from armature.schema_builder.transfer.dump import Export, export_records

    async def work(db: "Database") -> int:
        snapshot = await _snapshot(db, workspace_id)
        of = _object(snapshot, object_name)
        names = [each.strip() for each in fields.split(",")] if fields else []
        asked = Export(snapshot, object_name, names, None if given is None else _filter(given))
        with _writing(of, asked.fields, file_format or _format_of(output), output) as write:
            return await export_records(db, asked, write)

    count = on_database(data_dir, work)
    if output is not None:
        click.echo(f"Exported {count:,} {'record' if count == 1 else 'records'}.", err=True)


async def _snapshot(db: "Database", workspace_id: UUID | None) -> "Snapshot":
    from armature.metadata.store import load_snapshot
    from armature.server.operate import chosen_workspace

    chosen = await chosen_workspace(db, workspace_id)
    async with db.connection() as connection:
        return await load_snapshot(connection, chosen)


def _object(snapshot: "Snapshot", name: str) -> "ObjectView":
    """Raises ObjectNotFound."""
    from armature.metadata.resolve import ObjectNotFound
    from armature.schema_builder.view import View

    if name not in snapshot.visible_objects:
        raise ObjectNotFound(name, snapshot.visible_objects)
    return View(snapshot)[name]


def _filter(text: str) -> Any:
    from armature.schema_builder.transfer.dump import FilterUnfit

    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FilterUnfit(f"{error}.") from error
    if found is None:
        raise FilterUnfit("null could mean anything.")
    return found


def _format_of(path: Path | None) -> str:
    return ENDINGS.get(path.suffix.lower(), "csv") if path else "csv"


def _source(
    snapshot: "Snapshot", object_name: str, path: Path, file_format: str, progress: Callable[[int], None]
) -> "Source":
    from armature.schema_builder.transfer.files import csv_source, ndjson_source
    from armature.schema_builder.transfer.values import MISSING
    from armature.schema_builder.view import Composite, ToOne

    of = _object(snapshot, object_name)
    if file_format == "csv":
        return csv_source(path, progress)
    nested = [name for name, each in of.entries.items() if isinstance(each, ToOne | Composite)]
    return ndjson_source(path, progress, MISSING, nested)


@contextmanager
def _opened(file: Path) -> Iterator[Path]:
    """A file that can be read twice; standard input is written to one first."""
    if str(file) != "-":
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="armature-import-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[int], None]]:
    """A bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _read: None
        return
    bar: Any = click.progressbar(length=path.stat().st_size, label="Reading", file=sys.stderr)
    with bar:
        yield bar.update


@contextmanager
def _writing(of: "ObjectView", names: Sequence[str], file_format: str, output: Path | None) -> Iterator["Write"]:
    """To a file that is there when all of it is, or to standard output."""
    from armature.schema_builder.transfer.dump import csv_writer, exported, ndjson_writer

    if file_format == "ndjson":
        with opened(output, "wb") as file:
            yield ndjson_writer(file)
    else:
        with opened(output, "w") as file:
            yield csv_writer(file, of, exported(of, names))
