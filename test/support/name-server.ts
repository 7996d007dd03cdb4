import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** What a name leads to. `silent`: no answer ever comes. `unknown`: there is no such name. */
export type NameRecord = { addresses: readonly string[]; ttlSeconds?: number } | "silent" | "unknown";

const IPV4 = 1;
const HEADER_BYTES = 12;
const NO_SUCH_NAME = 3;

/** A name server on a free UDP port of 127.0.0.1 that answers what the test wants. */
export class NameServer {
  readonly #socket: Socket;
  readonly #records = new Map<string, NameRecord[]>();
  /** Names that were asked for, with the type of address, such as `two.example A`. */
  readonly questions: string[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (message, { port, address }) => {
      const reply = this.#answer(message);
      if (reply !== undefined) socket.send(reply, port, address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new NameServer(socket);
  }

  /** For the resolver's list of servers. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** One record for every question, or one after the other for questions of each type; the last one stays. */
  set(name: string, ...records: NameRecord[]): void {
    this.#records.set(name, records);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, "close");
  }

  #answer(message: Buffer): Buffer | undefined {
    const { name, type, end } = questionOf(message);
    const asked = `${name} ${type === IPV4 ? "A" : "AAAA"}`;
    const times = this.questions.filter((question) => question === asked).length;
    this.questions.push(asked);
    const records = this.#records.get(name) ?? ["unknown"];
    const record = records[Math.min(times, records.length - 1)] ?? "unknown";
    if (record === "silent") return undefined;
    if (record === "unknown") return reply(message, end, NO_SUCH_NAME, []);
    const bytes = record.addresses.map(bytesOf).filter(({ length }) => length === (type === IPV4 ? 4 : 16));
    const answers = bytes.map((address) => answerOf(type, record.ttlSeconds ?? 60, address));
    return reply(message, end, 0, answers);
  }
}

function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function reply(question: Buffer, end: number, code: number, answers: Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(question.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, question.subarray(HEADER_BYTES, end), ...answers]);
}

/** `0xc00c` points at the name in the question. */
function answerOf(type: number, ttlSeconds: number, address: Buffer): Buffer {
  const fields = Buffer.alloc(HEADER_BYTES);
  fields.writeUInt16BE(0xc00c, 0);
  fields.writeUInt16BE(type, 2);
  fields.writeUInt16BE(1, 4);
  fields.writeUInt32BE(ttlSeconds, 6);
  fields.writeUInt16BE(address.length, 10);
  return Buffer.concat([fields, address]);
}

function bytesOf(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const words = (text: string | undefined) => (text === undefined || text === "" ? [] : text.split(":"));
  const [first, last] = [words(head), words(tail)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => "0"), ...last];
  return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}
