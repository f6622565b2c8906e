"""Arrays as the text that PostgreSQL reads: what comes out is what went in."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.schema_builder.compile.bulk_statement import array_text
from tests.support.data_api import DataApi

TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["", "NULL", "null", '"', "\\", '\\"', "{}", ",", " ", "\n", "a b", '{"a"}', "'"]),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(values=st.lists(TEXTS, max_size=6))
async def test_an_array_is_read_as_it_was_written(api: DataApi, values: Sequence[str | None]) -> None:
    async with api.db.connection() as connection:
        assert await connection.fetchval("SELECT CAST($1::text AS text[])", array_text(values)) == values
