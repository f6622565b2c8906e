"""What an operation asks for, as data: no SQL, no GraphQL. A statement is a pure function of it."""
