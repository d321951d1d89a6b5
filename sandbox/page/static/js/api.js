// Talking to the page's server.

async function answer(response) {
  const body = await response.json().catch(() => ({ error: "" }));
  if (!response.ok) throw new Error(body.error || `The server answered ${response.status}.`);
  return body;
}

const JSON_HEADERS = { "Content-Type": "application/json" };

export async function get(path) {
  return answer(await fetch(path));
}

export async function post(path, body = {}) {
  return answer(await fetch(path, { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(body) }));
}

export async function remove(path) {
  return answer(await fetch(path, { method: "DELETE" }));
}

// Live updates for one person. `handlers` go by event name; `lost(true|false)` tells when the line drops and is back.
export function stream(person, handlers, lost) {
  const source = new EventSource(`/page/stream?as=${encodeURIComponent(person)}`);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.addEventListener("open", () => lost(false));
  source.addEventListener("error", () => lost(true));
  return source;
}

const FAILURES = {
  Slack: {
    operation_timeout: "Deskside did not answer within 3 seconds (operation_timeout).",
    dispatch_failed: "Slack could not reach Deskside (dispatch_failed).",
  },
  Teams: {
    timeout: "Deskside did not answer in time.",
    failed: "Something went wrong: Teams could not reach Deskside. Try again.",
    invalid_response: "Something went wrong: Deskside's answer was not one that Teams understands.",
  },
};

export const failure = (error, chat) => FAILURES[chat]?.[error] ?? error;
