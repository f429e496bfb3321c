// What went wrong, in plain words.

import { Unreachable, WebApiError } from "./webapi.js";

/** No token. `code` is the OAuth error, `description` what the token service or library said. */
export class TokenError extends Error {
  constructor(code, description) {
    super(description);
    this.code = code || "";
  }
}

const SIGN_IN = { action: "sign-in", label: "Sign in again" };
const CONSENT = { action: "interact", label: "Continue at the sign-in page" };
const RELOAD = { action: "reload", label: "Load the records again" };

// What becomes of a token, by the error's code.
const TOKENS = {
  login_required: [
    "You are signed out",
    "Your session at the sign-in service has ended, or another account is used there. What is shown here stays until you leave.",
    SIGN_IN,
  ],
  interaction_required: [
    "One more step is needed",
    "The sign-in service wants to ask you something first.",
    CONSENT,
  ],
  consent_required: [
    "Your consent is needed",
    "The sign-in service wants to ask whether this page may act for you.",
    CONSENT,
  ],
  access_denied: [
    "You were not signed in",
    "The request was declined, so this page may not act for you.",
    SIGN_IN,
  ],
  timeout: [
    "The sign-in service did not answer",
    "It may be down, or its certificate is not trusted by this browser.",
    RELOAD,
  ],
  popup_blocked: [
    "The window was blocked",
    "Allow pop-up windows for this address, or sign in without one.",
  ],
  interaction_in_progress: [
    "A sign-in has begun already",
    "Finish it in its window. If that is closed, open another, or load this page again.",
  ],
  cancelled: ["You were not signed in", "The window was closed before you had signed in.", SIGN_IN],
};

// Errors whose number says more than their code: a session that has ended, consent.
const NUMBERS = {
  AADSTS50058: "login_required",
  AADSTS160021: "login_required",
  AADSTS65001: "consent_required",
  AADSTS65004: "access_denied",
};

// What becomes of a request, by the status of its answer.
const STATUSES = {
  400: [
    "The organization did not understand that",
    "Something in the request is wrong. Check what was entered.",
  ],
  401: [
    "The organization did not accept the sign-in",
    "The access token is refused: it has expired or is for somebody else.",
    SIGN_IN,
  ],
  403: [
    "You may not do that",
    "Your security roles do not allow it, or you are not a user of this organization. An administrator can change that.",
  ],
  404: ["The record is gone", "It was deleted, or is no longer shared with you.", RELOAD],
  412: [
    "Somebody else changed the record",
    "It is not as you saw it any more, so nothing was changed. Load it again and look.",
    RELOAD,
  ],
  429: ["Too many requests", "Wait a little and try again.", RELOAD],
};

/** Return {title, text, offer, details}: what to tell a person, and what a developer wants to know. */
export function explain(error) {
  if (error instanceof TokenError) return ofToken(error);
  if (error instanceof WebApiError) return ofStatus(error);
  if (error instanceof Unreachable) {
    return {
      title: "The organization cannot be reached",
      text: "Check the network. On your own machine: is the server running, and does this browser trust its certificate?",
      offer: RELOAD,
      details: { Message: error.message },
    };
  }
  return {
    title: "Something went wrong",
    text: "",
    details: { Message: String(error.message || error) },
  };
}

function ofToken(error) {
  const number = (/AADSTS\d+/.exec(error.message) || [""])[0];
  const known = TOKENS[NUMBERS[number] || error.code];
  const [title, text, offer] = known || [
    "The sign-in failed",
    firstSentence(error.message),
    SIGN_IN,
  ];
  return {
    title,
    text,
    offer,
    details: { Error: error.code, Number: number, Message: firstLine(error.message) },
  };
}

function ofStatus(error) {
  const other = [
    "The organization has a problem",
    "It could not do that. Try again later.",
    RELOAD,
  ];
  const [title, text, offer] = STATUSES[error.status] || other;
  const details = {
    Status: error.status,
    Code: error.code,
    Message: error.message,
    REQ_ID: error.requestId,
  };
  return { title, text, offer, details };
}

function firstLine(text) {
  return text.split(/\r?\n|Trace ID:/)[0].trim();
}

/** "AADSTS50011: The address … ." without the number, which stands in the details. */
function firstSentence(text) {
  const line = firstLine(text).replace(/^.*?AADSTS\d+:\s*/, "");
  return (/^.*?[.!?](?=\s|$)/.exec(line) || [line])[0];
}
