"""`python -m sandbox`: Deskside with everything around it, on this machine alone."""

import argparse
import asyncio
import errno
import signal
import sys

from sandbox.demo import Demo


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="the page's port on 127.0.0.1 (default: %(default)s)")
    return asyncio.run(_run(parser.parse_args(arguments).port))


async def _run(port: int) -> int:
    demo = Demo(port)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, demo.stop)
    print("Starting the simulated AWS, Slack and Teams, and Deskside…", flush=True)
    try:
        return await demo.run()
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        print(
            f"port {port} of 127.0.0.1 cannot be used: choose another with --port (make demo PORT=…)", file=sys.stderr
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
