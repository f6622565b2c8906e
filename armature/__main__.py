"""`python -m armature` is `armature`: the commands of the server and of the worker, which don't know each other."""

from armature.server.cli import main as main
from armature.workers.command import worker

main.add_command(worker)

if __name__ == "__main__":
    main(prog_name="armature")
