"""
What tests of code that provisions AppImageConfigs need.

::

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

    client = AppImageConfigClient(InMemorySageMaker().client())
"""

from appimageconfig.testing.account import Assumptions
from appimageconfig.testing.faults import ConnectionLostError, Fault
from appimageconfig.testing.in_memory import Answer, Call, InMemorySageMaker, Snapshot
from appimageconfig.testing.stubbing import SageMakerStubber, stub_sagemaker

__all__ = [
    "Answer",
    "Assumptions",
    "Call",
    "ConnectionLostError",
    "Fault",
    "InMemorySageMaker",
    "SageMakerStubber",
    "Snapshot",
    "stub_sagemaker",
]

# As in the package itself: tracebacks, reprs and pickles show the public names.
for _name in __all__:
    globals()[_name].__module__ = __name__
