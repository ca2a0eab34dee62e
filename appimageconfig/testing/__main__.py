"""``python -m appimageconfig.testing``: serve an `InMemorySageMaker` over HTTP until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import logging
import re
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from appimageconfig import _signals
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Serve until SIGINT or SIGTERM, and return the exit code.

    Call it in the main thread, where signals arrive.

    Args:
        arguments: Command-line arguments, by default those of this process.
    """
    parser = argparse.ArgumentParser(
        prog="python -m appimageconfig.testing",
        description="Serve an in-memory SageMaker on 127.0.0.1, for tests. Prints its URL to stdout.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--account-id", default="123456789012", help="AWS account (default: %(default)s)")
    parser.add_argument("--region", default="us-east-1", help="region of unsigned requests (default: %(default)s)")
    options = parser.parse_args(arguments)
    logging.basicConfig()  # shows failures of the service on stderr
    try:
        service = InMemorySageMaker(account_id=options.account_id, region_name=options.region)
    except ValueError as error:
        parser.error(str(error))
    with ExitStack() as stack:
        signals = stack.enter_context(_signals.arriving())
        try:
            url = stack.enter_context(service.serve(port=options.port))
        except OSError as error:
            sys.stderr.write(f"Cannot listen on 127.0.0.1:{options.port}: {error.strerror}\n")
            return 1
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        command = f"aws sagemaker list-app-image-configs --endpoint-url {url} --region {options.region}"
        sys.stderr.write(f"Try: {command}\nAny credentials are accepted. Press Ctrl-C to stop.\n")
        # Not a threading.Event: its lock may be held by the wait that the signal handler interrupts, and on Windows
        # Ctrl-C interrupts a sleep, but not a wait for a lock.
        while not signals:
            time.sleep(0.1)
    return 0


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) not in range(65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; expected a number from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
