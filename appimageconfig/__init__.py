"""
A typed, model-checked, lossless client for Amazon SageMaker's AppImageConfig API, over boto3.

.. code-block:: python

    from appimageconfig import AppImageConfig, AppImageConfigClient
    from appimageconfig import JupyterLabAppImageConfig

    lab = JupyterLabAppImageConfig()
    config = AppImageConfig(
        app_image_config_name="team-image", jupyter_lab_app_image_config=lab
    )
    print(AppImageConfigClient().ensure(config))
"""

from appimageconfig import _signals  # noqa: F401  # pyright: ignore[reportUnusedImport]  # first, for Ctrl-C in the others

# isort: split
from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING

from appimageconfig._constraints import unchecked
from appimageconfig.client import AppImageConfigClient
from appimageconfig.errors import (
    AccessDeniedError,
    AppImageConfigError,
    ApplyError,
    InvalidAppImageConfigError,
    NotConvergedError,
    RequestValidationError,
    ResourceInUseError,
    ResourceLimitExceededError,
    ResourceNotFoundError,
    ServiceError,
    StalePlanError,
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
from appimageconfig.operations import OperationName, SortBy, SortOrder
from appimageconfig.serialization import from_request, from_response, to_request

if TYPE_CHECKING:
    from appimageconfig.advice import Advice, advise
    from appimageconfig.custom_images import CustomImageEntry, custom_image
    from appimageconfig.files import check, dump, dumps, load, loads
    from appimageconfig.provisioning import Action, Change, Difference, Outcome, Plan, Status, Step, difference
else:
    # Each of these modules is imported when a name of it is first used: not every program reads files or makes plans,
    # and both together are two fifths of the time that the package takes to be imported. Type checkers do not see this
    # function, since they would take it for a promise that every name exists.
    _LATER = {
        "advice": ("Advice", "advise"),
        "custom_images": ("CustomImageEntry", "custom_image"),
        "files": ("check", "dump", "dumps", "load", "loads"),
        "provisioning": ("Action", "Change", "Difference", "Outcome", "Plan", "Status", "Step", "difference"),
    }

    def __getattr__(name: str) -> object:
        """Import the module that has the public name, or is it."""
        for module, names in _LATER.items():
            if name == module or name in names:
                imported = import_module(f"{__name__}.{module}")
                globals().update({module: imported, **{name: getattr(imported, name) for name in names}})
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the names, including those that are not imported yet."""
    return sorted({*globals(), *__all__})


__all__ = [
    "AccessDeniedError",
    "Action",
    "Advice",
    "AppImageConfig",
    "AppImageConfigClient",
    "AppImageConfigDetails",
    "AppImageConfigError",
    "ApplyError",
    "Change",
    "CodeEditorAppImageConfig",
    "ContainerConfig",
    "CustomImageEntry",
    "Difference",
    "FileSystemConfig",
    "InvalidAppImageConfigError",
    "JupyterLabAppImageConfig",
    "KernelGatewayImageConfig",
    "KernelSpec",
    "NotConvergedError",
    "OperationName",
    "Outcome",
    "Plan",
    "RequestValidationError",
    "ResourceInUseError",
    "ResourceLimitExceededError",
    "ResourceNotFoundError",
    "ServiceError",
    "SortBy",
    "SortOrder",
    "StalePlanError",
    "Status",
    "Step",
    "ThrottlingError",
    "Violation",
    "advise",
    "check",
    "custom_image",
    "difference",
    "dump",
    "dumps",
    "from_request",
    "from_response",
    "load",
    "loads",
    "to_request",
    "unchecked",
]

# Tracebacks, reprs and pickles show the public names, and the modules behind them are free to change. The aliases of
# Literal types have no names of their own, and are shared with every other module that writes the same type.
for _name in __all__:
    if isinstance(globals().get(_name), type | FunctionType):
        globals()[_name].__module__ = __name__
