// A WebSocket client for the black-box tests: small, and able to say what a well-behaved one does not.
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";

export class WebSocketClient {
  /** tls: options of a TLS client, for one over TLS. Resolves with an open client; rejects with the answer's status and text when the handshake is refused. */
  static open(address, { path = "/ws", headers = {}, tls } = {}) {
    const [host, port] = address.split(":");
    const key = randomBytes(16).toString("base64");
    return new Promise((resume, reject) => {
      const request = (tls ? https : http).request({ host, port, path, ...tls, headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key, ...headers } });
      request.on("upgrade", (response, socket, first) => {
        const expected = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
        if (response.headers["sec-websocket-accept"] !== expected) reject(new Error("wrong Sec-WebSocket-Accept"));
        else resume(new WebSocketClient(socket, first));
      });
      request.on("response", (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => reject(Object.assign(new Error(`handshake answered ${response.statusCode}`), { status: response.statusCode, text: Buffer.concat(parts).toString() })));
      });
      request.on("error", reject);
      request.end();
    });
  }

  constructor(socket, first) {
    this.socket = socket;
    this.buffer = first;
    this.messages = [];
    this.waiting = [];
    this.pongs = 0;
    this.closeCode = undefined;
    this.ended = new Promise((resume) => socket.once("close", resume));
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => {});
    this.ended.then(() => this.#deliver());
    this.#take(Buffer.alloc(0));
  }

  #take(bytes) {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    while (this.buffer.length >= 2) {
      let size = this.buffer[1] & 127;
      let at = 2;
      if (size === 126) [size, at] = [this.buffer.length >= 4 ? this.buffer.readUInt16BE(2) : Infinity, 4];
      else if (size === 127) [size, at] = [this.buffer.length >= 10 ? Number(this.buffer.readBigUInt64BE(2)) : Infinity, 10];
      if (this.buffer.length < at + size) break;
      const opcode = this.buffer[0] & 15;
      const payload = this.buffer.subarray(at, at + size);
      this.buffer = this.buffer.subarray(at + size);
      if (opcode === 1) this.messages.push(payload.toString());
      else if (opcode === 9) this.frame(10, payload);
      else if (opcode === 10) ++this.pongs;
      else if (opcode === 8) {
        this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        if (!this.saidGoodBye) this.frame(8, payload.subarray(0, 2));
      }
    }
    this.#deliver();
  }

  #deliver() {
    while (this.waiting.length > 0 && (this.messages.length > 0 || this.socket.destroyed)) this.waiting.shift()(this.messages.shift());
  }

  frame(opcode, payload = Buffer.alloc(0)) {
    const bytes = Buffer.from(payload);
    const size = bytes.length < 126 ? Buffer.from([128 | bytes.length]) : bytes.length < 65536 ? Buffer.from([254, bytes.length >> 8, bytes.length & 255]) : Buffer.concat([Buffer.from([255]), (() => { const long = Buffer.alloc(8); long.writeBigUInt64BE(BigInt(bytes.length)); return long; })()]);
    const mask = randomBytes(4);
    const masked = Buffer.from(bytes.map((byte, i) => byte ^ mask[i % 4]));
    if (opcode === 8) this.saidGoodBye = true;
    this.socket.write(Buffer.concat([Buffer.from([128 | opcode]), size, mask, masked]));
  }

  send(message) {
    this.frame(1, Buffer.from(typeof message === "string" ? message : JSON.stringify(message)));
  }

  /** The next text message; undefined when the connection has ended. */
  receive(timeoutMs = 30_000) {
    return new Promise((resume, reject) => {
      const timer = setTimeout(() => reject(new Error("no message came")), timeoutMs);
      this.waiting.push((message) => (clearTimeout(timer), resume(message)));
      this.#deliver();
    });
  }

  async receiveJson(timeoutMs) {
    const message = await this.receive(timeoutMs);
    return message === undefined ? undefined : JSON.parse(message);
  }

  async ask(message) {
    this.send(message);
    return this.receiveJson();
  }

  close() {
    this.frame(8, Buffer.from([3, 232]));
    return this.ended;
  }
}
