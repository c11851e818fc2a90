// A menu by ussd-menu-builder whose sessions are hashes in Redis: what a line in Node usually is.
// node peer.js PORT SOCKET; it takes the same form as the line, and says at /spent what processor it has taken.
"use strict";
const http = require("http");
const Redis = require("ioredis");
const UssdMenu = require("ussd-menu-builder");

const [port, socket] = process.argv.slice(2);
const redis = new Redis(socket, { enableAutoPipelining: true });
const TOPICS = ["Work abroad", "Work in homes", "Children", "Rights, quiz"];
const PAGES = 8;
const LIVE_SECONDS = 600;
const FOOT = "\n9 More\n0 Back\n00 Home";
const name = (topic, page) => `topic${topic}.${page}`;
const key = (id) => `peer:${id}`;

const sessions = {
  start: (id) => redis.multi().hset(key(id), "language", "en").expire(key(id), LIVE_SECONDS).exec(),
  get: (id, field) => redis.hget(key(id), field),
  set: (id, field, value) => redis.hset(key(id), field, value),
  end: (id) => redis.del(key(id)),
};

const FRONT = "Safe work and family\n" + TOPICS.map((title, i) => `${i + 1} ${title}`).join("\n");
const opened = Object.fromEntries(TOPICS.map((_, i) => [String(i + 1), name(i + 1, 1)]));
const states = { front: { next: { ...opened }, run: ({ menu }) => menu.con(FRONT) } };
TOPICS.forEach((title, i) => {
  for (let page = 1; page <= PAGES; page++) {
    const here = name(i + 1, page);
    const shown = `${title}, page ${page}. Whoever keeps your papers takes your freedom. Ask for them back.${FOOT}`;
    states[here] = {
      next: {
        9: page < PAGES ? name(i + 1, page + 1) : "front",
        0: page > 1 ? name(i + 1, page - 1) : "front",
        "00": "front",
      },
      run: async ({ menu }) => {
        await Promise.all([menu.session.get("language"), menu.session.set("at", here)]);
        menu.con(shown);
      },
    };
  }
});

// One for each request: the library keeps the request in its object, and two at once would answer each other's.
function menu() {
  const built = new UssdMenu({ provider: "africasTalking" });
  built.sessionConfig(sessions);
  built.startState({ next: opened, run: () => built.session.start().then(() => built.con(FRONT)) });
  for (const [state, options] of Object.entries(states)) built.state(state, options);
  return built;
}

function answer(response, body) {
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

const server = http.createServer((request, response) => {
  if (request.url === "/spent") {
    const { user, system } = process.cpuUsage();
    return answer(response, String((user + system) / 1e6));
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
    menu().run(fields, (screen) => answer(response, screen));
  });
});
server.keepAliveTimeout = 60000;
server.listen(Number(port), "127.0.0.1");
