"""
Test doubles for code that uses AppImageConfigs.

.. code-block:: python

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

    client = AppImageConfigClient(InMemorySageMaker().client())
"""

from appimageconfig.testing.account import Assumptions
from appimageconfig.testing.in_memory import Call, ConnectionLostError, Fault, InMemorySageMaker, Response, Snapshot
from appimageconfig.testing.stubbing import SageMakerStubber, stub_sagemaker

__all__ = [
    "Assumptions",
    "Call",
    "ConnectionLostError",
    "Fault",
    "InMemorySageMaker",
    "Response",
    "SageMakerStubber",
    "Snapshot",
    "stub_sagemaker",
]

# As in the package itself: tracebacks, reprs and pickles show the public names.
for _name in __all__:
    globals()[_name].__module__ = __name__
