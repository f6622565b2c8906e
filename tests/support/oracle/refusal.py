"""A mutation that can't be done, with its code."""

from graphql import GraphQLError


class Refusal(GraphQLError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, extensions={"code": code})
