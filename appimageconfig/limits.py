"""
The limits of SageMaker's published service model, each once.

Each constant has the name of the model's shape and is an attrs validator. When
AWS changes a limit, this is the page to edit; the tests compare it with the
model of the installed botocore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appimageconfig._constraints import (
    Integer,
    List,
    Map,
    NamePattern,
    NotBlankPattern,
    Pattern,
    String,
    Structure,
    TagPattern,
    Tags,
    Timestamp,
)

if TYPE_CHECKING:
    import attrs

_NOT_BLANK: Final = NotBlankPattern(r"(?!\s*$).+", "be a single line that is not blank")
_TAG: Final = TagPattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "consist of letters, numbers, spaces and _ . : / = + - @")

APP_IMAGE_CONFIG_NAME: Final = String(
    max=63,
    pattern=NamePattern(
        r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "consist of letters, digits and hyphens, without a hyphen at either end"
    ),
)
TAG_KEY: Final = String(min=1, max=128, pattern=_TAG)
TAG_VALUE: Final = String(max=256, pattern=_TAG)
TAG_LIST: Final = Tags(key=TAG_KEY, value=TAG_VALUE, max=50)
# Of tags to delete: they exist, so what their keys may be is the service's knowledge, which may be newer than ours.
TAG_KEY_LIST: Final = List(item=String(min=1), min=1, max=50)
APP_IMAGE_CONFIG_ARN: Final = String(
    max=256,
    pattern=Pattern(
        r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:app-image-config/.*", "be the ARN of an AppImageConfig"
    ),
)
RESOURCE_ARN: Final = String(
    max=256,
    pattern=Pattern(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+", "be the ARN of a SageMaker resource"),
)
KERNEL_NAME: Final = String(max=1024)
KERNEL_DISPLAY_NAME: Final = String(max=1024)
MOUNT_PATH: Final = String(max=1024, pattern=Pattern(r"\/.*", "be an absolute path, which begins with a slash"))
DEFAULT_UID: Final = Integer(min=0, max=65535)
DEFAULT_GID: Final = Integer(min=0, max=65535)
CUSTOM_IMAGE_CONTAINER_ARGUMENTS: Final = List(item=String(max=64, pattern=_NOT_BLANK), max=50)
CUSTOM_IMAGE_CONTAINER_ENTRYPOINT: Final = List(item=String(max=256, pattern=_NOT_BLANK), max=1)
CUSTOM_IMAGE_CONTAINER_ENVIRONMENT_VARIABLES: Final = Map(
    key=String(max=256, pattern=_NOT_BLANK),
    value=String(max=256, if_too_long="; set a longer value in the image, or split it into several variables"),
    max=25,
)
IMAGE_NAME: Final = String(
    min=1,
    max=63,
    pattern=Pattern(
        r"[a-zA-Z0-9]([-.]?[a-zA-Z0-9]){0,62}", "consist of letters and digits, with single hyphens or dots between"
    ),
)
IMAGE_VERSION_NUMBER: Final = Integer(min=0)
MAX_RESULTS: Final = Integer(min=1, max=100)
LIST_TAGS_MAX_RESULTS: Final = Integer(min=50)
NEXT_TOKEN: Final = String(max=8192, pattern=Pattern(r".*", "be a single line"))
APP_IMAGE_CONFIG_SORT_KEY: Final = String(enum=("CreationTime", "LastModifiedTime", "Name"))
SORT_ORDER: Final = String(enum=("Ascending", "Descending"))
TIMESTAMP: Final = Timestamp()


def kernel_specs(kernel_spec: type[attrs.AttrsInstance]) -> List:
    """Return the limits of the shape ``KernelSpecs``, whose items are instances of the class *kernel_spec*."""
    return List(item=Structure(kernel_spec), min=1, max=5)
