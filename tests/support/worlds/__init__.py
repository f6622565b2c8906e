"""Random workspaces: their models, their records, and what a client may ask of them."""
