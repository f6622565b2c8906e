"""Armature: a workspace's metadata becomes its PostgreSQL schema and its GraphQL API, at run time."""
