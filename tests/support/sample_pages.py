"""Every page with sample values: ordinary, very long, written right to left."""

from xrm.sts.faces.pages.shown import (
    Account,
    Accounts,
    ApprovalNeeded,
    Consent,
    DeviceCode,
    DeviceConfirm,
    DeviceDone,
    Failure,
    FarmFailure,
    FarmSignIn,
    Form,
    FormPost,
    GoingHome,
    HomeRealm,
    Message,
    NativeClient,
    NewPassword,
    Page,
    PermissionLine,
    Realm,
    SignedOut,
    SignInName,
    SignInPassword,
    SignOutConfirm,
)

FARM_FORM = Form(
    "/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Asales", "sealed-state-of-this-form", "__VIEWSTATE"
)
EXAMPLE = "someone@contoso.example or CONTOSO\\someone"
FORM = Form("/a1b2c3d4-0000-4000-8000-000000000001/login", "sealed-state-of-this-form")
APPLICATION_ID = "51f81489-12ee-4a9e-aaae-a2591f45987d"
RETURN = "https://app.contoso.example/signin-oidc"
LONG_APPLICATION = (
    "Contoso-Customer-Relationship-and-Field-Service-Planning-Workbench (Development)"
)
LONG_USER = "maria-magdalena.von-hohenzollern-sigmaringen.extern@subsidiary.contoso.example"
LONG_TENANT = "Contoso Internationale Vermögensverwaltungsgesellschaft mit beschränkter Haftung"
ARABIC_APPLICATION = "إدارة علاقات العملاء"
ARABIC_USER = "ليلى-حداد@contoso.example"
HEBREW_NAME = "נועה כהן-לוי (Sales)"

PERMISSIONS = (
    PermissionLine(
        "Dynamics CRM",
        "Access Dynamics 365 as you",
        "Read and change everything your security roles let you read and change.",
        False,
    ),
    PermissionLine("Microsoft Graph", "Sign you in and read your profile", "", False),
    PermissionLine(
        "Microsoft Graph",
        "Read the directory",
        "Read all users, groups and applications of your organization.",
        True,
    ),
)
LONG_PERMISSIONS = (
    PermissionLine(
        "https://organization-with-a-very-long-name.crm4.dynamics.example/",
        "Planning.Appointments.ReadWrite.All.On.Behalf.Of.The.Signed.In.Person",
        "Read, create, change and delete appointments of every technician. " * 3,
        True,
    ),
)

SAMPLES: dict[str, Page] = {
    "sign-in-name": SignInName(FORM, "Contoso Sales", "Contoso"),
    "sign-in-name-error": SignInName(
        FORM,
        LONG_APPLICATION,
        LONG_TENANT,
        LONG_USER,
        "There is no account of this name here. Check its spelling.",
        cancel=True,
    ),
    "sign-in-name-right-to-left": SignInName(FORM, ARABIC_APPLICATION, HEBREW_NAME, ARABIC_USER),
    "sign-in-password": SignInPassword(FORM, "Contoso Sales", "Contoso", "ann@contoso.example"),
    "sign-in-password-error": SignInPassword(
        FORM, LONG_APPLICATION, "", LONG_USER, "User name or password is wrong.", can_keep=False
    ),
    "sign-in-password-right-to-left": SignInPassword(FORM, ARABIC_APPLICATION, "", ARABIC_USER),
    "farm-sign-in": FarmSignIn(FARM_FORM, "Contoso Sales", "Contoso", example=EXAMPLE),
    "farm-sign-in-error": FarmSignIn(
        FARM_FORM,
        LONG_APPLICATION,
        LONG_TENANT,
        LONG_USER,
        "Your account or password is incorrect.",
        "someone@subsidiary.contoso.example or VERMOEGENSVERWA\\someone",
    ),
    "farm-sign-in-right-to-left": FarmSignIn(
        FARM_FORM, ARABIC_APPLICATION, HEBREW_NAME, ARABIC_USER, example=EXAMPLE
    ),
    "home-realm": HomeRealm(
        FARM_FORM,
        "Contoso Sales",
        (
            Realm("k1", "Contoso", "sts.contoso.example"),
            Realm("k2", LONG_TENANT, "federation.subsidiary.contoso.example:44321"),
            Realm("k3", HEBREW_NAME, "sts.fabrikam.example"),
        ),
    ),
    "accounts": Accounts(
        FORM,
        "Contoso Sales",
        "Contoso",
        (
            Account("k1", "Ann Marlowe", "ann@contoso.example", True),
            Account("k2", "Maria-Magdalena von Hohenzollern-Sigmaringen", LONG_USER, False),
            Account("k3", HEBREW_NAME, "noa@contoso.example", False),
            Account("k4", "", ARABIC_USER, True),
        ),
    ),
    "accounts-sign-out": Accounts(
        FORM,
        "",
        "",
        (
            Account("k1", "Ann Marlowe", "ann@contoso.example", True),
            Account("k2", "Robert Diaz", "robert@contoso.example", True),
        ),
        purpose="sign-out",
    ),
    "consent": Consent(
        FORM,
        "Contoso Sales",
        APPLICATION_ID,
        "",
        "Contoso (contoso.example)",
        "ann@contoso.example",
        PERMISSIONS[:2],
        may_grant_for_all=False,
        returns_to="app.contoso.example",
    ),
    "consent-administrator": Consent(
        FORM,
        LONG_APPLICATION,
        APPLICATION_ID,
        LONG_TENANT,
        LONG_TENANT,
        LONG_USER,
        PERMISSIONS + LONG_PERMISSIONS,
        may_grant_for_all=True,
        returns_to="a-host-whose-name-has-many-labels.eu-central.apps.contoso.example:44321",
    ),
    "consent-for-all": Consent(
        FORM,
        ARABIC_APPLICATION,
        APPLICATION_ID,
        HEBREW_NAME,
        "Contoso",
        ARABIC_USER,
        PERMISSIONS,
        may_grant_for_all=True,
        for_all_only=True,
        returns_to="localhost:5173",
    ),
    "approval-needed": ApprovalNeeded(
        FORM,
        "Contoso Sales",
        "",
        "ann@contoso.example",
        PERMISSIONS,
        application_id=APPLICATION_ID,
        returns_to="app.contoso.example",
    ),
    "new-password": NewPassword(
        FORM,
        "ann@contoso.example",
        "The new password is like the old one.",
        "8 to 256 characters; three of: small letters, capitals, digits, signs.",
    ),
    "device-code": DeviceCode(FORM),
    "device-code-error": DeviceCode(FORM, "QFX7KP2RM", "That code is wrong, used or too old."),
    "device-confirm": DeviceConfirm(FORM, "Contoso Sales", "ann@contoso.example", "127.0.0.1"),
    "device-confirm-right-to-left": DeviceConfirm(FORM, ARABIC_APPLICATION, ARABIC_USER, "::1"),
    "device-done": DeviceDone("Contoso Sales", accepted=True),
    "device-declined": DeviceDone(LONG_APPLICATION, accepted=False),
    "going-home": GoingHome(
        "ann@contoso.example", "Contoso", "https://sts.contoso.example/adfs/ls/"
    ),
    "going-home-long": GoingHome(
        LONG_USER, LONG_APPLICATION, "https://sts.contoso.example/?a=1&b=2"
    ),
    "signed-out": SignedOut("ann@contoso.example", ()),
    "signed-out-onward": SignedOut(
        LONG_USER, (), "https://app.contoso.example/?state=1&x=2", LONG_APPLICATION
    ),
    "sign-out-confirm": SignOutConfirm(FORM, "ann@contoso.example"),
    "failure": Failure(
        50011,
        "The address to return to is not registered",
        "The redirect URI 'https://app.contoso.example/signin-oidc' specified in the request does "
        f"not match the redirect URIs configured for the application '{APPLICATION_ID}'.",
        "Add the address to the application’s registration exactly as the program sends it, "
        "or change the program. Upper and lower case and a slash at the end count.",
        "invalid_request",
        "8f7c6b5a-1111-4222-8333-444455556666",
        "0a1b2c3d-7777-4888-8999-aaaabbbbcccc",
        "2026-01-31 09:15:42Z",
        "Contoso Sales",
        "https://app.contoso.example/",
    ),
    "failure-long": Failure(
        7000218,
        "The_request_body_must_contain_one_very_long_word_that_nothing_breaks_client_assertion",
        "x" * 300,
        "",
        "invalid_client",
        "8f7c6b5a-1111-4222-8333-444455556666",
        "0a1b2c3d-7777-4888-8999-aaaabbbbcccc",
        "2026-01-31 09:15:42Z",
        ARABIC_APPLICATION,
    ),
    "farm-failure": FarmFailure(
        "The web site is not known here",
        "The requested relying party trust 'https://sales.contoso.example/app/' is unspecified or "
        "unsupported.",
        "The site must be registered as a relying party by exactly the name it sends as "
        "'wtrealm'. On this server: xrm adfs party list",
        "8f7c6b5a-1111-4222-8333-444455556666",
        "2026-01-31 09:15:42Z",
        "MSIS7007",
    ),
    "farm-failure-long": FarmFailure(
        "The_request_has_one_very_long_word_that_nothing_breaks_anywhere_in_its_whole_length",
        "x" * 300,
        "",
        "8f7c6b5a-1111-4222-8333-444455556666",
        "2026-01-31 09:15:42Z",
    ),
    "form-post": FormPost(RETURN, (("code", "0.AXoA"), ("state", "12345"), ("submit", "x"))),
    "native-client": NativeClient(),
    "message": Message("Cookies are needed", "Allow cookies for this address and try again."),
}
