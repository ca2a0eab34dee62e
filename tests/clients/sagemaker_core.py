"""sagemaker-core: resources instead of operations."""

from __future__ import annotations

import json
import warnings
from importlib import import_module
from typing import Any

from botocore.exceptions import ClientError
from clients.foreign import ForeignClient, Members, RefusedError

with warnings.catch_warnings(action="ignore"):  # its docstrings have invalid escape sequences
    # Not installed where types are checked.
    resources: Any = import_module("sagemaker.core.resources")
    utils: Any = import_module("sagemaker.core.utils.utils")


class Client(ForeignClient):
    """The resources AppImageConfig and Tag. Each creation, update and item of a list is followed by a Describe."""

    def __init__(self) -> None:
        """Forget the clients of other endpoints."""
        utils.SageMakerClient.reset()

    def call(self, operation: str, members: Members) -> Members:
        """Carry out *operation*."""
        shape = f"{operation}Input" if operation.endswith("Tags") else f"{operation}Request"
        try:
            response: Members = utils.serialize(self._call(operation, resources.transform(members, shape)))
        except ClientError as error:
            raise RefusedError.of(error) from error
        return response

    def expressible(self, members: Members) -> Members:
        """Return *members* without zeros and empty values, which sagemaker-core does not send."""
        sent: Members = json.loads(json.dumps(members), object_hook=_without_zeros)
        return sent

    def _call(self, operation: str, arguments: dict[str, Any]) -> Any:
        config, tag = resources.AppImageConfig, resources.Tag
        result: Any = None
        match operation:
            case "CreateAppImageConfig":
                result = {"AppImageConfigArn": config.create(**arguments).app_image_config_arn}
            case "DescribeAppImageConfig":
                result = config.get(**arguments)
            case "UpdateAppImageConfig":
                existing = config.get(arguments.pop("app_image_config_name"))
                result = {"AppImageConfigArn": existing.update(**arguments).app_image_config_arn}
            case "DeleteAppImageConfig":
                config.get(**arguments).delete()
            case "ListAppImageConfigs":
                result = {"AppImageConfigs": list(config.get_all(**arguments))}
            case "AddTags":
                tag.add_tags(**arguments)
            case "ListTags":
                result = {"Tags": list(tag.get_all(**arguments))}
            case "DeleteTags":
                tag.delete_tags(**arguments)
            case other:
                # A resource of sagemaker-core that this service does not have.
                result = getattr(resources, other.removeprefix("Describe")).get(**arguments)
        return result


def _without_zeros(members: Members) -> Members:
    sent = {member: value for member, value in members.items() if value}
    if "Tags" in sent:
        sent["Tags"] = [tag for tag in sent["Tags"] if "Value" in tag]
    return sent
