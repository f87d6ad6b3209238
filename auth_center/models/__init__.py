"""The tables of the authentication centre; every system's database holds its own set."""

from auth_center.models.approval import ApprovalRequest
from auth_center.models.audit import AuditEntry, AuditSeal
from auth_center.models.guarding import FormerPassword, SignInTries
from auth_center.models.letters import OwedLetter
from auth_center.models.scheme import AuthorizationScheme
from auth_center.models.signing import ConsoleSession, EndedSignOn, Reliance, SignOn
from auth_center.models.staff import Operator, OperatorManager, OrgUnit, Role

__all__ = [
    "ApprovalRequest",
    "AuditEntry",
    "AuditSeal",
    "AuthorizationScheme",
    "ConsoleSession",
    "EndedSignOn",
    "FormerPassword",
    "Operator",
    "OperatorManager",
    "OrgUnit",
    "OwedLetter",
    "Reliance",
    "Role",
    "SignInTries",
    "SignOn",
]
