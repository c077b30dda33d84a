// Real Chromium, in two ways: driven by Playwright, or left alone with an address (a driven one neither hides its tabs nor prerenders).
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** What a person's browser calls itself; the headless one says that it is a robot. */
export const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

/** A Playwright browser. The back-forward cache is on, as it is for visitors. */
export function launchBrowser() {
  return chromium.launch({ executablePath, args, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

/** Opens the address in a Chromium that nobody drives; its pages act by themselves. close() ends it. */
export async function openUndriven(address) {
  const profile = await mkdtemp(join(tmpdir(), 'pico-chromium-'));
  const flags = ['--headless', '--disable-popup-blocking', `--user-data-dir=${profile}`];
  const child = spawn(executablePath, [...args, ...flags, address], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    async close() {
      process.kill(-child.pid, 'SIGKILL'); // its helpers are in its process group
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
