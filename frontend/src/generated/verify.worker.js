// Written by docs/generate.py from src/cloudnego/audit/verify.html.
"use strict";
// The same checks as verify.py, in the same order; docs/AUDIT.md is the specification of both.
(() => {
  const JOINT = ["table", "filing", "notice"];
  const SEEN = { enterprise: [...JOINT, "employer"], union: [...JOINT, "worker"], authority: ["filing", "notice"], auditor: JOINT };
  const FIELDS = "audience calendar case district files format kind made_at made_by name pack purpose software streams";
  const STRINGS = ["actor", "at", "body_commit", "command_id", "district", "stream", "type", "via"];
  const MAYBE = ["mandate", "occurred_on", "sig"];
  const NUMBERS = ["seq", "type_version", "v"];
  const ACTS = { contract_signed: "document_hash", draft_signed: "draft_hash", minutes_confirmed: "minutes_hash", minutes_signed: "minutes_hash", offer_sent: "plan topics", reply_sent: "outcome plan topics" };
  const LEAF = [...STRINGS, ...MAYBE, ...NUMBERS].sort().join(" ");
  const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+08:00$/;
  const HEX = /^[0-9a-f]{64}$/;
  const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
  const HASHES = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
  const FULL = 0xffffffff;

  const REGISTER = "papers/register.json";
  const ERASED = ["文字已依法删除", "its words were erased"];
  const need = (good, why) => { if (!good) throw new TypeError(why); };
  const text = (raw) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  const bytes = (said) => new TextEncoder().encode(said);
  const latin = (raw) => Array.from(raw, (one) => String.fromCharCode(one)).join("");
  const hex = (raw) => Array.from(raw, (one) => one.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => a.length === b.length && a.every((one, at) => one === b[at]);
  const unhex = (said) => {
    need(typeof said === "string" && /^([0-9a-f]{2})*$/.test(said), "not hexadecimal");
    return Uint8Array.from(said.match(/../g) ?? [], (one) => parseInt(one, 16));
  };
  const join = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of parts) { all.set(one, at); at += one.length; }
    return all;
  };

  // --- hashes -------------------------------------------------------------------------------------------------
  const primes = [];
  for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);
  const root = (n, degree, bits) => { // the first bits of the fraction of a root, exactly
    const wanted = BigInt(n) << BigInt(bits * degree);
    let low = 0n, high = 1n << BigInt(bits + 8);
    while (high - low > 1n) { const mid = (low + high) >> 1n; if (mid ** BigInt(degree) <= wanted) low = mid; else high = mid; }
    return low & ((1n << BigInt(bits)) - 1n);
  };
  const K = Uint32Array.from(primes.slice(0, 64), (p) => Number(root(p, 3, 32)));
  const H = Uint32Array.from(primes.slice(0, 8), (p) => Number(root(p, 2, 32)));
  const K5 = primes.map((p) => root(p, 3, 64)), H5 = primes.slice(0, 8).map((p) => root(p, 2, 64));

  class Sha256 {
    constructor() { this.h = H.slice(); this.w = new Uint32Array(64); this.rest = new Uint8Array(64); this.left = 0; this.size = 0; }
    block(raw, at) {
      const { w, h } = this;
      for (let i = 0; i < 16; i++, at += 4) w[i] = (raw[at] << 24) | (raw[at + 1] << 16) | (raw[at + 2] << 8) | raw[at + 3];
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = (w[i - 16] + w[i - 7] + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, i] = h;
      for (let n = 0; n < 64; n++) {
        const t = (i + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[n] + w[n]) | 0;
        const u = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        i = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
      }
      [a, b, c, d, e, f, g, i].forEach((one, n) => { h[n] += one; });
    }
    update(raw) {
      let at = 0;
      this.size += raw.length;
      while (at < raw.length) {
        if (this.left === 0 && raw.length - at >= 64) { this.block(raw, at); at += 64; continue; }
        const some = Math.min(64 - this.left, raw.length - at);
        this.rest.set(raw.subarray(at, at + some), this.left);
        this.left += some; at += some;
        if (this.left === 64) { this.block(this.rest, 0); this.left = 0; }
      }
      return this;
    }
    digest() {
      const size = this.size, tail = new Uint8Array(((this.left + 9 + 63) & ~63) - this.left);
      tail[0] = 0x80;
      new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(size) * 8n);
      this.update(tail);
      const out = new Uint8Array(32);
      this.h.forEach((one, n) => new DataView(out.buffer).setUint32(4 * n, one));
      return out;
    }
  }
  const sha256 = (...parts) => { const one = new Sha256(); for (const part of parts) one.update(part); return one.digest(); };
  const M64 = (1n << 64n) - 1n;
  const sha512 = (raw) => { // signatures alone need it, and they sign a few lines
    const padded = new Uint8Array((raw.length + 17 + 127) & ~127);
    padded.set(raw); padded[raw.length] = 0x80;
    const view = new DataView(padded.buffer), h = H5.slice(), turn = (x, n) => ((x >> n) | (x << (64n - n))) & M64;
    view.setBigUint64(padded.length - 8, BigInt(raw.length) * 8n);
    for (let at = 0; at < padded.length; at += 128) {
      const w = Array.from({ length: 16 }, (_, n) => view.getBigUint64(at + 8 * n));
      for (let n = 16; n < 80; n++) {
        const x = w[n - 15], y = w[n - 2];
        w.push((w[n - 16] + w[n - 7] + (turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)) + (turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n))) & M64);
      }
      let [a, b, c, d, e, f, g, i] = h;
      for (let n = 0; n < 80; n++) {
        const t = i + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & M64 & g)) + K5[n] + w[n];
        const u = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        i = g; g = f; f = e; e = (d + t) & M64; d = c; c = b; b = a; a = (t + u) & M64;
      }
      [a, b, c, d, e, f, g, i].forEach((one, n) => { h[n] = (h[n] + one) & M64; });
    }
    const out = new Uint8Array(64);
    h.forEach((one, n) => new DataView(out.buffer).setBigUint64(8 * n, one));
    return out;
  };
  const CRC = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1; return n; });
  const crc32 = (raw) => { let c = FULL; for (const one of raw) c = CRC[(c ^ one) & 255] ^ (c >>> 8); return (c ^ FULL) >>> 0; };

  // --- the container ------------------------------------------------------------------------------------------
  const packed = (...fields) => { // [bytes, value] each, little-endian
    const out = new Uint8Array(fields.reduce((sum, [length]) => sum + length, 0));
    let at = 0;
    for (const [length, value] of fields) { let left = BigInt(value); for (let n = 0; n < length; n++, left >>= 8n) out[at++] = Number(left & 255n); }
    return out;
  };
  const local = (name, size, crc) => join(packed([4, 0x04034b50], [2, 45], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, FULL], [4, FULL], [2, name.length], [2, 20]), name, packed([2, 1], [2, 16], [8, size], [8, size]));
  const directory = (entries, end) => {
    const rows = entries.map((one) => join(packed([4, 0x02014b50], [2, 45], [2, 45], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, one.crc], [4, FULL], [4, FULL], [2, one.name.length], [2, 28], [2, 0], [2, 0], [2, 0], [4, 0], [4, FULL]), bytes(one.name), packed([2, 1], [2, 24], [8, one.size], [8, one.size], [8, one.header])));
    const size = rows.reduce((sum, one) => sum + one.length, 0), count = rows.length;
    return join(...rows, packed([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, end], [4, 0x07064b50], [4, 0], [8, end + size], [4, 1], [4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, FULL], [4, FULL], [2, 0]));
  };
  class Archive {
    constructor(raw, report) {
      this.raw = raw; this.entries = new Map();
      let at = 0;
      while (raw.length - at >= 4 && raw[at] === 0x50 && raw[at + 1] === 0x4b && raw[at + 2] === 3 && raw[at + 3] === 4) {
        Archive.where = `zip:${at}`;
        const one = this.entry(at, report);
        this.entries.set(one.name, one); at = one.start + one.size;
      }
      Archive.where = `zip:${at}`;
      need(same(raw.subarray(at), directory([...this.entries.values()], at)), "the directory is not that of the contents");
    }
    entry(at, report) {
      const { raw } = this;
      need(raw.length - at >= 30, "a header was altered or is cut off");
      const view = new DataView(raw.buffer, raw.byteOffset), said = view.getUint32(at + 14, true), length = view.getUint16(at + 26, true);
      const start = at + 50 + length, head = raw.subarray(at, start), name = raw.subarray(at + 30, at + 30 + length), told = latin(name);
      const size = head.length === 50 + length ? Number(view.getBigUint64(start - 8, true)) : 0;
      need(same(head, local(name, size, said)), "a header was altered or is cut off");
      need(NAME.test(told) && !this.entries.has(told), "a name that is none, or is there twice");
      need(raw.length - start >= size, `the file breaks off within ${told}`);
      const content = raw.subarray(start, start + size);
      if (crc32(content) !== said) report.push([2, `zip:${at}`, "内容与校验和不符", `${told} is not what its checksum says`]);
      return { name: told, header: at, start, size, crc: said, sha: hex(sha256(content)) };
    }
    read(name) {
      Archive.where = name;
      const one = this.entries.get(name);
      need(one, `${name} is missing`);
      return this.raw.subarray(one.start, one.start + one.size);
    }
    * lines(name) {
      const content = this.read(name);
      for (let at = 0; at < content.length;) {
        const found = content.indexOf(10, at), end = found < 0 ? content.length : found + 1;
        yield content.subarray(at, end);
        at = end;
      }
    }
  }
  const written = (value) => {
    if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
    if (value !== null && typeof value === "object") return `{${Object.keys(value).sort().map((key) => `${written(key)}:${written(value[key])}`).join(",")}}`;
    if (typeof value === "string") need(!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value), "half a character");
    if (typeof value === "number") need(Number.isSafeInteger(value), "no whole number");
    return JSON.stringify(value);
  };
  const canonical = (raw, fields = "", end = "") => {
    const said = text(raw), value = JSON.parse(said);
    need(written(value) + end === said, "it is not written in the one way");
    if (fields) need(value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).sort().join(" ") === fields, "it has not the fields it must have");
    return value;
  };

  // --- Ed25519: canonical points and numbers alone, no key of small order ---------------------------------------
  const Q = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (a) => { const b = a % Q; return b < 0n ? b + Q : b; };
  const power = (base, n) => { let found = 1n, b = mod(base); for (; n; n >>= 1n, b = b * b % Q) if (n & 1n) found = found * b % Q; return found; };
  const D = mod(-121665n * power(121666n, Q - 2n)), ROOT = power(2n, (Q - 1n) / 4n), ZERO = [0n, 1n, 1n, 0n];
  const number = (raw) => raw.reduceRight((sum, one) => (sum << 8n) | BigInt(one), 0n);
  const point = (raw) => {
    const whole = number(raw), odd = whole >> 255n, y = whole & ((1n << 255n) - 1n);
    const square = mod((y * y - 1n) * power(D * y * y + 1n, Q - 2n));
    let x = power(square, (Q + 3n) / 8n);
    if (mod(x * x - square)) x = x * ROOT % Q;
    if (y >= Q || raw.length !== 32 || mod(x * x - square) || (x === 0n && odd)) return null;
    if ((x & 1n) !== odd) x = Q - x;
    return [x, y, 1n, x * y % Q];
  };
  const plus = (p, q) => {
    const a = (p[1] - p[0]) * (q[1] - q[0]), b = (p[1] + p[0]) * (q[1] + q[0]), c = 2n * p[3] * q[3] * D, d = 2n * p[2] * q[2];
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const times = (n, p) => { let found = ZERO, b = p; for (; n; n >>= 1n, b = plus(b, b)) if (n & 1n) found = plus(found, b); return found; };
  const BASE = point(Uint8Array.from({ length: 32 }, (_, n) => Number((mod(4n * power(5n, Q - 2n)) >> BigInt(8 * n)) & 255n)));
  const remembered = new Map(); // a file given twice has the same signatures
  const ed25519 = (pub, message, signature) => {
    const named = [pub, sha256(message), signature].map(hex).join(" ");
    if (!remembered.has(named)) remembered.set(named, checked(pub, message, signature));
    return remembered.get(named);
  };
  const checked = (pub, message, signature) => {
    const key = point(pub), r = point(signature.subarray(0, 32)), s = number(signature.subarray(32));
    if (!key || !r || s >= L || signature.length !== 64 || times(8n, key)[0] === 0n) return false;
    const h = number(sha512(join(signature.subarray(0, 32), pub, message))) % L, p = times(s, BASE), q = plus(r, times(h, key));
    return mod(p[0] * q[2] - q[0] * p[2]) === 0n && mod(p[1] * q[2] - q[1] * p[2]) === 0n;
  };

  // --- keys and signed notes ------------------------------------------------------------------------------------
  const base64 = (raw) => btoa(latin(raw));
  const unbase64 = (said) => {
    need(typeof said === "string", "no base64");
    const raw = Uint8Array.from(atob(said), (one) => one.charCodeAt(0));
    need(base64(raw) === said, "base64 that is not written in the one way");
    return raw;
  };
  const keyId = (name, kind, pub) => hex(sha256(bytes(`${name}\n`), Uint8Array.of(kind), pub).subarray(0, 4));
  const witness = (vkey, side = "") => {
    need(typeof vkey === "string", "not the key of a witness");
    const [name, told, ...rest] = vkey.split("+"), raw = unbase64(rest.join("+"));
    need(raw.length === 33 && raw[0] === 4 && name && keyId(name, 4, raw.subarray(1)) === told, `not the key of a witness: ${vkey}`);
    return { name, pub: raw.subarray(1), side };
  };
  const is = (a, b) => a.name === b.name && same(a.pub, b.pub);
  const note = (raw) => {
    const said = text(raw), gap = said.lastIndexOf("\n\n"), lines = said.slice(gap + 2).split("\n");
    need(gap >= 0 && lines.pop() === "" && lines.length, "not a signed note");
    const signatures = lines.map((line) => {
      const parts = line.split(" ");
      need(parts.length === 3 && parts[0] === "\u2014", "not a signed note");
      const found = unbase64(parts[2]);
      return { name: parts[1], id: hex(found.subarray(0, 4)), rest: found.subarray(4) };
    });
    return [bytes(said.slice(0, gap + 1)), signatures];
  };
  const headOf = (said, where) => {
    const [origin, size, rootOf, last, ...more] = text(said).split("\n");
    need(last === "" && !more.length && /^(0|[1-9][0-9]{0,14})$/.test(size) && unbase64(rootOf).length === 32, "not a checkpoint");
    return { where, origin, size: Number(size), root: rootOf };
  };
  const signed = (raw, name, keys, where, report) => {
    const [said, signatures] = note(raw), got = [], own = signatures.slice(0, keys.now.length);
    const good = own.length === keys.now.length && own.every((one, n) => one.name === name && one.id === keyId(name, 1, keys.now[n]) && ed25519(keys.now[n], said, one.rest));
    if (!good) report.push([1, where, "没有本记录现用密钥的有效签名", "the log's own keys have not signed this"]);
    for (const one of signatures.slice(keys.now.length)) {
      const who = keys.witnesses.find((w) => w.name === one.name && keyId(w.name, 4, w.pub) === one.id), at = number(one.rest.slice(0, 8).reverse());
      if (who && ed25519(who.pub, join(bytes(`cosignature/v1\ntime ${at}\n`), said), one.rest.subarray(8))) got.push([who, Number(at)]);
      else report.push([1, where, "见证签名不成立", `the co-signature of ${one.name} does not hold`]);
    }
    return [said, got];
  };

  // --- entries ---------------------------------------------------------------------------------------------------
  const leafOf = (raw, due, before) => {
    const leaf = canonical(raw, LEAF, "\n");
    need(Object.entries(due).every(([key, one]) => leaf[key] === one), `${leaf.stream}/${leaf.seq} stands here`);
    need(STRINGS.every((one) => typeof leaf[one] === "string") && NUMBERS.every((one) => typeof leaf[one] === "number") && MAYBE.every((one) => leaf[one] === null || typeof leaf[one] === "string"), "its fields are not those of an entry");
    need(HEX.test(leaf.command_id) && AT.test(leaf.at), "its command_id or its time is none");
    need(leaf.at >= before, `its time ${leaf.at} is before ${before}`);
    return leaf;
  };
  const committed = (kind, text, salt, told) => {
    need((text === null) === (salt === null), "words without their salt, or the reverse");
    if (text === null) return;
    need(typeof text === "string" && HEX.test(salt) && hex(sha256(Uint8Array.of(kind), unhex(salt), bytes(text))) === told, "it is not what was committed to");
  };
  const contentOf = (raw, leaf) => {
    const found = canonical(raw, "body salt words words_salt", "\n"), said = JSON.parse(found.body || '{"facts":{},"words":null}');
    committed(2, found.body, found.salt, leaf.body_commit);
    committed(3, found.words, found.words_salt, said.words);
    need(!found.body || (said.facts.occurred_on ?? null) === leaf.occurred_on, "occurred_on is not the body's");
    return found;
  };
  const bare = (value) => (Array.isArray(value) ? value.map(bare) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).map(([key, one]) => [key, bare(one)])) : value);
  const actMark = (leaf, body, keys) => {
    const acts = ACTS[leaf.type];
    need(acts, "a signature where none can be");
    const raw = unbase64(leaf.sig), pub = raw.subarray(0, 32), facts = bare(JSON.parse(body).facts);
    const said = written({ actor: leaf.actor, case: leaf.stream.split("/")[0], command: leaf.command_id, facts: Object.fromEntries(Object.entries(facts).filter(([key]) => acts.split(" ").includes(key))), log: keys.log, type: leaf.type });
    need(keys.signers.some((one) => one.actor === leaf.actor && same(one.pub, pub)) && ed25519(pub, bytes(`cloudnego act 1\n${said}`), raw.subarray(32)), "no device key of who acted has signed this act");
    return hex(sha256(pub)).slice(0, 8);
  };
  const taken = (here, leaf, content, keys, found) => { // what is asked for later; what there is to say of it
    const body = content.body ?? "", words = content.words ?? "", rows = [];
    if (body && leaf.type === "poll_counted") found.polls.push([here, JSON.parse(body).facts]);
    for (const sha of found.hashes.size ? (body + words).match(HASHES) ?? [] : []) if (found.hashes.has(sha) && !found.named.has(sha)) found.named.set(sha, here);
    if (body && leaf.sig !== null) {
      const mark = actMark(leaf, body, keys);
      found.acts.set(here, [leaf.actor, mark]);
      rows.push([9, here, `以设备密钥 ${mark} 签署`, `signed with device key ${mark}`]);
    } else if (body && leaf.type in ACTS) rows.push([9, here, "已记录，未以设备密钥确认", "recorded, not confirmed with a device key"]);
    if (!words && !body.endsWith(',"words":null}')) {
      found.gaps.add(leaf.stream);
      rows.push([9, here, ...(body ? ERASED : ["内容不在本文件中", "its body is not in this file"])]);
    }
    return rows;
  };
  const entries = (archive, manifest, keys, found, report) => {
    const names = ["events.jsonl", "bodies.jsonl", "hashes.txt"], none = new Uint8Array(0);
    const rows = names.map((name) => archive.lines(name)), next = () => rows.map((one) => one.next().value ?? none);
    let count = 0;
    for (const { stream, size } of manifest.streams) {
      const peaks = [], due = { v: 1, district: manifest.district, stream: `${manifest.case}/${stream}` };
      let before = "";
      found.roots.set(`${stream} 0`, base64(sha256()));
      for (let seq = 1; seq <= size; seq++) {
        const [raw, line, listed] = next();
        let node = sha256(Uint8Array.of(0), raw.subarray(0, Math.max(raw.length - 1, 0))), where = names[0];
        count++;
        try {
          const leaf = leafOf(raw, { ...due, seq }, before);
          need(latin(listed) === `${hex(node)}\n`, "hashes.txt has the hash of another entry");
          before = leaf.at; where = names[1];
          report.push(...taken(`${stream}/${seq}`, leaf, contentOf(line, leaf), keys, found));
        } catch (cause) {
          report.push([0, `${where}:${count} ${stream}/${seq}`, "这一条不成立", cause.message]);
          if (!raw.length) return;
        }
        for (let done = seq - 1; done & 1; done >>= 1) node = sha256(Uint8Array.of(1), peaks.pop(), node);
        peaks.push(node);
        if (found.sizes.get(stream).has(seq)) found.roots.set(`${stream} ${seq}`, base64(peaks.slice(0, -1).reduceRight((right, peak) => sha256(Uint8Array.of(1), peak, right), node)));
      }
    }
    if (rows.some((one) => !one.next().done)) report.push([0, `${names[0]}:${count + 1}`, "多出来的一行", "a line too many"]);
  };

  // --- what lies beside the entries --------------------------------------------------------------------------------
  const tallied = (archive, polls, report) => {
    for (const [where, counted] of polls) {
      const name = `ballots/${counted.poll}.txt`, votes = new Map();
      if (!archive.entries.has(name)) { report.push([9, where, "选票清单不在本文件中", "its list of ballots is not in this file"]); continue; }
      const lines = [...archive.lines(name)], add = (choice, n) => votes.set(choice, (votes.get(choice) ?? 0) + n);
      for (const line of lines) for (const choice of text(line).split(" ")[1].split(",")) add(choice, 1);
      for (const one of counted.counts) add(one.choice, -one.votes);
      for (const one of counted.urn) add(one.choice, one.votes);
      if (archive.entries.get(name).sha !== counted.list_hash || lines.length !== counted.cast || [...votes.values()].some((left) => left)) report.push([0, name, "不是记录里的选票清单", `it is not the list that ${where} names, or not its votes`]);
    }
  };

  const papers = (archive, found, report) => { // against their register; what stands on them against the entries
    const left = new Map([...archive.entries].filter(([name]) => name.startsWith("papers/") && name !== REGISTER).map(([name, one]) => [name, one.sha]));
    const rows = archive.entries.has(REGISTER) ? canonical(archive.read(REGISTER)) : [], known = new Set(rows.flatMap((one) => Object.values(one.files)));
    for (const one of rows) {
      for (const [kind, sha] of Object.entries(one.files)) {
        const name = `papers/${one.number}.${kind}`, there = left.get(name) ?? "";
        left.delete(name);
        if (there !== sha) report.push(one.erased && !there ? [9, name, ...ERASED] : [0, name, "不是登记的那一份", "it is not what the register names"]);
        const said = there === sha && kind === "json" ? text(archive.read(name)) : "{}";
        for (const hash of [...new Set(said.match(HASHES) ?? [])].filter((each) => !known.has(each)).sort()) {
          const where = found.named.get(hash);
          if (where) report.push([9, name, `所述文本即 ${where} 所写的`, `the text it speaks of is that of ${where}`]);
          else report.push([found.gaps.size ? 9 : 0, name, "所述哈希不在记录中", "no entry names a hash on it"]);
        }
        for (const act of JSON.parse(said).signatures ?? []) {
          const [who, mark] = found.acts.get(act.entry) ?? [];
          if (who === undefined || who !== act.person || mark !== act.mark) report.push([0, name, `${act.entry} 没有这个签名`, `${act.entry} has no such signature`]);
        }
      }
    }
    for (const name of [...left.keys()].sort()) report.push([0, name, "登记簿里没有", "the register does not name it"]);
  };
  const climbed = (entry, at, size, path) => { // RFC 6962, 2.1.1
    need(Number.isSafeInteger(at) && Number.isSafeInteger(size) && at >= 0 && at < size && path.length > 0 === size > 1, "it is no path in a tree of this size");
    if (size === 1) return sha256(Uint8Array.of(0), bytes(entry));
    let half = 1;
    while (half * 2 < size) half *= 2;
    const last = unbase64(path[path.length - 1]), rest = path.slice(0, -1);
    return at < half ? sha256(Uint8Array.of(1), climbed(entry, at, half, rest), last) : sha256(Uint8Array.of(1), last, climbed(entry, at - half, size - half, rest));
  };
  const stood = (archive, manifest, keys, got, report) => { // whoever co-signed such a head has confirmed the streams as they stood in it
    const heads = [], log = `${manifest.name}/${manifest.district}`;
    const last = [...archive.entries.keys()].filter((name) => /^witnessed\/\d+\/head\.txt$/.test(name)).map((name) => name.slice(0, -9));
    for (const [folder, one] of ["district", ...last].flatMap((folder) => manifest.streams.map((one) => [folder, one]))) {
      const name = `${folder}/${one.stream}.json`;
      if (!archive.entries.has(name)) { report.push([9, name, "区的记录还没有这个流", "the log of the district has not seen this stream yet"]); continue; }
      const said = canonical(archive.read(name), "entry index leaf path seq streams under"), leaf = canonical(bytes(said.leaf)), entry = canonical(bytes(said.entry));
      const [said_, witnesses] = signed(archive.read(`${folder}/head.txt`), log, keys, name, report), head = headOf(said_, name);
      const over = base64(climbed(said.leaf, said.seq - 1, head.size, said.path)), under = hex(climbed(said.entry, said.index, said.streams, said.under));
      const told = [head.origin, over, entry.stream, leaf.at, leaf.district, leaf.heads, leaf.seq, leaf.streams];
      const due = [log, head.root, `${manifest.case}/${one.stream}`, entry.at, manifest.district, under, said.seq, said.streams];
      if (told.some((found, n) => found !== due[n])) report.push([1, name, "区的记录不能证明它", "the log of the district does not prove it"]);
      heads.push({ where: name, origin: one.origin, size: entry.size, root: base64(unhex(entry.root)) });
      for (const [who, at] of witnesses) further(got, one.stream, who, entry.size, at);
    }
    if (archive.entries.has("district/stamp.json")) report.push([9, "district/stamp.json", "请用 openssl ts 核对", "see openssl ts"]);
    return heads;
  };

  // --- the whole -------------------------------------------------------------------------------------------------
  const described = (archive) => {
    const manifest = canonical(archive.read("manifest.json"), FIELDS), listed = archive.read("keys.json"), said = canonical(listed, text(listed).includes('"signers":') ? "logs name signers witnesses" : "logs name witnesses");
    const logs = said.logs.map((one) => [unbase64(one.public), one.until]), witnesses = said.witnesses.map((one) => { need(typeof one.side === "string", "no side"); return witness(one.vkey, one.side); });
    need(manifest.streams.every((one, n) => Number.isSafeInteger(one.size) && one.stream === SEEN[manifest.audience][n]), "streams of another audience");
    const origins = SEEN[manifest.audience].map((name) => `${said.name}/${manifest.case}/${name}`);
    const now = logs.filter(([, until]) => until === null).map(([key]) => key);
    need(manifest.format === "cloudnego-audit/1" && manifest.name === said.name && now.length && manifest.streams.map((one) => one.origin).join("\n") === origins.join("\n") && manifest.streams.length === origins.length && Array.isArray(manifest.files), "another form, no key of its log, or streams of another audience or case");
    const signers = (said.signers ?? []).map((one) => ({ actor: one.actor, pub: unbase64(one.public) }));
    return [manifest, { log: said.name, now, ever: logs.map(([key]) => key), witnesses, signers }];
  };
  const further = (got, stream, who, upto, at) => {
    const known = got.find((row) => row.stream === stream && is(row.who, who));
    if (!known) got.push({ stream, who, upto, at });
    else if (upto > known.upto || (upto === known.upto && at > known.at)) Object.assign(known, { upto, at });
  };
  const confirmed = (archive, manifest, keys, report) => {
    const heads = [], got = [];
    for (const one of manifest.streams) {
      need(unbase64(one.root).length >= 0, "no root");
      const older = [...archive.entries.keys()].filter((name) => name.startsWith(`cosigned/${one.stream}-`));
      for (const name of [`checkpoints/${one.stream}.txt`, ...older]) {
        const [said, witnesses] = signed(archive.read(name), one.origin, keys, name, report), head = headOf(said, name);
        heads.push(head);
        if (head.origin !== one.origin || (!older.includes(name) && (head.size !== one.size || head.root !== one.root))) report.push([1, name, "与清单不是同一个检查点", "it is not the head that the manifest names"]);
        for (const [who, at] of witnesses) further(got, one.stream, who, head.size, at);
      }
    }
    return [heads, got];
  };
  const headsHeld = (name, raw, keys, streams, report) => {
    Archive.where = name;
    let notes = [raw];
    if (raw[0] === 0x50 && raw[1] === 0x4b && raw[2] === 3 && raw[3] === 4) {
      const old = new Archive(raw, report);
      notes = [...old.entries.keys()].filter((one) => one.startsWith("checkpoints/") || one.startsWith("cosigned/")).map((one) => old.read(one));
    } else if (text(raw).startsWith("c2sp.org/tlog-proof@v1\n")) notes = [bytes(text(raw).slice(text(raw).indexOf("\n\n") + 2))];
    const held = notes.map(note).map(([said, lines]) => [headOf(said, name), said, lines]).filter(([head]) => streams.has(head.origin));
    const good = held.every(([, said, lines]) => keys.ever.some((key) => lines.some((one) => ed25519(key, said, one.rest))));
    if (!held.length || !good) report.push([1, name, "不是本记录的，或没有它的签名", "this log has not signed it"]);
    return held.map(([head]) => head);
  };
  const order = (who) => `${who.name} ${hex(who.pub)} ${who.side}`;
  const ruled = (archive, stream, got, report) => { // how far so many have confirmed a stream as its policy says are enough (C2SP tlog-policy)
    const far = new Map([["none", [0, "none"]]]), name = `policy/${stream}.txt`;
    for (const [kind, called, ...rest] of text(archive.read(name)).split("\n").filter((line) => line).map((line) => line.split(" "))) {
      if (kind === "witness") {
        const key = witness(rest[0], "");
        far.set(called, [got.find((row) => row.stream === stream && is(row.who, key))?.upto ?? 0, ""]);
      } else if (kind === "group") {
        const many = rest[0] === "any" ? 1 : rest[0] === "all" ? rest.length - 1 : Number(rest[0]);
        const there = rest.slice(1).map((one) => far.get(one)[0]).sort((a, b) => a - b), upto = there[many > 0 ? there.length - many : -many];
        need(upto !== undefined, "a group of more than there are");
        far.set(called, [upto, rest.join(" ")]);
      }
      const [upto, rule] = far.get(called) ?? [0, ""];
      if (kind === "quorum") report.push([9, name, `足数（${rule}）确认到第 ${upto} 条`, `enough (${rule}) to ${upto}`]);
    }
  };
  const whole = (archive, known, held, report) => {
    const [manifest, keys] = described(archive), name = `${manifest.name}/export`;
    const there = [...archive.entries.values()].map((one) => ({ path: one.name, sha256: one.sha, size: one.size })), listed = [there[0], ...there.slice(3)];
    for (let n = 0; n < Math.max(listed.length, manifest.files.length); n++) {
      if (!listed[n] || !manifest.files[n] || written(listed[n]) !== written(manifest.files[n])) report.push([2, (listed[n] ?? manifest.files[n]).path, "不是清单里的那一份", "it is another one"]);
    }
    for (const one of archive.entries.values()) if (one.name.startsWith("files/") && one.name !== `files/${one.sha}`) report.push([0, one.name, "不是名称所示的文件", "its hash is not its name"]);
    const [said] = signed(archive.read("manifest.note"), name, { ...keys, witnesses: [] }, "manifest.note", report);
    if (text(said) !== `${name}\n${base64(unhex(there[1].sha256))}\n`) report.push([1, "manifest.note", "签的不是这份清单", "another manifest was signed"]);
    const [heads, got] = confirmed(archive, manifest, keys, report), streams = new Map(manifest.streams.map((one) => [one.origin, one.stream]));
    for (const [label, raw] of held) heads.push(...headsHeld(label, raw, keys, streams, report));
    heads.push(...stood(archive, manifest, keys, got, report));
    const wanted = new Map(manifest.streams.map((one) => [one.stream, new Set(heads.filter((head) => head.origin === one.origin).map((head) => head.size))]));
    const facts = [...archive.entries.keys()].filter((one) => /^papers\/.*json/.test(one)).map((one) => text(archive.read(one))).join("\n");
    const found = { sizes: wanted, hashes: new Set(facts.match(HASHES) ?? []), roots: new Map(), named: new Map(), acts: new Map(), polls: [], gaps: new Set() };
    entries(archive, manifest, keys, found, report);
    for (const head of heads) {
      const stream = streams.get(head.origin);
      if (stream === undefined || found.roots.get(`${stream} ${head.size}`) !== head.root) report.push([1, head.where, `${stream} 的前 ${head.size} 条与它不符`, `entries 1 to ${head.size} of ${stream} are others`]);
    }
    tallied(archive, found.polls, report);
    papers(archive, found, report);
    for (const { stream, size } of manifest.streams.filter((one) => one.size)) {
      for (const row of got.filter((one) => one.stream === stream).sort((a, b) => (order(a.who) < order(b.who) ? -1 : 1))) report.push([9, stream, `${row.who.side} 已确认前 ${row.upto} 条，共 ${size} 条`, `${row.who.side} confirmed ${row.upto}/${size}, ${new Date(Math.min(row.at, FULL) * 1000).toISOString().slice(0, 19).replace("T", " ")}Z: ${row.who.name}`]);
      for (const one of known) {
        const due = JOINT.includes(stream) || keys.witnesses.some((who) => is(who, one) && who.side === stream);
        if (due && !got.some((row) => row.stream === stream && is(row.who, one))) report.push([1, stream, "没有您所持公钥的见证", `${one.name} has confirmed nothing of it`]);
      }
      ruled(archive, stream, got, report);
    }
  };
  const verify = (raw, keys = [], held = []) => {
    const report = keys.length ? [] : [[9, "keys.json", "见证公钥是本文件自己说的，请自行核对", "it names these keys itself: compare"]];
    try {
      whole(new Archive(raw, report), keys.map((one) => witness(one)), held, report);
    } catch (wrong) {
      report.push([1, Archive.where, "不是它应有的样子", `it is not as it must be: ${wrong.message}`]);
    }
    return report.map((row, at) => [row, at]).sort(([a, x], [b, y]) => a[0] - b[0] || x - y).map(([row]) => row);
  };
  globalThis.cloudnego = { verify, ed25519, sha256, sha512 };

  // --- the page --------------------------------------------------------------------------------------------------
  if (typeof document === "undefined") return;
  const SIDES = { worker: "职工方", employer: "企业方", authority: "人社部门", union: "上级工会" };
  const STREAMS = { table: "协商桌", filing: "报送审查", notice: "进度通报", worker: "职工方内部", employer: "企业方内部" };
  const at = (id) => document.getElementById(id), read = async (file) => new Uint8Array(await file.arrayBuffer());
  at("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    at("go").disabled = true;
    at("list").replaceChildren();
    const say = (good, words) => { Object.assign(at("verdict"), { hidden: false, className: good === null ? "" : good ? "good" : "bad", textContent: words }); };
    say(null, "正在核对… · Checking…");
    await new Promise((done) => setTimeout(done, 30));
    try {
      const held = [];
      for (const one of at("held").files) held.push([one.name, await read(one)]);
      const report = verify(await read(at("file").files[0]), at("keys").value.split(/\s+/).filter(Boolean), held);
      const faults = report.filter(([rank]) => rank < 9);
      say(!faults.length, faults.length ? `不成立 · DOES NOT HOLD (${faults.length})` : "成立 · HOLDS");
      for (const [rank, where, zh, en] of [...faults.slice(0, 20), ...report.slice(faults.length)]) {
        const row = document.createElement("li"), code = document.createElement("code"), below = document.createElement("div");
        if (rank < 9) row.className = "bad";
        code.textContent = where; below.className = "en"; below.textContent = en;
        const said = zh.replace(/^(worker|employer|authority|union) (?=已)/, (_, side) => SIDES[side]).replace(/^(\w+) (?=的前)/, (whole, one) => STREAMS[one] ?? whole);
        row.append(STREAMS[where] ?? code, ` ${said}`, below);
        at("list").append(row);
      }
    } catch (wrong) { say(false, `读不了 · CANNOT BE READ: ${wrong.message}`); }
    at("go").disabled = false;
  });
})();
onmessage = ({ data }) => {
  try {
    postMessage({ report: globalThis.cloudnego.verify(data.file, data.keys, data.held) });
  } catch (wrong) {
    postMessage({ wrong: wrong.message });
  }
};
