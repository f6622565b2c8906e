"""docs/cli.md names every command there is, and none that there is not."""

import re
from pathlib import Path

import click

from armature.__main__ import main

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


def test_every_command_is_documented() -> None:
    documented: set[str] = set()
    for row in re.findall(r"^\| `armature ([^|]*)\|", PAGE, flags=re.MULTILINE):
        first, *more = [each.strip(" `") for each in row.split(",")]
        group = f"{first.split()[0]} " if " " in first else ""
        documented |= {first, *(f"{group}{each}" for each in more)}
    assert documented == set(names(main))


def names(group: click.Group) -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
        found += [f"{name} {each}" for each in names(command)] if isinstance(command, click.Group) else [name]
    return found
