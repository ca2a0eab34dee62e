"""botocore's Stubber with typed expectations of the AppImageConfig operations."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from botocore import xform_name
from botocore.exceptions import StubAssertionError, UnStubbedResponseError
from botocore.stub import ANY, Stubber

from appimageconfig._converter import request_members
from appimageconfig._frozen import is_list, is_map
from appimageconfig.operations import (
    AddTagsInput,
    DeleteAppImageConfigRequest,
    DeleteTagsInput,
    DescribeAppImageConfigRequest,
    ListAppImageConfigsRequest,
    ListTagsInput,
)
from appimageconfig.serialization import from_response
from appimageconfig.testing.account import SECRET_MEMBERS

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from botocore.exceptions import StubResponseError

    from appimageconfig.models import AppImageConfig, AppImageConfigDetails
    from appimageconfig.operations import SortBy, SortOrder

OperationName: TypeAlias = Literal[
    "CreateAppImageConfig",
    "DescribeAppImageConfig",
    "UpdateAppImageConfig",
    "DeleteAppImageConfig",
    "ListAppImageConfigs",
    "AddTags",
    "ListTags",
    "DeleteTags",
]

_Members = dict[str, Any]

_ACCOUNT_ID: Final = "123456789012"  # as in AWS's own examples
_PAGE_SIZE: Final = 100  # what AppImageConfigClient.list asks for
_SUBJECT_MEMBERS: Final = ("AppImageConfigName", "ResourceArn")
_RESPONSE: Final = "appimageconfig_stubbed_response"


def stub_sagemaker(client: Any, *, in_order: bool = True) -> SageMakerStubber:
    """
    Return a stubber of *client*, to be used in a ``with`` statement.

    ::

        with stub_sagemaker(sagemaker) as stubber:
            stubber.add_create(config)
            provision(AppImageConfigClient(sagemaker))

    Args:
        client: Any boto3 SageMaker client.
        in_order: Whether the calls have to come in the order that their responses were added in.
    """
    return SageMakerStubber(client, in_order=in_order)


class SageMakerStubber(Stubber):
    """
    botocore's `Stubber`, with a method for each of the AppImageConfig operations.

    Each ``add_`` method expects one call, with the parameters that
    `appimageconfig.AppImageConfigClient` sends, and answers it. ``add_response``,
    ``add_client_error`` and ``botocore.stub.ANY`` work as always and may be mixed
    with them.

    The end of a ``with`` block asserts that every response was used, unless the
    block raised something itself. The stubber may be used from many threads.

    With *in_order* false, a call takes the first of the added responses whose
    operation and parameters are its own.

    A call of another operation or with other parameters than expected raises
    botocore's ``StubAssertionError``, and one when nothing is left its
    ``UnStubbedResponseError``. Their text masks the values of environment
    variables and the container arguments: each distinct one has a number, so that
    a difference is still seen.

    Args:
        client: Any boto3 SageMaker client.
        in_order: Whether the calls have to come in the order that their responses were added in.
    """

    _queue: deque[_Members]

    def __init__(self, client: Any, *, in_order: bool = True) -> None:
        """Expect nothing yet, and leave *client* as it is until `activate` or a ``with`` statement."""
        super().__init__(client)
        self._in_order = in_order
        self._lock = Lock()
        self._used: Counter[str] = Counter()

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Deactivate, and assert that all responses were used, unless an exception is in flight."""
        super().__exit__(exception_type, exception_value, traceback)
        if exception_type is None:
            self.assert_no_pending_responses()

    def add_create(self, config: AppImageConfig, *, arn: str | None = None) -> None:
        """Expect that *config* is created, and answer with *arn*, by default one in the client's region."""
        self._add_write("CreateAppImageConfig", config, arn)

    def add_describe(self, details: AppImageConfigDetails) -> None:
        """
        Expect that the AppImageConfig with the name of *details* is described, and answer with *details*.

        Raises:
            InvalidAppImageConfigError: *details* have no name.
        """
        request = DescribeAppImageConfigRequest(app_image_config_name=cast("str", details.app_image_config_name))
        self._add("DescribeAppImageConfig", _details_response(details), request_members(request))

    def add_update(self, config: AppImageConfig, *, arn: str | None = None) -> None:
        """
        Expect that *config* is updated, and answer with *arn*, by default one in the client's region.

        The request has no tags, so those of *config* are not expected.
        """
        self._add_write("UpdateAppImageConfig", config, arn)

    def add_delete(self, name: str) -> None:
        """Expect that the AppImageConfig called *name* is deleted."""
        request = DeleteAppImageConfigRequest(app_image_config_name=name)
        self._add("DeleteAppImageConfig", {}, request_members(request))

    def add_list(
        self,
        *details: AppImageConfigDetails,
        next_token: str | None = None,
        page_token: str | None = None,
        name_contains: str | None = None,
        creation_time_after: datetime | None = None,
        creation_time_before: datetime | None = None,
        modified_time_after: datetime | None = None,
        modified_time_before: datetime | None = None,
        sort_by: SortBy | None = None,
        sort_order: SortOrder | None = None,
    ) -> None:
        """
        Expect that one page is listed with these filters, and answer with *details*.

        Args:
            *details: The items of the page.
            next_token: The token in the answer, by which the client asks for one more page.
            page_token: The token in the request: the *next_token* of the page before, or None for the first page.
            name_contains: As in `appimageconfig.AppImageConfigClient.list`.
            creation_time_after: Likewise.
            creation_time_before: Likewise.
            modified_time_after: Likewise.
            modified_time_before: Likewise.
            sort_by: Likewise.
            sort_order: Likewise.
        """
        request = ListAppImageConfigsRequest(
            max_results=_PAGE_SIZE,
            next_token=page_token,
            name_contains=name_contains,
            creation_time_after=creation_time_after,
            creation_time_before=creation_time_before,
            modified_time_after=modified_time_after,
            modified_time_before=modified_time_before,
            sort_by=sort_by,
            sort_order=sort_order,
        )
        response: _Members = {"AppImageConfigs": [_details_response(item) for item in details]}
        if next_token is not None:
            response["NextToken"] = next_token
        self._add("ListAppImageConfigs", response, request_members(request))

    def add_list_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """Expect that the tags of *arn* are listed, and answer with *tags* as the only page."""
        response = {"Tags": request_members(AddTagsInput(resource_arn=arn, tags=tags))["Tags"]}
        self._add("ListTags", response, request_members(ListTagsInput(resource_arn=arn)))

    def add_add_tags(self, arn: str, tags: Mapping[str, str]) -> None:
        """Expect that *tags* are set on *arn*, and answer with the same."""
        request = request_members(AddTagsInput(resource_arn=arn, tags=tags))
        self._add("AddTags", {"Tags": request["Tags"]}, request)

    def add_delete_tags(self, arn: str, keys: Iterable[str]) -> None:
        """Expect that the tags with these *keys* are taken off *arn*."""
        self._add("DeleteTags", {}, request_members(DeleteTagsInput(resource_arn=arn, tag_keys=keys)))

    def add_error(
        self,
        operation: OperationName,
        code: str,
        message: str = "",
        *,
        http_status: int = 400,
        expected_params: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Expect a call of *operation*, and refuse it.

        Args:
            operation: The service's name of the operation, such as ``"CreateAppImageConfig"``.
            code: The service's error code, such as ``"ResourceInUse"``.
            message: The service's own text.
            http_status: The HTTP status of the answer.
            expected_params: The expected keyword arguments of the boto3 method, or None for any.

        Raises:
            ValueError: The client has no such operation.
        """
        method = xform_name(operation)
        # Stubber does not look at the method of an error, which would wait for its call for ever.
        if self._meta.method_to_api_mapping.get(method) != operation:
            raise ValueError(f"the client has no operation {operation!r}")
        self.add_client_error(method, code, message, http_status, expected_params=expected_params)

    def assert_no_pending_responses(self) -> None:
        """Assert that all responses were used, and list those that were not."""
        if left := self._queue.copy():
            count = "1 response was" if len(left) == 1 else f"{len(left)} responses were"
            raise AssertionError(f"{count} not used:{_listed(left)}")

    @property
    def _meta(self) -> Any:
        return self.client.meta

    def _add(self, operation: OperationName, response: _Members, expected_params: _Members) -> None:
        self.add_response(xform_name(operation), response, expected_params)

    def _add_write(self, operation: OperationName, config: AppImageConfig, arn: str | None) -> None:
        # The request of an update has no tags, and members that only responses have are in no request.
        accepted = self._meta.service_model.operation_model(operation).input_shape.members
        request = {member: value for member, value in request_members(config).items() if member in accepted}
        place = f"arn:{self._meta.partition}:sagemaker:{self._meta.region_name}:{_ACCOUNT_ID}"
        response = {"AppImageConfigArn": arn or f"{place}:app-image-config/{config.app_image_config_name}"}
        self._add(operation, response, request)

    # botocore calls the next two methods for each call: before its parameters are checked, and when it would be sent.
    # Stubber looks at the head of its queue in both, and takes it off in the second, so that two threads may match
    # the same response. It has no public place to do otherwise. Here the first matches and takes in one step, and the
    # context, which is botocore's own dict for this one call, carries the response to the second. So a response is
    # used up also where botocore then refuses the parameters. Stubber's methods that add to the queue append to it
    # without the lock; that and its copy are atomic, and what the lock guards is that no one else takes from it.

    def _assert_expected_params(
        self, model: Any, params: Mapping[str, Any], context: dict[str, Any], **_: object
    ) -> None:
        if context.get("is_presign_request"):
            return  # as in Stubber: nothing is sent for it, so it takes no response
        with self._lock:
            left = list(self._queue.copy())
            candidates = left[:1] if self._in_order else left
            position = next(
                (index for index, added in enumerate(candidates) if _matches(added, model.name, params)), None
            )
            if position is None:
                raise self._mismatch(model.name, params, left)
            del self._queue[position]
            self._used[model.name] += 1
        context[_RESPONSE] = left[position]["response"]

    def _get_response_handler(self, model: Any, context: dict[str, Any], **_: object) -> Any:
        if _RESPONSE not in context:
            reason = "The call began before the stubber was activated."
            raise UnStubbedResponseError(operation_name=model.name, reason=reason)
        return context[_RESPONSE]

    def _mismatch(self, operation: str, params: Mapping[str, Any], left: Sequence[_Members]) -> StubResponseError:
        call = _label(operation, params)
        used = self._used[operation]
        history = f"all that were added for {operation} are used ({used})" if used else "none was added for it"
        if not left:
            reason = f"{call} was called, but no response is left: {history}."
            return UnStubbedResponseError(operation_name=operation, reason=reason)
        same_operation = [added for added in left if added["operation_name"] == operation]
        if self._in_order and left[0]["operation_name"] != operation:
            reason = (
                f"{call} was called, but the next response is for {_label_of(left[0])}. "
                "Stub with in_order=False if the order does not matter."
            )
        elif self._in_order:
            reason = _text_of(
                _difference(left[0]["expected_params"], params), f"{call} was called, but not as expected"
            )
        elif not same_operation:
            reason = f"{call} was called, but there is no response for it: {history}. Left are:{_listed(left)}"
        else:
            reason = _nearest(call, same_operation, params)
        return StubAssertionError(operation_name=operation, reason=reason)


def _details_response(details: AppImageConfigDetails) -> _Members:
    # Reading them as a response makes all times aware, as those of botocore are.
    return request_members(from_response(request_members(details)))


def _matches(added: _Members, operation: str, params: Mapping[str, Any]) -> bool:
    expected: Mapping[str, Any] | None = added["expected_params"]
    # What is expected comes first, so that ANY and the like decide.
    return added["operation_name"] == operation and (expected is None or dict(expected) == dict(params))


def _label(operation: str, params: Mapping[str, Any] | None) -> str:
    if params is None:
        return f"{operation} with any parameters"
    subject = next((params[member] for member in _SUBJECT_MEMBERS if member in params), None)
    return operation if subject is None else f"{operation} of {subject!r}"


def _label_of(added: _Members) -> str:
    return _label(added["operation_name"], added["expected_params"])


def _listed(left: Iterable[_Members]) -> str:
    return "".join(f"\n  {_label_of(added)}" for added in left)


def _nearest(call: str, same_operation: Sequence[_Members], params: Mapping[str, Any]) -> str:
    """Tell how *params* differ from those of the response of the same name, or else with the fewest changed lines."""

    def distance(candidate: tuple[int, str, list[str]]) -> tuple[bool, int]:
        _, label, difference = candidate
        return label != call, sum(line.startswith(("+", "-")) for line in difference)

    candidates = [
        (number, _label_of(added), _difference(added["expected_params"], params))
        for number, added in enumerate(same_operation, 1)
    ]
    number, label, difference = min(candidates, key=distance)
    count = len(candidates)
    if count == 1:
        return _text_of(difference, f"{call} was called, but the only response left for it is {label}")
    return _text_of(
        difference,
        f"{call} was called, but none of the {count} responses left for it expects that; "
        f"the nearest is number {number}, {label}",
    )


def _text_of(difference: Sequence[str], introduction: str) -> str:
    if not difference:
        return f"{introduction}: the parameters differ in their types alone, such as a tuple in place of a list."
    return "\n".join([f"{introduction}:", *difference])


def _difference(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return the whole of both, line by line: a changed line says little without the members that it is in."""
    numbers: dict[str, int] = {}
    before, after = (
        json.dumps(_shown(params, numbers), indent=2, sort_keys=True, ensure_ascii=False, default=str).splitlines()
        for params in (_aligned(expected, actual), actual)
    )
    return list(difflib.unified_diff(before, after, "expected", "actual", n=len(before), lineterm=""))


def _aligned(expected: Any, actual: Any) -> Any:
    """Return *expected* with what is equal written as in *actual*: ANY, or a time in another zone."""
    if expected == actual:
        return actual
    if is_map(expected) and is_map(actual):
        return {key: _aligned(item, actual[key]) if key in actual else item for key, item in expected.items()}
    if is_list(expected) and is_list(actual):
        return [*map(_aligned, expected, actual), *expected[len(actual) :]]
    return expected


def _shown(value: Any, numbers: dict[str, int], *, secret: bool = False) -> Any:
    """Replace secrets by their *numbers*, which are the same for the same value."""
    if is_map(value):
        return {str(key): _shown(item, numbers, secret=secret or key in SECRET_MEMBERS) for key, item in value.items()}
    if is_list(value):
        return [_shown(item, numbers, secret=secret) for item in value]
    if secret and value is not ANY:
        return f"***{numbers.setdefault(repr(value), len(numbers) + 1)}"
    return value
