"""The third part: our reads and create beside servers that others use or would write; see docs/bench.md."""
