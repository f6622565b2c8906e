"""The second part: what a change of a model takes, what a large model and what a thousand workspaces cost."""
