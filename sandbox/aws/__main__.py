"""`python -m sandbox.aws`: the simulated AWS alone, for a bot that is started by hand."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.server import SandboxAws


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; the bot's AWS environment is printed (and written) before READY."""
    options = _parse(arguments)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    pace = Pace(associate_s=options.associate, disassociate_s=options.disassociate)
    sandbox = SandboxAws(pace=pace, cloudtrail=options.cloudtrail)
    try:
        sandbox.start(options.port)
    except OSError as error:
        print(f"port {options.port} of 127.0.0.1 cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    with sandbox:
        lines = "".join(f"{name}={value}\n" for name, value in sandbox.environment().items())
        if options.env_file is not None:
            options.env_file.write_text(lines)
        sandbox.start_schedules(options.sweep)
        print(f"{lines}READY", flush=True)
        over.wait()
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.aws", description=__doc__)
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s; 0: any)")
    parser.add_argument("--env-file", type=Path, help="also write the environment to this file")
    parser.add_argument("--associate", type=float, default=6, help="seconds that an association takes")
    parser.add_argument("--disassociate", type=float, default=3, help="seconds that a disassociation takes")
    parser.add_argument("--sweep", type=float, default=60, help="seconds between two calls of the sweep")
    parser.add_argument("--cloudtrail", action="store_true", help="changes of WorkSpaces and EC2 are events")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
