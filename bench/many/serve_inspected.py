"""`python -m bench.many.serve_inspected PORT serve`: `armature serve` with a thread that counts its schemas."""

import gc
import socket
import sys
import threading

from armature.schema_builder.types.schema import WorkspaceSchema
from armature.server.cli import main


def answer_for_ever(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                gc.collect()
                gc.unfreeze()
                count = sum(isinstance(each, WorkspaceSchema) for each in gc.get_objects())
                connection.sendall(str(count).encode())


if __name__ == "__main__":
    threading.Thread(target=answer_for_ever, args=(int(sys.argv.pop(1)),), daemon=True).start()
    main()
