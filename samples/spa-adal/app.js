// adal.js: the implicit flow. Everything that concerns tokens is in this file.

import { show } from "../shared/shell.js";
import { TokenError } from "../shared/errors.js";

const FAILURE = "sample.failure";

const context = new AuthenticationContext({
  instance,
  tenant,
  clientId,
  redirectUri: pageUrl,
  postLogoutRedirectUri: pageUrl,
  cacheLocation: "sessionStorage",
  endpoints: { [organizationURI]: organizationURI },
  callback: signedIn,
});

/** The codes of adal.js itself, in the words of OAuth. */
const CODES = { "login required": "login_required", "Token Renewal Failed": "timeout" };

const session = {
  library: `adal.js ${context._libVersion()}`,
  cache: "session storage, by adal.js",

  account() {
    const user = context.getCachedUser();
    return user && { name: user.profile.name, username: user.userName };
  },

  /**
   * From the cache or, five minutes before it expires there (expireOffsetSeconds), by a hidden frame
   * that asks the token service with prompt=none. The person sees nothing of it.
   */
  token() {
    return new Promise((resolve, reject) => {
      context.acquireToken(organizationURI, (description, token, error) => {
        if (token) resolve(token);
        else reject(new TokenError(CODES[error] || error, description));
      });
    });
  },

  renew() {
    context.clearCacheForResource(organizationURI);
    return this.token();
  },

  expires() {
    const seconds = Number(sessionStorage.getItem(`adal.expiration.key${organizationURI}`));
    return seconds ? new Date(seconds * 1000) : null;
  },

  signIn() {
    forgetFragment();
    context.login();
  },

  interact() {
    forgetFragment();
    context.acquireTokenRedirect(organizationURI);
  },

  signOut() {
    context.logOut();
  },
};

/** The sign-in page has come back. The page loads once more after this, without the fragment. */
function signedIn(description, token, error) {
  const said = description || context.getLoginError();
  if (said) sessionStorage.setItem(FAILURE, JSON.stringify([error, said]));
}

function failure() {
  const said = sessionStorage.getItem(FAILURE);
  sessionStorage.removeItem(FAILURE);
  return said && new TokenError(...JSON.parse(said));
}

/** adal.js returns to the address of now. With a "#" in it the browser would not load the page. */
function forgetFragment() {
  history.replaceState(null, "", pageUrl);
}

function open() {
  if (window.parent !== window) {
    // This is the hidden frame: the page that waits outside gets its answer, and that is all.
    context.handleWindowCallback();
  } else if (
    context.isCallback(location.hash) &&
    context.getRequestInfo(location.hash).stateMatch
  ) {
    context.handleWindowCallback();
  } else {
    // An answer nobody asked for is passed over.
    if (location.hash) forgetFragment();
    show(session, failure());
  }
}

open();
