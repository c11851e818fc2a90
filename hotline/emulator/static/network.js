// The control API, and the waiting for what changes.

async function ask(method, path, body) {
  const response = await fetch(`/control/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  return response.ok ? response.json() : null;
}

// What a thumb asks for: null where the phone cannot, or the stand-in is gone.
const quietly = (...asked) => ask(...asked).catch(() => null);

export const network = {
  dial: (msisdn, code) => quietly("POST", "dial", { from: msisdn, code }),
  reply: (session, text) => quietly("POST", "reply", { session, text }),
  hangUp: (session) => quietly("POST", "hangup", { session }),
  power: (msisdn, on) => quietly("POST", "power", { msisdn, on }),
  send: (msisdn, to, text) => quietly("POST", "sms", { from: msisdn, to, text }),
  read: (msisdn, id) => quietly("POST", "read", { msisdn, id }),
  handset: (msisdn) => quietly("GET", `handset/${encodeURIComponent(msisdn)}`),
  faults: () => quietly("GET", "faults"),
  setFaults: (faults) => quietly("POST", "faults", { faults }),
  lineClock: () => quietly("GET", "line-clock"),
  turnLine: (by) => quietly("POST", "line-clock", { by }),
  trueTime: () => quietly("DELETE", "line-clock"),
  people: () => quietly("GET", "people"),
};

// Asks as `ask` does. Null in place of an answer that came after the answer to a later question: what it says is old.
export function inOrder(ask) {
  let [asked, answered] = [0, 0];
  return async (question) => {
    const mine = ++asked;
    const answer = await ask(question);
    if (mine < answered) return null;
    answered = mine;
    return answer;
  };
}

// Calls `told` with the travels after each change, for ever, and `lost` with whether nobody answers.
export async function watch(told, lost) {
  for (let version = -1; ; ) {
    try {
      const changes = await ask("GET", `changes?since=${version}&wait=25`);
      lost(false);
      // A smaller number is a stand-in that was started anew.
      if (changes && changes.version !== version) {
        version = changes.version;
        await told(changes.travels);
      }
    } catch {
      lost(true);
      version = -1;
      await new Promise((resume) => setTimeout(resume, 1500));
    }
  }
}
