"""MORPH_RELATION fields in filters and data: said of the relations that they unite."""

from collections.abc import Mapping
from typing import Any

from armature.schema_builder.compile.references import DataRefused, Path, United
from armature.schema_builder.view import Morph, ObjectView


def united(of: ObjectView, data: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Data with the relations in the place of what unites them: the one that is named, the others none.

    Raises DataRefused where one is given by itself as well.
    """
    if not of.morphs or of.morphs.keys().isdisjoint(data):
        return data
    found, places = dict(data), dict[str, Path]()
    for name in of.morphs.keys() & data.keys():
        given, place = _spread(of.morphs[name], of, found, found.pop(name), path)
        found |= given
        places |= place
    return United(found, places)


def _spread(
    morph: Morph, of: ObjectView, data: Mapping[str, Any], given: Any, path: Path
) -> tuple[Mapping[str, Any], Mapping[str, Path]]:
    """The relations, and where the one that is chosen was written."""
    links = [each.name for each in morph.united if each.name in of.writable]
    taken = [key for each in links for key in (each, f"{each}Id") if key in data]
    if taken:
        raise DataRefused((*path, taken[0]), f'"{morph.name}" says it already.', hint="Give one of them.")
    if given is None or not links:
        return {f"{each}Id": None for each in links}, {}
    ((chosen, value),) = given.items()
    place: Path = (morph.name, chosen)
    if chosen not in links:
        chosen, value, place = links[0], {"disconnect": value}, (morph.name,)
    return {**{f"{each}Id": None for each in links if each != chosen}, chosen: value}, {chosen: place}
