"""Entries of ``CustomImages`` in the settings of a domain or a user, which attach images with their AppImageConfigs."""

from typing import NotRequired, TypedDict, cast

import attrs

from appimageconfig import limits
from appimageconfig._constraints import Checked, checked_together
from appimageconfig._converter import request_members
from appimageconfig.models import AppImageConfig, AppImageConfigDetails


class CustomImageEntry(TypedDict):
    """The service model's shape ``CustomImage``, as boto3 takes it."""

    ImageName: str
    """The name of the SageMaker image."""
    AppImageConfigName: str
    """The name of the AppImageConfig."""
    ImageVersionNumber: NotRequired[int]
    """The version of the image."""


@attrs.frozen(kw_only=True, eq=False, repr=False, field_transformer=checked_together)
class CustomImage(Checked):
    """The service model's shape ``CustomImage``, checked like every structure."""

    image_name: str = attrs.field(validator=limits.IMAGE_NAME)
    image_version_number: int | None = attrs.field(default=None, validator=limits.IMAGE_VERSION_NUMBER)
    app_image_config_name: str = attrs.field(validator=limits.APP_IMAGE_CONFIG_NAME)


def custom_image(
    config: AppImageConfig | AppImageConfigDetails, image_name: str, image_version_number: int | None = None
) -> CustomImageEntry:
    """
    Return the entry of ``CustomImages`` that attaches the image *image_name* with *config*.

    Makes no call. Add the entry to ``CustomImages`` of ``KernelGatewayAppSettings``,
    ``JupyterLabAppSettings`` or ``CodeEditorAppSettings``, whichever app *config* is
    for, and pass the whole list to boto3's ``update_domain``, which replaces it.

    Args:
        config: The AppImageConfig.
        image_name: Name of the SageMaker image: at most 63 letters and digits, with single hyphens or dots between.
        image_version_number: Version of the image, 0 or more. Without one, the entry has no version.

    Raises:
        InvalidAppImageConfigError: A name or the version breaks the service model.
        TypeError: *config* is not an AppImageConfig.
    """
    _require_config(config)
    # The name of the config is not checked again: it may be the service's, beyond today's limits.
    entry = CustomImage(image_name=image_name, image_version_number=image_version_number, app_image_config_name="a")
    return cast("CustomImageEntry", request_members(entry) | {"AppImageConfigName": config.app_image_config_name})


def _require_config(config: object) -> None:
    if not isinstance(config, (AppImageConfig, AppImageConfigDetails)):
        raise TypeError(f"expected an AppImageConfig or an AppImageConfigDetails, got {type(config).__name__}")


# As in the package itself, which imports this module later.
for _public in (CustomImageEntry, custom_image):
    _public.__module__ = "appimageconfig"
