"""What tutorials ask of Northwind: each question in SQL, of the tables as they came, and in GraphQL.

`read` makes of a GraphQL answer the rows that the SQL gives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """`first` is asked before, and `variables` are made of its answer."""

    asks: str
    sql: str
    graphql: str
    read: Callable[[Any], Rows]
    first: str | None = None
    variables: Callable[[Any], Mapping[str, Any]] = lambda _: {}


def listed(root: str, *paths: str) -> Callable[[Any], Rows]:
    """A row for each record, of what is found by paths such as `category.name`."""
    return lambda data: [[at(each, path) for path in paths] for each in data[root]]


def at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = None if value is None else value[step]
    return value


QUESTIONS: Sequence[Question] = (
    Question(
        "Which products are there, and how are they packed?",
        "SELECT product_name, quantity_per_unit FROM product ORDER BY product_name",
        "{ products(orderBy: [{name: ASC}], limit: 100) { name quantityPerUnit } }",
        listed("products", "name", "quantityPerUnit"),
    ),
    Question(
        "Which products are sold no more?",
        "SELECT id, product_name FROM product WHERE discontinued = 1 ORDER BY id",
        "{ products(filter: {discontinued: {eq: true}}, orderBy: [{number: ASC}]) { number name } }",
        listed("products", "number", "name"),
    ),
    Question(
        "What are the dearest and the cheapest product?",
        "(SELECT product_name, unit_price FROM product ORDER BY unit_price DESC LIMIT 1) UNION ALL "
        "(SELECT product_name, unit_price FROM product ORDER BY unit_price LIMIT 1)",
        "{ dearest: products(orderBy: [{unitPrice: DESC}], limit: 1) { name unitPrice } "
        "cheapest: products(orderBy: [{unitPrice: ASC}], limit: 1) { name unitPrice } }",
        lambda data: [[each["name"], each["unitPrice"]] for each in (*data["dearest"], *data["cheapest"])],
    ),
    Question(
        "Which products on sale cost less than 20?",
        "SELECT product_name, unit_price FROM product WHERE discontinued = 0 AND unit_price < 20 "
        "ORDER BY unit_price DESC, product_name",
        '{ products(filter: {discontinued: {eq: false}, unitPrice: {lt: "20"}}, '
        "orderBy: [{unitPrice: DESC}, {name: ASC}]) { name unitPrice } }",
        listed("products", "name", "unitPrice"),
    ),
    Question(
        "Which cost between 15 and 25?",
        "SELECT product_name FROM product WHERE unit_price BETWEEN 15 AND 25 ORDER BY product_name",
        '{ products(filter: {unitPrice: {gte: "15", lte: "25"}}, orderBy: [{name: ASC}]) { name } }',
        listed("products", "name"),
    ),
    Question(
        "Which cost more than the average?",
        "SELECT product_name, unit_price FROM product WHERE unit_price > (SELECT avg(unit_price) FROM product) "
        "ORDER BY unit_price, product_name",
        "query ($average: Decimal!) { products(filter: {unitPrice: {gt: $average}}, "
        "orderBy: [{unitPrice: ASC}, {name: ASC}]) { name unitPrice } }",
        listed("products", "name", "unitPrice"),
        first="{ productsAggregate { avg { unitPrice } } }",
        variables=lambda data: {"average": data["productsAggregate"]["avg"]["unitPrice"]},
    ),
    Question(
        "What are the ten dearest?",
        "SELECT product_name, unit_price FROM product ORDER BY unit_price DESC, product_name LIMIT 10",
        "{ products(orderBy: [{unitPrice: DESC}, {name: ASC}], limit: 10) { name unitPrice } }",
        listed("products", "name", "unitPrice"),
    ),
    Question(
        "How many products are on sale, and how many are not?",
        "SELECT discontinued = 1, count(*) FROM product GROUP BY 1 ORDER BY 1",
        "{ productsGroupBy(by: [{field: DISCONTINUED}], orderBy: [{key: {discontinued: ASC}}]) "
        "{ key { discontinued } count } }",
        listed("productsGroupBy", "key.discontinued", "count"),
    ),
    Question(
        "Of which is less in stock than on order?",
        "SELECT product_name, units_on_order, units_in_stock FROM product WHERE units_in_stock < units_on_order "
        "ORDER BY product_name",
        "{ products(filter: {isShort: {eq: true}}, orderBy: [{name: ASC}]) { name unitsOnOrder unitsInStock } }",
        listed("products", "name", "unitsOnOrder", "unitsInStock"),
    ),
    Question(
        "What is the stock worth?",
        "SELECT sum(unit_price * units_in_stock) FROM product",
        "{ productsAggregate { sum { stockValue } } }",
        lambda data: [[data["productsAggregate"]["sum"]["stockValue"]]],
    ),
    Question(
        "In which countries are at least five customers?",
        "SELECT country, count(*) FROM customer GROUP BY country HAVING count(*) >= 5 ORDER BY count(*) DESC, country",
        '{ customersGroupBy(by: [{field: COUNTRY}], having: {count: {gte: "5"}}, '
        "orderBy: [{count: DESC}, {key: {country: ASC}}]) { key { country } count } }",
        listed("customersGroupBy", "key.country", "count"),
    ),
    Question(
        "Of which category is each product, and who supplies it?",
        "SELECT p.product_name, c.category_name, s.company_name FROM product p JOIN category c ON c.id = p.category_id "
        "JOIN supplier s ON s.id = p.supplier_id ORDER BY c.category_name, p.product_name",
        "{ products(orderBy: [{category: {name: ASC}}, {name: ASC}], limit: 100) "
        "{ name category { name } supplier { name } } }",
        listed("products", "name", "category.name", "supplier.name"),
    ),
    Question(
        "Who supplies seafood?",
        "SELECT DISTINCT s.company_name FROM supplier s JOIN product p ON p.supplier_id = s.id "
        "JOIN category c ON c.id = p.category_id WHERE c.category_name = 'Seafood' ORDER BY 1",
        '{ suppliers(filter: {products: {some: {category: {name: {eq: "Seafood"}}}}}, orderBy: [{name: ASC}]) '
        "{ name } }",
        listed("suppliers", "name"),
    ),
    Question(
        "Which suppliers have the most products?",
        "SELECT s.company_name, count(p.id) FROM supplier s LEFT JOIN product p ON p.supplier_id = s.id "
        "GROUP BY s.id, s.company_name ORDER BY 2 DESC, 1 LIMIT 5",
        "{ suppliers(orderBy: [{productsAggregate: {count: DESC}}, {name: ASC}], limit: 5) "
        "{ name productsAggregate { count } } }",
        listed("suppliers", "name", "productsAggregate.count"),
    ),
    Question(
        "Which orders were shipped late, and to whom?",
        'SELECT o.id, c.company_name FROM "order" o JOIN customer c ON c.id = o.customer_id '
        "WHERE o.shipped_date > o.required_date ORDER BY o.id",
        "{ orders(filter: {isLate: {eq: true}}, orderBy: [{number: ASC}], limit: 100) { number customer { name } } }",
        listed("orders", "number", "customer.name"),
    ),
    Question(
        "How many days does each shipper take on average?",
        'SELECT s.company_name, round(avg(o.shipped_date - o.order_date), 6) FROM "order" o '
        "JOIN shipper s ON s.id = o.ship_via GROUP BY 1 ORDER BY 1",
        "{ shippers(orderBy: [{name: ASC}]) { name ordersAggregate { avg { daysToShip } } } }",
        listed("shippers", "name", "ordersAggregate.avg.daysToShip"),
    ),
    Question(
        "Who never ordered anything?",
        'SELECT company_name FROM customer WHERE id NOT IN (SELECT customer_id FROM "order") ORDER BY 1',
        "{ customers(filter: {orders: {none: {}}}, orderBy: [{name: ASC}]) { name } }",
        listed("customers", "name"),
    ),
    Question(
        "When did the first customers of the alphabet order first and last, and how often?",
        "SELECT c.id, count(o.id), min(o.order_date)::text, max(o.order_date)::text FROM customer c "
        'LEFT JOIN "order" o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id LIMIT 10',
        "{ customers(orderBy: [{code: ASC}], limit: 10) { code "
        "ordersAggregate { count min { orderedOn } max { orderedOn } } } }",
        listed(
            "customers",
            "code",
            "ordersAggregate.count",
            "ordersAggregate.min.orderedOn",
            "ordersAggregate.max.orderedOn",
        ),
    ),
    Question(
        "To which three countries is freight the dearest?",
        'SELECT ship_country, avg(freight) FROM "order" GROUP BY 1 ORDER BY 2 DESC LIMIT 3',
        "{ ordersGroupBy(by: [{field: SHIP_COUNTRY}], orderBy: [{avg: {freight: DESC}}], limit: 3) "
        "{ key { shipCountry } avg { freight } } }",
        listed("ordersGroupBy", "key.shipCountry", "avg.freight"),
    ),
    Question(
        "What are the ten largest orders worth?",
        "SELECT order_id, sum(unit_price * quantity * (1 - discount)) FROM order_detail "
        "GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
        "{ orders(orderBy: [{linesAggregate: {sum: {total: DESC}}}], limit: 10) "
        "{ number linesAggregate { sum { total } } } }",
        listed("orders", "number", "linesAggregate.sum.total"),
    ),
    Question(
        "What was sold of each category?",
        "SELECT c.category_name, sum(d.unit_price * d.quantity * (1 - d.discount)) FROM order_detail d "
        "JOIN product p ON p.id = d.product_id JOIN category c ON c.id = p.category_id GROUP BY 1 ORDER BY 2 DESC",
        "{ orderLinesGroupBy(by: [{product: {category: {field: NAME}}}], orderBy: [{sum: {total: DESC}}]) "
        "{ key { product { category { name } } } sum { total } } }",
        listed("orderLinesGroupBy", "key.product.category.name", "sum.total"),
    ),
    Question(
        "And in each month of 2013?",
        "SELECT date_trunc('month', o.order_date)::date::text, count(DISTINCT o.id), "
        "sum(d.unit_price * d.quantity * (1 - d.discount)) FROM order_detail d "
        'JOIN "order" o ON o.id = d.order_id WHERE extract(year FROM o.order_date) = 2013 GROUP BY 1 ORDER BY 1',
        "{ orderLinesGroupBy(by: [{order: {field: ORDERED_ON, granularity: MONTH}}], "
        'filter: {order: {orderedOn: {gte: "2013-01-01", lt: "2014-01-01"}}}, '
        "orderBy: [{key: {order: {orderedOn: ASC}}}]) "
        "{ key { order { orderedOn } } countDistinct { orderId } sum { total } } }",
        listed("orderLinesGroupBy", "key.order.orderedOn", "countDistinct.orderId", "sum.total"),
    ),
    Question(
        "What are the five best-selling products?",
        "SELECT p.product_name, sum(d.quantity) FROM order_detail d JOIN product p ON p.id = d.product_id "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
        "{ orderLinesGroupBy(by: [{product: {field: NAME}}], "
        "orderBy: [{sum: {quantity: DESC}}, {key: {product: {name: ASC}}}], limit: 5) "
        "{ key { product { name } } sum { quantity } } }",
        listed("orderLinesGroupBy", "key.product.name", "sum.quantity"),
    ),
)
