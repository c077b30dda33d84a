// Clocks that are wrong, by libfaketime.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, preload } from "./picolytics.mjs";

export const library = readdirSync("/usr/lib").map((dir) => `/usr/lib/${dir}/faketime/libfaketimeMT.so.1`).find((path) => {
  try {
    return readdirSync(join(path, "..")).length > 0;
  } catch {
    return false;
  }
});

/** A clock that can be set while a process runs by it: so many seconds off the real one. */
export class FalseClock {
  constructor(seconds = 0) {
    this.file = join(dataDirectory(), "clock");
    this.set(seconds);
    this.env = { ...preload(library), FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1" };
  }
  set(seconds) {
    writeFileSync(this.file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  }
}
