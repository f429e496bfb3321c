"""Pages people see: what those of the token service and of an organization have in common.

look       templates filled; one style sheet, one skeleton (templates/page.html)
answering  a page's answer: nobody keeps it, frames it or adds to it
policy     the content security policy, and which addresses a page may name
assets     style sheet, icon and scripts under /assets/, each named with its content's hash
cookies    cookies of one origin only: read, set, taken back

What a page shows, and its template, are its face's own.
"""
