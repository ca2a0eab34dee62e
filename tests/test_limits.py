"""
The limits, members and errors of this library against the service model of the installed botocore.

A failure means that AWS has changed the API; the sentence says what to change where.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import boto3
import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from service_model import PAGINATORS, RESPONSES, description, differences
from wire import Response, Wire

from appimageconfig import AppImageConfigClient, ContainerConfig, FileSystemConfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:app-image-config/image"


def test_the_limits_are_those_of_the_installed_model() -> None:
    """For every shape of the operations: members, their order, required, min, max, pattern, enum, and errors."""
    assert differences(ServiceModel(description(), "sagemaker")) == []


def test_the_paginators_are_those_of_the_installed_botocore() -> None:
    paginators = botocore.session.Session().get_paginator_model("sagemaker")
    assert {name: paginators.get_paginator(name) for name in PAGINATORS} == PAGINATORS


def set_trait(shape: str, trait: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of the model that sets a trait of a shape."""

    def change(shapes: dict[str, Any]) -> None:
        shapes[shape][trait] = value

    return change


def add_member(shape: str, member: str, of: str) -> Callable[[dict[str, Any]], None]:
    """Return a change of the model that adds a member to a structure."""

    def change(shapes: dict[str, Any]) -> None:
        shapes[shape]["members"][member] = {"shape": of}

    return change


def remove_member(shape: str, member: str) -> Callable[[dict[str, Any]], None]:
    """Return a change of the model that takes a member from a structure."""

    def change(shapes: dict[str, Any]) -> None:
        del shapes[shape]["members"][member]

    return change


CHANGES = [
    (
        add_member("ContainerConfig", "StopTimeout", "DefaultUid"),
        (
            "ContainerConfig has a member StopTimeout: "
            "add the field stop_timeout to ContainerConfig in appimageconfig/models.py"
        ),
    ),
    (
        add_member("CreateAppImageConfigRequest", "StreamlitAppImageConfig", "CodeEditorAppImageConfig"),
        (
            "CreateAppImageConfigRequest has a member StreamlitAppImageConfig: "
            "add the field streamlit_app_image_config to AppImageConfig in appimageconfig/models.py"
        ),
    ),
    (
        add_member("CreateAppImageConfigResponse", "Warning", "MountPath"),
        "the response of CreateAppImageConfig differs in Warning: read it in appimageconfig/_converter.py",
    ),
    (
        add_member("ListAppImageConfigsRequest", "ImageNameEquals", "MountPath"),
        (
            "ListAppImageConfigsRequest has a member ImageNameEquals: "
            "add the field image_name_equals to ListAppImageConfigsRequest in appimageconfig/operations.py"
        ),
    ),
    (
        remove_member("KernelSpec", "DisplayName"),
        "KernelSpec has no member DisplayName: remove it from KernelSpec in appimageconfig/models.py",
    ),
    (
        set_trait("AppImageConfigName", "max", 80),
        (
            "max of AppImageConfigName is 80 in the model and 63 here: "
            "change APP_IMAGE_CONFIG_NAME in appimageconfig/limits.py"
        ),
    ),
    (
        set_trait("NonEmptyString64", "max", 128),
        (
            "max of NonEmptyString64 is 128 in the model and 64 here: "
            "change the limits of NonEmptyString64 in appimageconfig/limits.py"
        ),
    ),
    (
        set_trait("KernelName", "min", 1),
        "min of KernelName is 1 in the model and 0 here: change KERNEL_NAME in appimageconfig/limits.py",
    ),
    (
        set_trait("MountPath", "pattern", "/home/.*"),
        (
            r"pattern of MountPath is '/home/.*' in the model and '\\/.*' here: "
            "change MOUNT_PATH in appimageconfig/limits.py"
        ),
    ),
    (
        set_trait("SortOrder", "enum", ["Ascending", "Descending", "Random"]),
        (
            "enum of SortOrder is ('Ascending', 'Descending', 'Random') in the model "
            "and ('Ascending', 'Descending') here: change SORT_ORDER in appimageconfig/limits.py"
        ),
    ),
    (
        set_trait("KernelSpec", "required", ["Name", "DisplayName"]),
        (
            "KernelSpec.DisplayName is required in the model and optional here: "
            "change the default in KernelSpec in appimageconfig/models.py"
        ),
    ),
    (
        set_trait("DefaultUid", "type", "string"),
        "DefaultUid is now a string: appimageconfig/limits.py has Integer(min=0, max=65535)",
    ),
    (
        set_trait("ImageVersionNumber", "min", 1),
        (
            "min of ImageVersionNumber is 1 in the model and 0 here: "
            "change IMAGE_VERSION_NUMBER in appimageconfig/limits.py"
        ),
    ),
    (
        set_trait("Tag", "required", ["Key"]),
        "Tag differs from a required Key and Value: change appimageconfig/_converter.py",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES, ids=[sentence.split(":")[0] for _, sentence in CHANGES])
def test_a_change_of_the_model_is_reported_with_what_to_do(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    changed = description()
    change(changed["shapes"])
    assert sentence in differences(ServiceModel(changed, "sagemaker"))


def test_a_change_of_the_order_of_members_is_reported() -> None:
    """The order of the fields is the order of the request."""
    changed = description()
    members = dict(reversed(changed["shapes"]["FileSystemConfig"]["members"].items()))
    changed["shapes"]["FileSystemConfig"]["members"] = members
    sentence = f"FileSystemConfig has its members in another order: {', '.join(members)}: reorder"
    assert any(found.startswith(sentence) for found in differences(ServiceModel(changed, "sagemaker")))


@pytest.mark.parametrize("operation", RESPONSES)
def test_a_new_error_of_an_operation_is_reported(operation: str) -> None:
    changed = description()
    changed["shapes"]["ConflictException"] = {"type": "structure", "members": {}, "exception": True}
    changed["operations"][operation].setdefault("errors", []).append({"shape": "ConflictException"})
    sentence = f"{operation} declares the error ConflictException: add it to ERROR_CODES in appimageconfig/errors.py"
    found = differences(ServiceModel(changed, "sagemaker"))
    # Not equal: the installed model may differ, too, and one test says so.
    assert [each for each in found if "ConflictException" in each] == [sentence]


def test_members_of_a_newer_model_survive_describe_evolve_and_update(tmp_path: Path) -> None:
    """At any depth, through a real client."""
    newer = description()
    shapes = newer["shapes"]
    shapes["ContainerConfig"]["members"]["StopTimeout"] = {"shape": "DefaultUid"}
    for shape in ("DescribeAppImageConfigResponse", "UpdateAppImageConfigRequest"):
        shapes[shape]["members"]["StreamlitAppImageConfig"] = {"shape": "CodeEditorAppImageConfig"}
    shapes["DescribeAppImageConfigResponse"]["members"]["Status"] = {"shape": "SortOrder"}
    folder = tmp_path / "sagemaker" / "2017-07-24"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(newer), encoding="utf-8")
    described = {
        "AppImageConfigName": "image",
        "AppImageConfigArn": ARN,
        "Status": "Ascending",
        "JupyterLabAppImageConfig": {"ContainerConfig": {"StopTimeout": 30, "ContainerEntrypoint": ["old"]}},
        "StreamlitAppImageConfig": {"FileSystemConfig": {"DefaultUid": 0}},
    }
    wire = Wire(Response(described), Response({"AppImageConfigArn": ARN}))
    session = botocore.session.Session()
    session.register_component("data_loader", Loader(extra_search_paths=[str(tmp_path)]))
    boto3_session: Any = boto3.Session("a", "b", region_name="eu-west-1", botocore_session=session)
    sagemaker = boto3_session.client("sagemaker")
    sagemaker.meta.events.register_first("before-send.sagemaker", wire.respond)
    client = AppImageConfigClient(sagemaker)

    config = client.describe("image").to_config()
    lab = config.jupyter_lab_app_image_config
    assert lab is not None
    assert isinstance(lab.container_config, ContainerConfig)
    container = attrs.evolve(lab.container_config, container_entrypoint=["new"])
    lab = attrs.evolve(lab, container_config=container, file_system_config=FileSystemConfig())
    client.update(attrs.evolve(config, jupyter_lab_app_image_config=lab))

    assert wire.sent[1].members == {
        "AppImageConfigName": "image",
        "JupyterLabAppImageConfig": {
            "FileSystemConfig": {},
            "ContainerConfig": {"ContainerEntrypoint": ["new"], "StopTimeout": 30},
        },
        "StreamlitAppImageConfig": {"FileSystemConfig": {"DefaultUid": 0}},
    }
