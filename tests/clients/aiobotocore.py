"""aiobotocore: botocore for asyncio."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from clients.foreign import ForeignClient, Members, RefusedError

# Not installed where types are checked.
SESSION: Any = import_module("aiobotocore.session").get_session()


class Client(ForeignClient):
    """A client and an event loop for each operation, with the paginators of botocore."""

    def call(self, operation: str, members: Members) -> Members:
        """Carry out *operation*."""
        try:
            response: Members = asyncio.run(self._call(operation, members))
        except ClientError as error:
            raise RefusedError.of(error) from error
        response.pop("ResponseMetadata", None)
        return response

    async def _call(self, operation: str, members: Members) -> Any:
        method = xform_name(operation)
        async with SESSION.create_client("sagemaker") as client:
            if client.can_paginate(method):
                return await client.get_paginator(method).paginate(**members).build_full_result()
            return await getattr(client, method)(**members)
