"""Desired against actual state: differences, plans, and the outcomes of carrying them out."""

from appimageconfig.provisioning._difference import Change, Difference, difference
from appimageconfig.provisioning._plan import Action, Outcome, Plan, Status, Step

__all__ = ["Action", "Change", "Difference", "Outcome", "Plan", "Status", "Step", "difference"]
