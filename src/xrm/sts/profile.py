"""What the two profiles differ in at the token service: one member for each difference.

`docs/profiles.md` lists them with the test that holds each.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How far the service goes along with older customs (RFC 9700).

    assertion_per_resource     a client assertion is redeemed once for each resource, not once
    rotates_refresh_tokens     a refresh token is redeemed once; a second time ends its family
    implicit_access_tokens     the authorize endpoint may hand out access tokens
    password_grant             an application may send a person's password
    challenge_always           every code is asked with a PKCE challenge, hashed
    answers_name_issuer        answers of the authorize endpoint and logout frames carry `iss`
                               (RFC 9207)
    repeats_nonce              an id token that comes of a refresh repeats the nonce
    publishes_all              discovery says what RFC 8414 wants said beside Entra's members
    slows_polling              a device that polls too fast is told so, and waits longer
    tokens_early               seconds by which tokens say to be older than they are
    tokens_of_session          each id token names the session it is of
    own_error_codes            errors have Entra's own words where the standards have others
    template_issuers           discovery answers where the issuer is a template, at `common`
    one_prompt                 `prompt` holds one value; what it may not hold is shown on a page
    old_spellings              v1 writes numbers as text, and `verification_url`
    explains_on_pages          a person is shown what their application could be told
    ignores_id_token_hint      an authorization request is answered for whoever is signed in
    wrong_method_is_400        GET at an endpoint that takes POST is a bad request, not a 405
    serves_all_consented       a sign-in serves every resource the application has consent for
    shares_families            programs of a family redeem each other's refresh tokens
    tells_unknown_people       who signs in is told that there is no such account
    signs_out_at_once          a request to sign out that nobody's id token comes with is done
    """

    assertion_per_resource: bool
    rotates_refresh_tokens: bool
    implicit_access_tokens: bool
    password_grant: bool
    challenge_always: bool
    answers_name_issuer: bool
    repeats_nonce: bool
    publishes_all: bool
    slows_polling: bool
    tokens_early: int
    tokens_of_session: bool
    own_error_codes: bool
    template_issuers: bool
    one_prompt: bool
    old_spellings: bool
    explains_on_pages: bool
    ignores_id_token_hint: bool
    wrong_method_is_400: bool
    serves_all_consented: bool
    shares_families: bool
    tells_unknown_people: bool
    signs_out_at_once: bool


FAITHFUL = Profile(
    assertion_per_resource=True,
    rotates_refresh_tokens=False,
    implicit_access_tokens=True,
    password_grant=True,
    challenge_always=False,
    answers_name_issuer=False,
    repeats_nonce=True,
    publishes_all=False,
    slows_polling=False,
    tokens_early=300,
    tokens_of_session=False,
    own_error_codes=True,
    template_issuers=True,
    one_prompt=True,
    old_spellings=True,
    explains_on_pages=True,
    ignores_id_token_hint=True,
    wrong_method_is_400=True,
    serves_all_consented=True,
    shares_families=True,
    tells_unknown_people=True,
    signs_out_at_once=True,
)
STRICT = Profile(
    assertion_per_resource=False,
    rotates_refresh_tokens=True,
    implicit_access_tokens=False,
    password_grant=False,
    challenge_always=True,
    answers_name_issuer=True,
    repeats_nonce=False,
    publishes_all=True,
    slows_polling=True,
    tokens_early=0,
    tokens_of_session=True,
    own_error_codes=False,
    template_issuers=False,
    one_prompt=False,
    old_spellings=False,
    explains_on_pages=False,
    ignores_id_token_hint=False,
    wrong_method_is_400=False,
    serves_all_consented=False,
    shares_families=False,
    tells_unknown_people=False,
    signs_out_at_once=False,
)
