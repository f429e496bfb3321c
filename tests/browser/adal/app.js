// A page's use of adal.js at AD FS: the segment of the tenant is "adfs". What a test asks for comes
// back as what was told: a token, or the error and its description.

const home = new URL(".", location.href).href;
const ready = start();

/** Open the library and let it take what the fragment brought, in this page or its hidden frame. */
async function start() {
  const facts = await (await fetch("facts.json")).json();
  const library = new AuthenticationContext({
    instance: facts.instance,
    tenant: "adfs",
    clientId: facts.clientId,
    redirectUri: home,
    postLogoutRedirectUri: home,
    cacheLocation: "sessionStorage",
    navigateToLoginRequestUrl: false,
  });
  library.handleWindowCallback();
  // Until it was asked who is signed in, the library asks for no tokens.
  library.getCachedUser();
  return { library, facts };
}

async function login() {
  (await ready).library.login();
}

async function logout() {
  (await ready).library.logOut();
}

/** Return who is signed in by the claims of the id token, or why nobody is. */
async function person() {
  const { library } = await ready;
  const user = library.getCachedUser();
  return user ? { username: user.userName, ...user.profile } : { error: library.getLoginError() };
}

/** Return a token for the organization: from the cache, or by the hidden frame. */
async function token() {
  const { library, facts } = await ready;
  return new Promise((resolve) => {
    library.acquireToken(facts.resource, (description, token, error) =>
      resolve({ description, token, error }),
    );
  });
}

/** Forget the organization's token, so that the next one is asked for. */
async function forget() {
  const { library, facts } = await ready;
  library.clearCacheForResource(facts.resource);
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
