"""``python -m appimageconfig.testing``: the SageMaker in memory over HTTP, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import logging
import re
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import botocore.session
from botocore.exceptions import BotoCoreError

from appimageconfig import _signals
from appimageconfig.testing import InMemorySageMaker
from appimageconfig.testing.server import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Serve until a signal ends it, and return the exit code.

    It has to run in the main thread, since signals arrive there.

    Args:
        arguments: The command line's arguments, by default those of this process.
    """
    parser = argparse.ArgumentParser(
        prog="python -m appimageconfig.testing",
        description="Serve a SageMaker in memory on 127.0.0.1, for tests. Its URL is the one line on stdout.",
    )
    parser.add_argument("--port", type=_port, default=0, help="the port; by default any that is free")
    parser.add_argument(
        "--account-id", type=_account_id, default="123456789012", help="the account (default: %(default)s)"
    )
    parser.add_argument(
        "--region",
        type=_region,
        default="us-east-1",
        help="the region of requests that are not signed for one (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig()  # a failure of the service itself is shown on stderr
    service = InMemorySageMaker(account_id=options.account_id, region_name=options.region)
    with ExitStack() as stack:
        signals = stack.enter_context(_signals.arriving())
        try:
            url = stack.enter_context(serve(service, port=options.port))
        except OSError as error:
            sys.stderr.write(f"Cannot listen on port {options.port} of 127.0.0.1: {error.strerror}\n")
            return 1
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        command = f"aws sagemaker list-app-image-configs --endpoint-url {url} --region {options.region}"
        sys.stderr.write(f"Try, with any credentials: {command} (Ctrl-C ends this server)\n")
        # A handler may not set a threading.Event, which could be locked by the wait that it interrupts; and on
        # Windows Ctrl-C interrupts a sleep, but no wait for a lock.
        while not signals:
            time.sleep(0.1)
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_LARGEST_PORT)) or int(text) > _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a port is a number from 0 to {_LARGEST_PORT}")
    return int(text)


def _account_id(text: str) -> str:
    if not re.fullmatch("[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account: an account has 12 digits")
    return text


def _region(text: str) -> str:
    try:
        botocore.session.Session().get_partition_for_region(text)
    except BotoCoreError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


if __name__ == "__main__":
    sys.exit(main())
