"""Pure functions between values and the requests and responses of boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appimageconfig import _checking, _converter
from appimageconfig._constraints import enforced
from appimageconfig._frozen import plain
from appimageconfig.errors import InvalidAppImageConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appimageconfig.models import AppImageConfig, AppImageConfigDetails


def to_request(config: AppImageConfig) -> dict[str, Any]:
    """
    Return the keyword arguments of boto3's ``create_app_image_config``.

    Nothing is sent, so this also serves as a dry run. The dicts and lists are new,
    and in the order of the service model; None is left out.

    Raises:
        TypeError: *config* is not an `AppImageConfig`.
    """
    _checking.require_config(config)
    return _converter.request_members(config)


def from_request(request: Mapping[str, Any]) -> AppImageConfig:
    """
    Read the keyword arguments of boto3's ``create_app_image_config``, or the same as JSON.

    Reads strictly and coerces nothing: ``"0"`` is not an integer, and neither is a
    boolean; a string is not a list, and a list is not a map. Strings and integers of a
    subclass, such as members of an enum, become plain.

    Raises:
        InvalidAppImageConfigError: *request* breaks the service model. The error has all violations, up to 1,000, in
            the order of the document.
    """
    if not _checking.accepts_request(request):
        if violations := enforced(_checking.request_violations(request)):
            raise InvalidAppImageConfigError(violations, "request, nothing was sent")
        # Not accepted, and yet not refused: strings or integers of a subclass, or values beyond limits in `unchecked`.
        request = plain(request)
    return _converter.config_from_request(request)


def from_response(response: Mapping[str, Any]) -> AppImageConfigDetails:
    """
    Read a response of DescribeAppImageConfig, or an item of ListAppImageConfigs.

    Reads leniently: values beyond today's limits are accepted, any missing member
    except the name and the ARN is None, and members that this version does not know
    are kept, and sent back by `AppImageConfigDetails.to_config` and `to_request`.
    Times may be datetimes (as botocore returns them), epoch seconds (as on the wire)
    or ISO 8601 text (as the AWS CLI prints them); a time without an offset is taken
    as UTC.

    Raises:
        InvalidAppImageConfigError: *response* lacks the name or the ARN.
    """
    return _converter.details_from_response(response)
