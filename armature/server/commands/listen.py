"""`armature listen`."""

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=9_000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--secret", envvar="ARMATURE_WEBHOOK_SECRET", prompt="The webhook's secret", hide_input=True, help="whsec_…"
)
def listen(port: int, host: str, secret: str) -> None:
    """Receive webhooks: print what arrives, and whether it is signed with the secret.

    `armature up` may call this machine; other servers need ARMATURE_OUTBOUND_NETWORKS=127.0.0.0/8.
    """
    import uvicorn

    from armature.server.hook_receiver import receiver
    from armature.server.run import address_of, bind

    app = receiver(secret)
    with bind(host, port) as listener:
        click.echo(f"Listening on {address_of(listener, host)}/; Ctrl-C ends it.")
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run([listener])
