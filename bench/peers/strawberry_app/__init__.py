"""The server a good engineer writes by hand for these tables: Strawberry, SQLAlchemy's ORM, data loaders."""
