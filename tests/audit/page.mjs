// The program of verify.html without its page: reads a line of JSON for each question, answers with a line.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const page = readFileSync(process.argv[2], "utf8");
(0, eval)(page.slice(page.indexOf("<script>") + 8, page.indexOf("</script>")));
const known = new Map();
const read = (path) => {
  if (!known.has(path)) known.set(path, new Uint8Array(readFileSync(path)));
  return known.get(path);
};
const changed = (whole, [from, to, instead]) => {
  const put = Buffer.from(instead, "hex"), raw = new Uint8Array(from + put.length + whole.length - to);
  raw.set(whole.subarray(0, from));
  raw.set(put, from);
  raw.set(whole.subarray(to), from + put.length);
  return raw;
};
for await (const line of createInterface({ input: process.stdin })) {
  const { path, keys = [], held = [], change, many } = JSON.parse(line);
  if (many !== undefined) { // of many changed files: whether each is refused
    const refused = many.map((one) => globalThis.cloudnego.verify(changed(read(path), one)).some(([rank]) => rank < 9));
    process.stdout.write(`${JSON.stringify(refused)}\n`);
    continue;
  }
  const raw = change === undefined ? new Uint8Array(readFileSync(path)) : changed(read(path), change);
  const report = globalThis.cloudnego.verify(raw, keys, held.map((one) => [one.split("/").pop(), read(one)]));
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
