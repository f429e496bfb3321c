"""People sign in with a browser: login > consent > respond, each decided from what is kept.

A browser comes with a request of an application (`authorize`), or for a device or an
administrator's consent (`devices`, `approval`). The dispatcher finds out who it is, page by page,
and hands the rest to the purpose. Between two pages a sealed `Journey` goes along in the form.

journey     what a browser asks, carries and is shown next
browser     sessions: who is signed in at a browser, and cookies
visit       one request, and who it is that goes on
dispatcher  names, passwords, accounts; then the purpose
asked       an authorization request, read and checked: first what a page refuses, then the rest
redirects   which addresses answers may go to
authorize   the purpose of an authorization request; answering  codes and tokens made of it
consents    what is to be consented to, in words, and who may
devices approval leaving   the other purposes
"""
