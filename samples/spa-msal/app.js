// msal-browser: codes with PKCE. Everything that concerns tokens is in this file.

import { show } from "../shared/shell.js";
import { TokenError } from "../shared/errors.js";

const scopes = [`${organizationURI}/user_impersonation`];
// Windows and hidden frames end at a page that only hands the answer on.
const bridge = `${pageUrl}redirect.html`;

const client = new msal.PublicClientApplication({
  auth: {
    clientId,
    authority: instance + tenant,
    // Without this MSAL asks login.microsoftonline.com whether the token service is a known one.
    knownAuthorities: [new URL(instance).host],
    redirectUri: pageUrl,
  },
  cache: { cacheLocation: "sessionStorage" },
});

// A window that was closed MSAL waits for, a minute long: whoever opens another means it.
const ANEW = { overrideInteractionInProgress: true };

let expiresOn = null;

/** The codes of MSAL itself, in words the samples share. */
const CODES = {
  user_cancelled: "cancelled",
  popup_window_error: "popup_blocked",
  empty_window_error: "popup_blocked",
  timed_out: "timeout",
  monitor_window_timeout: "timeout",
  no_account_error: "login_required",
  no_tokens_found: "login_required",
};

/** Of a window: who let the minute pass has closed it, or does not want to. */
const WINDOW_CODES = { ...CODES, timed_out: "cancelled" };

const session = {
  library: `msal-browser ${msal.version}`,
  cache: "session storage, by MSAL",

  account() {
    const account = client.getActiveAccount();
    return account && { name: account.name, username: account.username };
  },

  token() {
    return silently({});
  },

  renew() {
    return silently({ forceRefresh: true });
  },

  expires() {
    return expiresOn;
  },

  signIn() {
    attempt(() => client.loginRedirect({ scopes }));
  },

  interact() {
    attempt(() => client.acquireTokenRedirect({ scopes, account: client.getActiveAccount() }));
  },

  signOut() {
    attempt(() =>
      client.logoutRedirect({ account: client.getActiveAccount(), postLogoutRedirectUri: pageUrl }),
    );
  },
};

/**
 * From the cache, else with the refresh token, else by a hidden frame. Where MSAL wants the person
 * for it, that is an error here, which offers to go to the sign-in page: nothing typed is lost.
 */
async function silently(more) {
  try {
    const account = client.getActiveAccount();
    return taken(
      await client.acquireTokenSilent({ scopes, account, redirectUri: bridge, ...more }),
    );
  } catch (error) {
    throw told(error);
  }
}

function taken(result) {
  expiresOn = result.expiresOn;
  client.setActiveAccount(result.account);
  return result.accessToken;
}

/** MSAL's error as one of the samples: "code: description" is its message. */
function told(error, codes = CODES) {
  return new TokenError(
    codes[error.errorCode] || error.errorCode,
    error.errorMessage || error.message,
  );
}

let status;

async function attempt(act, codes) {
  try {
    await act();
  } catch (error) {
    // The window before, given up for this one.
    if (error.errorCode !== "interaction_in_progress_cancelled") status.fault(told(error, codes));
  }
}

async function signInWindow() {
  await attempt(async () => {
    taken(await client.loginPopup({ scopes, redirectUri: bridge, ...ANEW }));
    location.reload();
  }, WINDOW_CODES);
}

async function open() {
  let failure;
  await client.initialize();
  try {
    const result = await client.handleRedirectPromise();
    if (result) taken(result);
  } catch (error) {
    failure = told(error);
  }
  // What is left of the way back: the state of a sign-out.
  if (location.search || location.hash) history.replaceState(null, "", pageUrl);
  // After a reload the account is in the cache.
  if (!client.getActiveAccount()) client.setActiveAccount(client.getAllAccounts()[0] || null);
  document.getElementById("sign-in-window").addEventListener("click", signInWindow);
  status = show(session, failure);
}

open();
