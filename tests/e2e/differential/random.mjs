// Random choices that a seed repeats. `Random.of(seed, index)` gives each case choices of its own, so that one
// case can be repeated without those before it.

export class Random {
  constructor(state) {
    this.state = state >>> 0;
  }

  static of(seed, index) {
    const random = new Random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
    for (let i = 0; i < 4; i += 1) random.next();
    return random;
  }

  /** At least 0, less than 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number of from…to, both possible. */
  int(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(p) {
    return this.next() < p;
  }

  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  /** Each element with probability p. */
  some(list, p = 0.5) {
    return list.filter(() => this.chance(p));
  }

  /** [[weight, value], …] */
  weighed(rows) {
    let at = this.next() * rows.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of rows) {
      at -= weight;
      if (at < 0) return value;
    }
    return rows.at(-1)[1];
  }

  times(from, to, make) {
    return Array.from({ length: this.int(from, to) }, (_, i) => make(i));
  }
}
