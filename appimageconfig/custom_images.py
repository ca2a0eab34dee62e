"""What joins an AppImageConfig to an image: an entry of ``CustomImages`` in the settings of a domain or a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from appimageconfig.operations import CustomImage
from appimageconfig.serialization import request_members

if TYPE_CHECKING:
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails


class CustomImageEntry(TypedDict):
    """The service model's shape ``CustomImage``, as boto3 takes it."""

    ImageName: str
    """The name of the SageMaker image."""
    ImageVersionNumber: NotRequired[int]
    """The version of the image."""
    AppImageConfigName: str
    """The name of the AppImageConfig."""


def custom_image(
    config: AppImageConfig | AppImageConfigDetails, image_name: str, image_version_number: int | None = None
) -> CustomImageEntry:
    """
    Return the entry of ``CustomImages`` that lets the image *image_name* run as *config* says.

    Nothing is called. The entry belongs into a list of boto3's ``update_domain``:
    ``CustomImages`` of ``KernelGatewayAppSettings``, ``JupyterLabAppSettings`` or
    ``CodeEditorAppSettings``, whichever app *config* is for. Add it to the list that
    is there, since ``update_domain`` replaces that list.

    Args:
        config: The AppImageConfig.
        image_name: The name of the SageMaker image: at most 63 letters and digits, with single hyphens or dots between.
        image_version_number: The version of the image, 0 or more; None leaves it out.

    Raises:
        InvalidAppImageConfigError: A name or the version breaks the service model's shape ``CustomImage``.
    """
    entry = CustomImage(
        image_name=image_name,
        image_version_number=image_version_number,
        app_image_config_name=cast("str", config.app_image_config_name),
    )
    return cast("CustomImageEntry", request_members(entry))
