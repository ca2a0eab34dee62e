"""
Provision the AppImageConfigs of request files, as a deployment script does it.

    python examples/provision.py --in-memory examples/requests/*.json

Shows the plan and carries it out, and does so once more, to show that a second
run changes nothing. With ``--in-memory`` it needs no AWS account.
"""

from __future__ import annotations

import argparse
import sys

from botocore.exceptions import BotoCoreError

from appimageconfig import AppImageConfig, AppImageConfigClient, AppImageConfigError, load
from appimageconfig.testing import InMemorySageMaker


def provision(client: AppImageConfigClient, configs: list[AppImageConfig]) -> bool:
    """Make what exists what *configs* declare, and tell whether all of it succeeded."""
    plan = client.plan(configs)
    print(plan)
    succeeded = True
    for outcome in client.apply(plan):
        print(outcome)
        succeeded = succeeded and outcome.error is None
    return succeeded


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Provision AppImageConfigs from request files.")
    parser.add_argument("files", metavar="FILE", nargs="+", help="a request, or a list of them, as JSON or YAML")
    parser.add_argument("--in-memory", action="store_true", help="use a service in memory, and no AWS account")
    parser.add_argument("--region", help="the AWS region, by default the session's")
    options = parser.parse_args()

    sagemaker = InMemorySageMaker().client() if options.in_memory else None
    client = AppImageConfigClient(sagemaker, region_name=None if options.in_memory else options.region)
    try:
        configs = load(*options.files)
        succeeded = provision(client, configs) and provision(client, configs)
    except (AppImageConfigError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
