"""What graphql-core says of a request, without the values that it quotes.

On the control plane those are passwords, tokens and secrets, and clients hand errors on to logs.
"""

import re

from graphql import GraphQLError

_QUOTED = re.compile(
    r"""
    (?P<kept> cannot\ represent [^:]* | (?:found|Unexpected)\ (?:Block)?String | (?=,?\ [Ff]ound:\ ) )
    (?::|,?\ [Ff]ound:)? \ .*
    """,
    re.VERBOSE | re.DOTALL,
)


def unquoted(error: GraphQLError) -> GraphQLError:
    """The same error where it quotes nothing."""
    found = _QUOTED.search(error.message)
    if found is None:
        return error
    said = error.message[: found.start()] + found["kept"]
    message = said if said.endswith("?") else f"{said.rstrip('.')}."
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, error.original_error, error.extensions
    )
