"""Which page of a farm shows a step, and how a failure is shown."""

from xrm.sts.adfs.passive import PassiveError
from xrm.sts.adfs.passive.homes import key_of
from xrm.sts.faces.adfs.visit import Visit
from xrm.sts.faces.entra import showing
from xrm.sts.faces.pages import shown
from xrm.sts.faces.pages.shown import Form, Page
from xrm.sts.signin import journey as steps
from xrm.sts.signin.journey import Outcome
from xrm.wire import oauth
from xrm.wire.html import policy


def page(visit: Visit, outcome: Outcome, form: Form) -> Page:
    """Return the page of a step; steps that are none of a farm's own look as Entra ID's."""
    step, about = outcome.step, outcome.about
    username = outcome.journey.username if outcome.journey is not None else ""
    match step:
        case steps.AskName() | steps.Choose(to_leave=False):
            error = step.error if isinstance(step, steps.AskName) else ""
            return _sign_in(visit, outcome, form, username, error)
        case steps.AskPassword():
            return _sign_in(visit, outcome, form, step.username or username, step.error)
        case steps.AskHome():
            realms = tuple(
                shown.Realm(key_of(one.identifier), one.name, _host(one.address))
                for one in step.choices
            )
            return shown.HomeRealm(form, about.application, realms)
        case _:
            return showing.page(outcome, form)


def failure(visit: Visit, error: PassiveError) -> Page:
    """Return the page of a refusal."""
    row = error.passive
    return shown.FarmFailure(
        title=row.title,
        sentence=error.sentence,
        advice=row.advice,
        activity_id=visit.trace.correlation_id,
        timestamp=oauth.timestamp(visit.service.clock()),
        code=f"MSIS{row.number}" if row.number else "",
    )


def _sign_in(
    visit: Visit, outcome: Outcome, form: Form, username: str, error: str
) -> shown.FarmSignIn:
    farm = visit.farm
    example = f"someone@{farm.tenant.domain} or {farm.domain}\\someone"
    name = outcome.about.application
    return shown.FarmSignIn(form, name, farm.tenant.name, username, error, example)


def _host(address: str) -> str:
    return policy.origin_of(address).partition("://")[2]
