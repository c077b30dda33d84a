// Certificates for the tests, made by OpenSSL's own program.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that the server may enter whoever it runs as. */
export function certificateFolder() {
  const dir = mkdtempSync(join(tmpdir(), "pico-tls-"));
  chmodSync(dir, 0o755);
  return dir;
}

const falseClock = readdirSync("/usr/lib").map((dir) => `/usr/lib/${dir}/faketime/libfaketime.so.1`).find(existsSync);

/** Writes DIR/cert.pem and DIR/key.pem, self-signed, in place of what was there; made so many days ago. Returns their paths and the certificate's text. */
export function makeCertificate(dir, { host = "stats.example.com", days = 30, daysAgo = 0 } = {}) {
  const [cert, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${key}.new`, "-out", `${cert}.new`, "-days", String(days), "-subj", "/O=Test", "-addext", `subjectAltName=DNS:${host},DNS:localhost,IP:127.0.0.1`], { encoding: "utf8", env: { PATH: process.env.PATH, ...(daysAgo > 0 && { LD_PRELOAD: falseClock, FAKETIME: `-${daysAgo}d` }) } });
  if (made.status !== 0) throw new Error(made.stderr);
  for (const path of [cert, key]) {
    chmodSync(`${path}.new`, 0o644); // the server gives root up, and must be able to read it later
    renameSync(`${path}.new`, path);
  }
  return { cert, key, pem: readFileSync(cert, "utf8") };
}
