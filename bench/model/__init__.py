"""The second part: what a change of a model takes, on a small and on a large model."""
