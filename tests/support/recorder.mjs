// A site that carries the tracker and is its server, too: it keeps every message the tracker sends.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { buildTracker } from '../../scripts/build/tracker.mjs';

const waitMs = 15000;
const source = new URL('../../static/pico.js', import.meta.url);
export const trackerSource = await readFile(source, 'utf8');
const tracker = await buildTracker(trackerSource);

export const tag = '<script defer src="/pico.js"></script>';
const page = (body) => `<!doctype html><title>page</title>${body}`;

export class Recorder {
  messages = []; // in order of arrival: the fields sent, and `request`: { path, type, bytes }
  #pages;
  #waiting = new Set();
  #server;

  /** pages: path to HTML; every other path is a page with the tag, but GET /wait/NAME is answered once a message of that name came. */
  static async start(pages = {}) {
    const recorder = new Recorder();
    recorder.#pages = pages;
    recorder.#server = createServer((request, response) => recorder.#answer(request, response));
    await new Promise((resolve) => recorder.#server.listen(0, '127.0.0.1', resolve));
    recorder.origin = `http://127.0.0.1:${recorder.#server.address().port}`;
    return recorder;
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  get names() {
    return this.messages.map((message) => message.n);
  }

  forget() {
    this.messages.length = 0;
  }

  /** The messages, once there are at least so many. */
  received(count) {
    return this.#when(() => this.messages.length >= count, `${count} messages`);
  }

  /** The messages, once one of that name has come. */
  receivedOne(name) {
    return this.#when(() => this.names.includes(name), name);
  }

  /** Names received, once the page has nothing more on its way: a request made after the others has been answered. */
  async settled(page) {
    await page.evaluate(async () => {
      for (let i = 0; i < 3; i++) await fetch('/settled', { method: 'POST' });
    });
    return this.names;
  }

  #when(condition, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited for ${what}, got: ${this.names.join(' ') || 'nothing'}`));
      }, waitMs);
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(this.messages);
      };
      this.#waiting.add(check);
      check();
    });
  }

  async #answer(request, response) {
    const path = request.url.split('?')[0];
    if (request.method === 'POST') {
      const chunks = await request.toArray();
      const body = Buffer.concat(chunks);
      if (path !== '/settled') {
        this.messages.push({ ...JSON.parse(body), request: { path, type: request.headers['content-type'], bytes: body.length } });
      }
      response.writeHead(202).end('ok');
      for (const check of [...this.#waiting]) check();
    } else if (path.startsWith('/wait/')) {
      await this.receivedOne(path.slice('/wait/'.length)).catch(() => {}); // the test that waits for the same will tell
      response.end();
    } else if (/\/(pico|picolytics)\.js$/.test(path)) {
      response.writeHead(200, { 'Content-Type': 'application/javascript' }).end(tracker);
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page(this.#pages[path] ?? tag));
    }
  }
}
