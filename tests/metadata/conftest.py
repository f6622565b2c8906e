"""Generated tests run as long as they need: a machine may be slow."""

from hypothesis import settings

settings.register_profile("armature", deadline=None)
settings.load_profile("armature")
