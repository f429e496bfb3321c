// The four variables of the registration, and the token service. Replace what stands in brackets.
// Hosted by `xrm serve --samples`, this file is answered with the values filled in.

// The URL of the organization, without a slash at its end.
var organizationURI = "https://[organization].crm.dynamics.com";
// The name of the tenant it uses to authenticate.
var tenant = "[tenant].onmicrosoft.com";
// The id of the application's registration.
var clientId = "[application id]";
// Where this page is, as it is registered: its redirect URI.
var pageUrl = "http://localhost:8400/spa-adal-angular/";
// The token service.
var instance = "https://login.microsoftonline.com/";
