import { state } from "./state.mjs";

export class ApiError extends Error {
  constructor(body, status) {
    super(body.message ?? "no answer");
    this.code = body.code ?? "unreachable";
    this.column = body.column ?? null;
    this.status = status;
  }
}

const running = new Map();
let stateOfServer = (error) => {};
export const onServer = (listener) => { stateOfServer = listener; };

/** What the page looks at, for the server. */
export const view = () => ({ q: state.q, f: state.f.filter((pill) => !pill.startsWith("~")), t: state.t, ...(state.i ? { i: state.i } : {}) });

/** Asks; a newer question of the same key ends the one before. */
export async function ask(key, path, body) {
  running.get(key)?.abort();
  const controller = new AbortController();
  running.set(key, controller);
  try {
    const answer = await send(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: controller.signal });
    stateOfServer(null);
    return answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === "unreachable") stateOfServer(error);
    throw error;
  } finally {
    if (running.get(key) === controller) running.delete(key);
  }
}

export const get = (path) => send(path, {});

async function send(path, init) {
  let answer;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ message: "the console itself does not answer: is it still running?" }, 0);
  }
  const body = await answer.json().catch(() => ({ message: `answer ${answer.status}` }));
  if (!answer.ok) throw new ApiError(body, answer.status);
  return body;
}

export function cancel() {
  for (const controller of running.values()) controller.abort();
}

export const isAbort = (error) => error?.name === "AbortError";
