"""docs/northwind.md, made from the questions: `python -m tests.northwind.page` writes it anew."""

from pathlib import Path

from tests.northwind.data import SOURCES
from tests.northwind.questions import QUESTIONS

PAGE = Path(__file__).parents[2] / "docs" / "northwind.md"

HEAD = """\
# Northwind, asked in GraphQL

Northwind is the sample database of many SQL tutorials: a trader's products, customers and orders. This page brings it
into a workspace and asks what the tutorials ask. A test (`tests/northwind`) does all of it, and compares each answer
with that of the SQL.

The model is a file, [model.yaml](../tests/northwind/model.yaml); what SQL computes again and again (what a line is
worth, whether an order was late) are [formulas](formulas.md) in it. The records come as CSV, relations by a unique
field of the other record: the header of the orders is
`{orders}`.

```sh
armature workspace create Northwind
armature metadata apply model.yaml
{imports}
```
"""


def page() -> str:
    orders = next(each for each in SOURCES if each.object == "order")
    imports = "\n".join(f"armature import {each.object} {each.object}.csv" for each in SOURCES)
    parts = [HEAD.format(orders=",".join(orders.columns), imports=imports)]
    for number, question in enumerate(QUESTIONS, 1):
        first = f"```graphql\n{question.first}\n```\n\n" if question.first else ""
        sql, graphql = f"```sql\n{question.sql}\n```\n", f"{first}```graphql\n{question.graphql}\n```\n"
        parts.append(f"## {number}. {question.asks}\n\n{sql}\n{graphql}")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
