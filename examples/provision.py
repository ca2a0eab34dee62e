"""
Provision the AppImageConfigs of request files, as a deployment script does it.

    python examples/provision.py --in-memory examples/requests/*.json

Creates each, tries that once more to show what a second run meets, lists what
is there, updates one, describes it, and deletes what it created: what existed
before is never changed. With ``--in-memory`` it needs no AWS account.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from botocore.exceptions import BotoCoreError

from appimageconfig import (
    AppImageConfig,
    AppImageConfigClient,
    AppImageConfigError,
    FileSystemConfig,
    InvalidAppImageConfigError,
    JupyterLabAppImageConfig,
    ResourceInUseError,
    from_request,
)
from appimageconfig.testing import InMemorySageMaker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def read(paths: Iterable[Path]) -> list[AppImageConfig]:
    """Read one request, as the AWS CLI's --cli-input-json has it, from each of the files."""
    configs: list[AppImageConfig] = []
    for path in paths:
        try:
            configs.append(from_request(json.loads(path.read_text(encoding="utf-8"))))
        except InvalidAppImageConfigError as error:
            sys.exit(f"{path}: {error}")
        except (OSError, ValueError) as error:
            sys.exit(f"{path}: cannot be read as JSON: {error}")
    return configs


def create_all(client: AppImageConfigClient, configs: Iterable[AppImageConfig]) -> list[AppImageConfig]:
    """Create each config that does not exist yet, and return those."""
    created: list[AppImageConfig] = []
    for config in configs:
        try:
            arn = client.create(config)
        except ResourceInUseError as error:
            print(f"  exists   {error.app_image_config_name}")
        else:
            print(f"  created  {arn}")
            created.append(config)
    return created


def move_home(config: AppImageConfig, mount_path: str) -> AppImageConfig:
    """Return *config* with the home of its JupyterLab app at *mount_path*, and the rest as it is."""
    lab = config.jupyter_lab_app_image_config or JupyterLabAppImageConfig()
    files = attrs.evolve(lab.file_system_config or FileSystemConfig(), mount_path=mount_path)
    return attrs.evolve(config, jupyter_lab_app_image_config=attrs.evolve(lab, file_system_config=files))


def run(client: AppImageConfigClient, configs: Sequence[AppImageConfig]) -> None:
    """Create, list, update, describe and delete."""
    print("First run:")
    created = create_all(client, configs)
    try:
        print("Second run:")
        create_all(client, configs)

        print("Listed:")
        for details in client.list(sort_by="Name", sort_order="Ascending"):
            print(f"  {details.app_image_config_name}, created {details.creation_time:%Y-%m-%d %H:%M:%S} UTC")

        lab_configs = [config for config in created if config.jupyter_lab_app_image_config is not None]
        for config in lab_configs[:1]:
            name = config.app_image_config_name
            client.update(move_home(client.describe(name).to_config(), "/home/sagemaker-user/work"))
            print(f"Updated {name}:")
            print(f"  {client.describe(name).jupyter_lab_app_image_config}")
    finally:
        print("Deleted:")
        for config in created:
            client.delete(config.app_image_config_name, missing_ok=True)
            print(f"  {config.app_image_config_name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Provision AppImageConfigs from request files.")
    parser.add_argument("paths", metavar="FILE", type=Path, nargs="+", help="a request as JSON")
    parser.add_argument("--in-memory", action="store_true", help="use a service in memory, and no AWS account")
    parser.add_argument("--region", help="the AWS region, by default the session's")
    options = parser.parse_args(arguments)

    configs = read(options.paths)
    if options.in_memory:
        client = AppImageConfigClient(InMemorySageMaker().client())
    else:
        client = AppImageConfigClient(region_name=options.region)
    try:
        run(client, configs)
    except (AppImageConfigError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
