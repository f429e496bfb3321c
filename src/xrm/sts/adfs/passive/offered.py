"""The claim types a farm knows of its people, in words, as its federation metadata offers them."""

from xrm.wire.saml import claim_types
from xrm.wire.wsfed.description import ClaimType

CLAIMS: tuple[ClaimType, ...] = (
    ClaimType(claim_types.EMAIL_ADDRESS, "E-Mail Address", "Where the person gets mail"),
    ClaimType(claim_types.GIVEN_NAME, "Given Name", "The person's given name"),
    ClaimType(claim_types.NAME, "Name", "The unique name of the person"),
    ClaimType(claim_types.UPN, "UPN", "The user principal name (UPN) of the person"),
    ClaimType(claim_types.SURNAME, "Surname", "The person's surname"),
    ClaimType(claim_types.NAME_IDENTIFIER, "Name ID", "What the SAML subject is named by"),
    ClaimType(claim_types.PRIMARY_SID, "Primary SID", "The security identifier of the person"),
    ClaimType(
        claim_types.WINDOWS_ACCOUNT_NAME,
        "Windows account name",
        "The account of the domain, in the form DOMAIN\\user",
    ),
    ClaimType(claim_types.IMMUTABLE_ID, "Immutable ID", "What Entra ID knows the person by"),
    ClaimType(
        claim_types.AUTHENTICATION_METHOD, "Authentication method", "How the person signed in"
    ),
    ClaimType(
        claim_types.AUTHENTICATION_INSTANT,
        "Authentication time stamp",
        "When the person signed in, in UTC",
    ),
)
