"""
What tests of code that provisions AppImageConfigs need.

::

    from appimageconfig import AppImageConfigClient
    from appimageconfig.testing import InMemorySageMaker

    client = AppImageConfigClient(InMemorySageMaker().client())
"""

from appimageconfig.testing.in_memory import InMemorySageMaker

__all__ = ["InMemorySageMaker"]
