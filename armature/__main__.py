"""`python -m armature` is `armature`."""

from armature.server.cli import main

if __name__ == "__main__":
    main(prog_name="armature")
