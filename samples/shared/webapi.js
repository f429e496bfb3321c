// The Web API of Dynamics 365, for a page of another origin.

export const FORMATTED = "@OData.Community.Display.V1.FormattedValue";
const VERSION = "v9.2";
const PAGE_SIZE = 10;

/** An answer of the Web API that is no success. `code` and `message` are the service's own. */
export class WebApiError extends Error {
  constructor(status, code, message, requestId) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** No answer at all: no network, the server is down, or its certificate is not trusted. */
export class Unreachable extends Error {}

/**
 * Records of an organization.
 *
 * `send({method, url, headers, body})` makes the request with the person's token and resolves to
 * {status, header(name), text}. Each sample brings its own: getting the token is what they differ in.
 */
export class WebApi {
  constructor(organizationURI, send) {
    this.root = `${organizationURI}/api/data/${VERSION}/`;
    this.send = send;
  }

  /** The first page of a table: {value: [...], "@odata.nextLink": ...}. */
  list(set, columns, order) {
    return this.page(`${this.root}${set}?$select=${columns.join(",")}&$orderby=${order}`);
  }

  /** One more page, by the link that came with the page before. */
  page(link) {
    return this.ask("GET", link, {
      Prefer: `odata.maxpagesize=${PAGE_SIZE},odata.include-annotations="*"`,
    });
  }

  /** One record, with the etag it has now. */
  read(set, id, columns) {
    return this.ask("GET", `${this.root}${set}(${id})?$select=${columns.join(",")}`, {});
  }

  create(set, values) {
    return this.ask("POST", this.root + set, { Prefer: "return=representation" }, values);
  }

  /** Change a record, unless somebody else changed it since `etag` was read: that is a 412. */
  update(set, id, etag, values) {
    const headers = { Prefer: "return=representation", "If-Match": etag };
    return this.ask("PATCH", `${this.root}${set}(${id})`, headers, values);
  }

  remove(set, id, etag) {
    return this.ask("DELETE", `${this.root}${set}(${id})`, { "If-Match": etag });
  }

  async ask(method, url, more, values) {
    const headers = {
      Accept: "application/json",
      "OData-MaxVersion": "4.0",
      "OData-Version": "4.0",
      ...more,
    };
    if (values) headers["Content-Type"] = "application/json; charset=utf-8";
    const answer = await this.send({
      method,
      url,
      headers,
      body: values && JSON.stringify(values),
    });
    document.dispatchEvent(new CustomEvent("webapi:answer", { detail: { method, url, answer } }));
    const found = parsed(answer.text);
    if (answer.status >= 200 && answer.status < 300) return found;
    const { code = "", message = "" } = (found && found.error) || {};
    throw new WebApiError(answer.status, code, message, answer.header("REQ_ID"));
  }
}

/**
 * Return the `send` of a WebApi that uses fetch. `acquireToken()` resolves to an access token: it is
 * asked before each request, so that a token that is about to expire is renewed first.
 */
export function fetchWith(acquireToken) {
  return async ({ method, url, headers, body }) => {
    const token = await acquireToken();
    let response;
    try {
      response = await fetch(url, {
        method,
        headers: { ...headers, Authorization: `Bearer ${token}` },
        body,
        cache: "no-store",
      });
    } catch (error) {
      throw new Unreachable(error.message);
    }
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name), text };
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
