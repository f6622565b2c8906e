"""The part about many workspaces and large models: what one of them costs the others."""
