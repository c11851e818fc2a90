// What a phone can show. Each screen draws itself and says what the keys do there.

function piece(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function hour(seconds) {
  const at = seconds ? new Date(seconds * 1000) : new Date();
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export const short = (msisdn) => (msisdn.startsWith("+250") ? `0${msisdn.slice(4)}` : msisdn);

const goIdle = (phone) => phone.show("idle");
const LEAVE_KEYS = { right: goIdle, back: goIdle, end: goIdle };

export const idle = {
  soft: (phone) => [phone.held.unread ? "Read" : "Messages", "Calls"],
  draw(phone) {
    const date = new Date().toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
    const parts = [piece("span", "clock", hour()), piece("span", "date", date)];
    if (phone.held.unread) {
      const many = phone.held.unread > 1 ? `${phone.held.unread} new messages` : "1 new message";
      parts.push(piece("span", "news", many));
    }
    return parts;
  },
  key: (phone, key, typed) => {
    if (!/^[0-9*#+]$/.test(key)) return;
    phone.typing.clear({ letters: false });
    phone.typing.type(key);
    phone.show("dialling");
  },
  left: (phone) => (phone.held.unread ? phone.openUnread() : phone.show("messages")),
  right: (phone) => phone.show("calls"),
  call: (phone) => (phone.held.unread ? phone.openUnread() : phone.show("calls")),
};

export const dialling = {
  soft: () => ["Call", "Clear"],
  draw: (phone) => [piece("span", phone.typing.text.length > 13 ? "typed long" : "typed", phone.typing.text)],
  key: (phone, key) => /^[0-9*#+]$/.test(key) && phone.typing.type(key),
  back(phone) {
    phone.typing.back();
    if (!phone.typing.text) phone.show("idle");
  },
  left: (phone) => phone.dial(phone.typing.text),
  right: (phone) => dialling.back(phone),
  call: (phone) => phone.dial(phone.typing.text),
  end: goIdle,
};

export const waiting = {
  soft: () => ["", "Cancel"],
  draw: () => [piece("span", "calling", "USSD code running")],
  right: (phone) => phone.hangUp(),
  end: (phone) => phone.hangUp(),
};

export const dialogue = {
  input: true,
  counts: true,
  soft: (phone) => ["Send", phone.typing.text ? "Clear" : "Cancel"],
  draw: (phone) => [document.createTextNode(phone.held.screen.screen)],
  key: typeInto,
  back: (phone) => phone.typing.back(),
  left: (phone) => phone.reply(),
  right: (phone) => (phone.typing.text ? phone.typing.back() : phone.hangUp()),
  call: (phone) => phone.reply(),
  end: (phone) => phone.hangUp(),
};

export const over = {
  counts: true,
  soft: () => ["OK", ""],
  draw: (phone) => [document.createTextNode(phone.held.screen.screen)],
  left: (phone) => phone.hangUp(),
  call: (phone) => phone.hangUp(),
  end: (phone) => phone.hangUp(),
};

export const messages = {
  list: (phone) => [null, ...phone.held.inbox],
  soft: (phone) => [phone.chosen ? "Open" : "Write", "Back"],
  draw: (phone) => [
    piece("span", "title", "Messages"),
    ...messages.list(phone).map((sms, place) => {
      const row = piece("div", "row");
      row.dataset.row = place;
      if (!sms) row.append("+ Write");
      else {
        const mark = sms.direction === "sent" ? ">" : sms.read ? " " : "*";
        row.classList.toggle("new", sms.direction === "received" && !sms.read);
        row.append(`${mark} ${short(sms.peer)}`, piece("time", "", hour(sms.at)));
      }
      return row;
    }),
  ],
  left: (phone) => (phone.chosen ? phone.open(phone.held.inbox[phone.chosen - 1]) : phone.write(phone.shortcode)),
  call: (phone) => messages.left(phone),
  ...LEAVE_KEYS,
};

export const message = {
  soft: (phone) => [phone.opened.direction === "received" ? "Reply" : "", "Back"],
  draw: (phone) => [
    piece("span", "title", `${phone.opened.direction === "sent" ? "To" : "From"} ${short(phone.opened.peer)} ${hour(phone.opened.at)}`),
    document.createTextNode(phone.opened.text),
  ],
  // A name cannot be answered: the hotline's own number can.
  left: (phone) => phone.opened.direction === "received" &&
    phone.write(/^\+?[0-9]+$/.test(phone.opened.peer) ? phone.opened.peer : phone.shortcode),
  call: (phone) => message.left(phone),
  right: (phone) => phone.show("messages"),
  back: (phone) => phone.show("messages"),
  end: goIdle,
};

export const writing = {
  input: true,
  soft: (phone) => ["Send", phone.typing.text ? "Clear" : "Back"],
  draw: (phone) => [
    piece("span", "title", `To ${short(phone.to)}`),
    piece("span", "small", `${phone.typing.text.length} letters`),
  ],
  key: typeInto,
  back: (phone) => phone.typing.back(),
  left: (phone) => phone.send(),
  call: (phone) => phone.send(),
  right: (phone) => (phone.typing.text ? phone.typing.back() : phone.show("messages")),
  end: goIdle,
};

export const sent = {
  soft: () => ["OK", ""],
  draw: () => [document.createTextNode("Message sent.")],
  left: goIdle,
  call: goIdle,
  end: goIdle,
};

export const calls = {
  list: (phone) => phone.held.calls,
  soft: (phone) => [phone.held.calls.length ? "Call" : "", "Back"],
  draw: (phone) => [
    piece("span", "title", "Dialled"),
    ...phone.held.calls.map((call, place) => {
      const row = piece("div", "row", call.dialled);
      row.dataset.row = place;
      row.append(piece("time", "", hour(call.at)));
      return row;
    }),
    piece("span", "small", phone.held.calls.length ? "What was dialled stays here, for whoever takes the phone next." : "Nothing was dialled."),
  ],
  left: (phone) => phone.held.calls.length && phone.dial(phone.held.calls[phone.chosen].dialled),
  call: (phone) => calls.left(phone),
  ...LEAVE_KEYS,
};

// On the phone's own keypad the hash key changes between digits and letters; the keyboard types what it says.
function typeInto(phone, key, typed) {
  if (typed) phone.typing.type(key);
  else if (key === "#") phone.typing.letters = !phone.typing.letters;
  else phone.typing.press(key);
}
