"""Provisioning: differences between the desired and the actual state, plans that remove them, and their outcomes."""

from appimageconfig.provisioning._difference import Change, Difference, difference
from appimageconfig.provisioning._plan import Action, Outcome, Plan, Status, Step

__all__ = ["Action", "Change", "Difference", "Outcome", "Plan", "Status", "Step", "difference"]

# As in the package itself, which imports this one later.
for _public in (Change, Difference, Outcome, Plan, Step, difference):
    _public.__module__ = "appimageconfig"
