// adal-angular.js with AngularJS: routes begin the sign-in, an interceptor adds the token.

import { developerPanel } from "../shared/developer.js";
import { TokenError } from "../shared/errors.js";
import { Records } from "../shared/records.js";
import { Status } from "../shared/status.js";
import { TABLES } from "../shared/tables.js";
import { Unreachable, WebApi } from "../shared/webapi.js";

const HOME = `${pageUrl}#/`;
const CODES = { "login required": "login_required", "Token Renewal Failed": "timeout" };

const sample = angular.module("sample", ["ngRoute", "AdalAngular"]);

sample.config([
  "$locationProvider",
  "$routeProvider",
  "$httpProvider",
  "adalAuthenticationServiceProvider",
  ($locationProvider, $routeProvider, $httpProvider, adal) => {
    // adal-angular 1.0.18 looks for the token behind "#", not "#!", which is the default since 1.6.
    $locationProvider.html5Mode(false).hashPrefix("");

    $routeProvider.when("/", { templateUrl: "home.html" }).otherwise("/");
    for (const table of Object.keys(TABLES)) {
      $routeProvider.when(`/${table}`, {
        templateUrl: "table.html",
        controller: [
          "$scope",
          function ($scope) {
            Object.assign($scope, { table, tables: Object.values(TABLES) });
          },
        ],
        requireADLogin: true,
      });
    }

    adal.init(
      {
        instance,
        tenant,
        clientId,
        redirectUri: pageUrl,
        postLogoutRedirectUri: pageUrl,
        cacheLocation: "sessionStorage",
        // Requests below the one get a token for the other.
        endpoints: { [organizationURI]: organizationURI },
      },
      $httpProvider,
    );
  },
]);

/** The Web API by $http, whose requests the interceptor of adal-angular gives a token. */
sample.factory("api", [
  "$http",
  ($http) => {
    const shape = ({ status, data, headers }) => ({ status, header: headers, text: data });
    return new WebApi(organizationURI, ({ method, url, headers, body }) =>
      $http({ method, url, headers, data: body, transformResponse: (text) => text }).then(
        shape,
        (refused) => {
          // Without a status the interceptor has refused it: there is no token. It says why in data.
          if (refused.status === undefined) throw noToken(refused.data);
          if (refused.status <= 0) throw new Unreachable("There was no answer.");
          return shape(refused);
        },
      ),
    );
  },
]);

sample.factory("session", [
  "adalAuthenticationService",
  (adal) => ({
    library: "adal-angular.js 1.0.18",
    cache: "session storage, by adal.js",

    renew() {
      adal.clearCacheForResource(organizationURI);
      return adal.acquireToken(organizationURI).catch((said) => {
        throw noToken(said);
      });
    },

    expires() {
      const seconds = Number(sessionStorage.getItem(`adal.expiration.key${organizationURI}`));
      return seconds ? new Date(seconds * 1000) : null;
    },
  }),
]);

sample.factory("actions", [
  "adalAuthenticationService",
  (adal) => ({
    "sign-in": () => adal.login(),
    interact: () => adal.acquireTokenRedirect(organizationURI),
  }),
]);

sample.factory("status", [
  "actions",
  (actions) => new Status(document.getElementById("status"), actions),
]);

sample.directive("sampleRecords", [
  "api",
  "status",
  "actions",
  (api, status, actions) => ({
    link(_scope, place, { table }) {
      status.clear();
      new Records(place[0], TABLES[table], api, status, actions).load();
    },
  }),
]);

sample.run([
  "$rootScope",
  "$location",
  "adalAuthenticationService",
  "session",
  "status",
  ($rootScope, $location, adal, session, status) => {
    $rootScope.signOut = () => adal.logOut();
    if (adal.userInfo.userName)
      developerPanel(document.getElementById("developer"), session, status);

    // A route that is not yet in the address bar: without this one would come back to the last one.
    $rootScope.$on("adal:loginRedirect", () => {
      sessionStorage.setItem("adal.angular.login.request", `${pageUrl}#${$location.url()}`);
    });
    $rootScope.$on("adal:loginSuccess", () => {
      developerPanel(document.getElementById("developer"), session, status);
    });
    // Back to the route that began it, it would begin once more.
    $rootScope.$on("adal:loginFailure", (_event, description, error) => {
      sessionStorage.setItem("adal.login.request", HOME);
      status.fault(new TokenError(CODES[error] || error, description || ""));
    });
  },
]);

/** What adal-angular rejects with: "description|error". */
function noToken(said) {
  const at = String(said).lastIndexOf("|");
  const error = said.slice(at + 1);
  return new TokenError(CODES[error] || error, said.slice(0, at));
}

angular.bootstrap(document, ["sample"], { strictDi: true });
