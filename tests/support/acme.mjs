// Let's Encrypt's own test authority (pebble) with its DNS server, as the tests of ACME need it.
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";
import { certificateFolder, makeCertificate } from "./certificates.mjs";
import { until } from "./picolytics.mjs";

/** Ports that were free a moment ago. */
export async function freePorts(count) {
  const listeners = await Promise.all(Array.from({ length: count }, () => new Promise((resume) => {
    const listener = net.createServer().listen(0, "127.0.0.1", () => resume(listener));
  })));
  const ports = listeners.map((listener) => listener.address().port);
  await Promise.all(listeners.map((listener) => new Promise((resume) => listener.close(resume))));
  return ports;
}

function ask(module, options, body) {
  return new Promise((resume, reject) => {
    const request = module.request({ host: "127.0.0.1", ...options }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resume({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

export class Authority {
  /** httpPort: where it asks for the answers of challenges. validity: of certificates, in seconds. port: of its directory. */
  static async start({ httpPort, validity = 90 * 86400, port } = {}) {
    const authority = new Authority();
    const [own, management, dns, dnsManagement] = await freePorts(4);
    Object.assign(authority, { port: port ?? own, management, dnsManagement, log: "" });
    authority.dir = certificateFolder();
    Object.assign(authority, { files: makeCertificate(authority.dir, { host: "localhost" }) });
    const config = { pebble: { listenAddress: `127.0.0.1:${authority.port}`, managementListenAddress: `127.0.0.1:${management}`, certificate: authority.files.cert, privateKey: authority.files.key, httpPort, tlsPort: 1, certificateValidityPeriod: validity } };
    writeFileSync(join(authority.dir, "pebble.json"), JSON.stringify(config));
    authority.processes = [
      spawn("pebble-challtestsrv", ["-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${dnsManagement}`, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "", "-defaultIPv4", "127.0.0.1"], { stdio: "ignore" }),
      spawn("pebble", ["-config", join(authority.dir, "pebble.json"), "-dnsserver", `127.0.0.1:${dns}`, "-strict"], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "5", PEBBLE_AUTHZREUSE: "0" } }),
    ];
    for (const stream of [authority.processes[1].stdout, authority.processes[1].stderr]) stream.on("data", (bytes) => (authority.log += bytes));
    authority.root = (await until("the authority to start", async () => {
      const answer = await ask(https, { port: management, path: "/roots/0", rejectUnauthorized: false });
      return answer.status === 200 && answer;
    })).text;
    return authority;
  }

  /** The settings that lead a server here. */
  env(host) {
    return { AUTOTLS_ENABLED: "true", AUTOTLS_HOST: host, AUTOTLS_DIRECTORY: `https://localhost:${this.port}/dir`, AUTOTLS_CA_FILE: this.files.cert };
  }

  get issued() {
    return (this.log.match(/Issued certificate serial/g) ?? []).length;
  }
  get orders() {
    return (this.log.match(/There are now \d+ orders in the db|Added order/g) ?? []).length;
  }

  /** From now on the name leads to that address; undefined: to this machine again. */
  async lead(host, address) {
    const say = async (path, more) => {
      const answer = await ask(http, { port: this.dnsManagement, path, method: "POST" }, JSON.stringify({ host: `${host}.`, ...more }));
      if (answer.status !== 200) throw new Error(answer.text);
    };
    await say("/clear-a");
    if (address !== undefined) await say("/add-a", { addresses: [address] });
  }

  async stop() {
    for (const process of this.processes) process.kill("SIGTERM");
    await Promise.all(this.processes.map((process) => process.exitCode !== null || process.signalCode !== null || new Promise((resume) => process.once("exit", resume))));
    rmSync(this.dir, { recursive: true, force: true });
  }
}
