// What the keys type: digits, or letters by pressing a key again and again.

const LETTERS = {
  1: ".,'?!-1", 2: "abc2", 3: "def3", 4: "ghi4", 5: "jkl5", 6: "mno6",
  7: "pqrs7", 8: "tuv8", 9: "wxyz9", 0: " 0", "*": "*",
};
const PATIENCE = 900;

export class Typing {
  constructor() {
    this.clear({ letters: false });
  }

  get mode() {
    return this.letters ? "abc" : "123";
  }

  // What the hash key turns to.
  get otherMode() {
    return this.letters ? "123" : "abc";
  }

  clear({ letters = this.letters } = {}) {
    Object.assign(this, { letters, text: "", last: null });
  }

  // A key of the phone. In letters, the same key soon after turns the last letter into the next one.
  press(key) {
    if (!this.letters) {
      this.text += key;
      return;
    }
    const row = LETTERS[key] ?? key;
    const again = this.last && this.last.key === key && Date.now() - this.last.at < PATIENCE;
    const place = again ? (this.last.place + 1) % row.length : 0;
    this.text = (again ? this.text.slice(0, -1) : this.text) + row[place];
    this.last = { key, place, at: Date.now() };
  }

  // A letter of the computer's keyboard.
  type(letter) {
    this.text += letter;
    this.last = null;
  }

  back() {
    this.text = this.text.slice(0, -1);
    this.last = null;
  }
}
