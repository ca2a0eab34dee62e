"""What joins an AppImageConfig to an image: an entry of ``CustomImages`` in the settings of a domain or a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from appimageconfig.constraints import APP_IMAGE_CONFIG_NAME, IMAGE_NAME, IMAGE_VERSION_NUMBER, enforced
from appimageconfig.errors import InvalidAppImageConfigError

if TYPE_CHECKING:
    from appimageconfig.models import AppImageConfig, AppImageConfigDetails


class CustomImage(TypedDict):
    """The service model's shape ``CustomImage``, as boto3 takes it."""

    ImageName: str
    """The name of the SageMaker image."""
    ImageVersionNumber: NotRequired[int]
    """The version of the image."""
    AppImageConfigName: str
    """The name of the AppImageConfig."""


def custom_image(
    config: AppImageConfig | AppImageConfigDetails, image_name: str, image_version_number: int | None = None
) -> CustomImage:
    """
    Return the entry of ``CustomImages`` that lets the image *image_name* run as *config* says.

    Nothing is called. The entry belongs into a list of boto3's ``update_domain``
    (or ``create_domain``, ``update_user_profile`` ...): ``CustomImages`` of
    ``KernelGatewayAppSettings``, ``JupyterLabAppSettings`` or
    ``CodeEditorAppSettings``, whichever app *config* is for. Add it to the list that
    is there: ``update_domain`` takes the whole list.

    Args:
        config: The AppImageConfig, as it was created or described.
        image_name: The name of the SageMaker image, at most 63 letters and digits with single hyphens or dots between.
        image_version_number: The version of the image, 0 or more; None leaves it out.

    Raises:
        InvalidAppImageConfigError: A name or the version breaks the service model's shape ``CustomImage``.
    """
    name = config.app_image_config_name
    violations = [
        *IMAGE_NAME.violations(image_name, "ImageName"),
        *(
            ()
            if image_version_number is None
            else IMAGE_VERSION_NUMBER.violations(image_version_number, "ImageVersionNumber")
        ),
        *(APP_IMAGE_CONFIG_NAME.violations(name, "AppImageConfigName") if name is None else ()),
    ]
    if found := enforced(violations):
        raise InvalidAppImageConfigError(found)
    entry: CustomImage = {"ImageName": image_name, "AppImageConfigName": str(name)}
    if image_version_number is not None:
        entry["ImageVersionNumber"] = image_version_number
    return entry
