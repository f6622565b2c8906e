"""The data API, done again the slow way: graphql-core's executor over plain Python rows.

Nothing here is shared with the compiler but the types and the view: what it says is what API.md says, as naively as
can be. Only tests use it.
"""
