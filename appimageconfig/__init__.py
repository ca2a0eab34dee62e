"""
A typed, model-checked, lossless client of Amazon SageMaker's AppImageConfig API, thin over boto3.

::

    from appimageconfig import AppImageConfig, AppImageConfigClient, JupyterLabAppImageConfig

    client = AppImageConfigClient()
    arn = client.create(
        AppImageConfig(app_image_config_name="team-image", jupyter_lab_app_image_config=JupyterLabAppImageConfig())
    )
"""

from appimageconfig.advice import Advice, advise
from appimageconfig.client import AppImageConfigClient
from appimageconfig.constraints import unchecked
from appimageconfig.errors import (
    AccessDeniedError,
    AppImageConfigError,
    InvalidAppImageConfigError,
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    ThrottlingError,
    Violation,
)
from appimageconfig.models import (
    AppImageConfig,
    AppImageConfigDetails,
    CodeEditorAppImageConfig,
    ContainerConfig,
    FileSystemConfig,
    JupyterLabAppImageConfig,
    KernelGatewayImageConfig,
    KernelSpec,
)
from appimageconfig.serialization import from_request, from_response, to_request

__all__ = [
    "AccessDeniedError",
    "Advice",
    "AppImageConfig",
    "AppImageConfigClient",
    "AppImageConfigDetails",
    "AppImageConfigError",
    "CodeEditorAppImageConfig",
    "ContainerConfig",
    "FileSystemConfig",
    "InvalidAppImageConfigError",
    "JupyterLabAppImageConfig",
    "KernelGatewayImageConfig",
    "KernelSpec",
    "RequestValidationError",
    "ResourceInUseError",
    "ResourceLimitExceededError",
    "ResourceNotFoundError",
    "ServiceError",
    "ThrottlingError",
    "Violation",
    "advise",
    "from_request",
    "from_response",
    "to_request",
    "unchecked",
]
