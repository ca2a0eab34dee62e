"""
Provision AppImageConfigs from request files, as a deployment script would.

    python examples/provision.py --in-memory examples/requests/*.json

Shows the plan and carries it out, twice: the second run changes nothing. With
``--in-memory`` no AWS account is needed.
"""

from __future__ import annotations

import argparse
import sys

from botocore.exceptions import BotoCoreError

from appimageconfig import AppImageConfig, AppImageConfigClient, AppImageConfigError, load
from appimageconfig.testing import InMemorySageMaker


def provision(client: AppImageConfigClient, configs: list[AppImageConfig]) -> None:
    """Create or update *configs*: show the plan, and each outcome as its step ends."""
    plan = client.plan(configs)
    print(plan)
    if plan:
        client.apply(plan, on_outcome=print)


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Provision AppImageConfigs from request files.")
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="request file: a request or a list of requests, as JSON or YAML"
    )
    parser.add_argument("--in-memory", action="store_true", help="use an empty in-memory service instead of an account")
    parser.add_argument("--region", help="AWS region (default: the region of the profile)")
    options = parser.parse_args()

    sagemaker = InMemorySageMaker().client() if options.in_memory else None
    client = AppImageConfigClient(sagemaker, region_name=None if options.in_memory else options.region)
    try:
        configs = load(*options.files)
        provision(client, configs)
        provision(client, configs)
    except (AppImageConfigError, BotoCoreError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
