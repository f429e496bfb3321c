"""Pairs of records that are more than pairs: users with roles, teams with roles and members."""

from xrm.model.metadata import ManyToMany, Table
from xrm.model.privileges import Right
from xrm.model.values import Guid
from xrm.org.context import Context
from xrm.org.rules.system import roles, teams


def needs(
    context: Context, association: ManyToMany
) -> tuple[tuple[Table, Right], tuple[Table, Right]]:
    """Return the right needed on each side: Append on both.

    Roles are given and taken with prvAssignRole; that the user or team need only be seen is
    inferred.
    """
    first, second = context.table(association.entity1), context.table(association.entity2)
    if association.schema_name in (roles.ASSIGNMENT, teams.ROLES):
        return (second, Right.ASSIGN), (first, Right.READ)
    return (first, Right.APPEND), (second, Right.APPEND)


def check_pairing(context: Context, association: ManyToMany, first: Guid, second: Guid) -> None:
    """Check that two records may be paired, beside the rights on them.

    Raises ServiceError as `roles.check_assignment`, `teams.check_role` and
    `teams.check_membership` do.
    """
    if association.schema_name == roles.ASSIGNMENT:
        roles.check_assignment(context, first, second)
    elif association.schema_name == teams.ROLES:
        teams.check_role(context, first, second)
        roles.check_held(context, second)
    elif association.schema_name == teams.MEMBERSHIP:
        teams.check_membership(context, first, joins=True)


def check_parting(context: Context, association: ManyToMany, first: Guid, second: Guid) -> None:
    """Check that two records may be parted, beside the rights on them.

    Raises ServiceError as `roles.check_removal` and `teams.check_membership` do.
    """
    if association.schema_name == roles.ASSIGNMENT:
        roles.check_removal(context, first, second)
    elif association.schema_name == teams.MEMBERSHIP:
        teams.check_membership(context, first, joins=False)
