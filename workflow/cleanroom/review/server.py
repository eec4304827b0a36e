"""Serves the review on loopback: a random token in every address, nothing that leads outside."""

import secrets
import socket

from waitress import create_server  # type: ignore[import-untyped]

from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.review.app import made

HOST = "127.0.0.1"


def serve(config: Config, port: int, who: str) -> None:
    """Serve until the user ends it with Ctrl-C.

    Parameters
    ----------
    config
        Of the run that is to be looked at.
    port
        0: any that is free.
    who
        Stands in the column ``who`` of each decision.

    Raises
    ------
    StopRun
        When there is nothing to look at, or the port is taken.
    """
    if not (config.private / "studies").is_dir():
        raise StopRun("There is no run to look at yet.", "run snakemake first, or name its config: --config")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((HOST, port))
    except OSError:
        raise StopRun(f"Port {port} is taken.", "name another with --port, or none") from None
    token, port = secrets.token_urlsafe(24), listener.getsockname()[1]
    app = made(config, token, who, port)
    server = create_server(app, sockets=[listener], threads=4, ident=None)
    print(f"Open http://{HOST}:{port}/{token}/ in a browser of this machine; Ctrl-C ends it.")
    print("It shows pictures from before cleaning: the address is for you alone.", flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
    print("Decisions are in review.tsv of the private folder; the next run of snakemake honours them.")
