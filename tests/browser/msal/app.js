// A page's use of msal-browser, of whichever version stands before it. What a test asks for by
// `perform` comes back as what was told: an account and a token, or the error.

const home = new URL(".", location.href).href;
const answers = new URL("answer.html", home).href;
const ready = start();

/** Open the library and take what a redirect brought. */
async function start() {
  const facts = await (await fetch("/facts.json")).json();
  const application = new msal.PublicClientApplication({
    auth: {
      clientId: facts.clientId,
      authority: facts.authority,
      knownAuthorities: [new URL(facts.authority).host],
      redirectUri: home,
      postLogoutRedirectUri: home,
      ...facts.auth,
    },
    cache: { cacheLocation: "sessionStorage" },
    system: { ...facts.system },
  });
  await application.initialize();
  const brought = await application.handleRedirectPromise();
  return { application, facts, brought };
}

/** Return what the redirect to this page brought, or null. */
async function brought() {
  const { brought } = await ready;
  return brought && told(brought);
}

/** Return who the library knows to be signed in. */
async function usernames() {
  const { application } = await ready;
  return application.getAllAccounts().map((account) => account.username);
}

/** Call a method of the library with the organization's scope and more options. */
async function perform(method, options = {}) {
  const { application, facts } = await ready;
  const [account] = application.getAllAccounts();
  const request = { scopes: [facts.scope], ...(account && { account }), ...options };
  try {
    return told(await application[method](request));
  } catch (error) {
    const { name, errorCode, errorMessage } = error;
    return { kind: name, error: errorCode ?? String(error), description: errorMessage };
  }
}

/** Sign in, or get a token silently, where the answer goes to the page for popups and frames. */
function performAside(method, options = {}) {
  return perform(method, { redirectUri: answers, ...options });
}

/** Remove the refresh tokens that the library keeps. */
function forgetRefreshTokens() {
  const kept = Object.keys(sessionStorage).filter(isRefreshToken);
  kept.forEach((key) => sessionStorage.removeItem(key));
  return kept.length;
}

function isRefreshToken(key) {
  return key.toLowerCase().includes("refreshtoken") && !key.includes("keys");
}

/** Return what the organization's Web API says to the token. */
async function leads(token) {
  const { facts } = await ready;
  const answer = await fetch(`${facts.webApi}leads?$select=subject`, {
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: "application/json",
      "OData-Version": "4.0",
      "OData-MaxVersion": "4.0",
    },
  });
  return (await answer.json()).value.map((lead) => lead.leadid);
}

function told(result) {
  if (!result) return null;
  const { accessToken, account, fromCache, scopes } = result;
  return { token: accessToken, username: account.username, fromCache, scopes };
}
