"""A page's answer: the headers by which nobody keeps it, frames it or adds to it."""

from xrm.wire.http import NO_STORE, Headers, Response

TYPE = ("Content-Type", "text/html; charset=utf-8")


def page(
    text: str, *, status: int, content_policy: str, extra: Headers = (), framed: bool = False
) -> Response:
    """Return a page under its content security policy.

    `extra` are more header lines; one that every page sets itself is left out. `framed` says that
    the policy lets somebody frame it, which the older header cannot say of one origin.
    """
    own: Headers = (
        TYPE,
        *NO_STORE,
        ("X-Content-Type-Options", "nosniff"),
        # Addresses stay here, but not the origin: with "no-referrer" a browser posts every form
        # with "Origin: null", ours as those it carries to applications.
        ("Referrer-Policy", "strict-origin"),
        *(() if framed else (("X-Frame-Options", "DENY"),)),
        ("Content-Security-Policy", content_policy),
    )
    set_here = {name.lower() for name, _ in own}
    more = tuple(line for line in extra if line[0].lower() not in set_here)
    # A lone surrogate has no UTF-8: it becomes a question mark.
    return Response(status, own + more, text.encode("utf-8", "replace"))
