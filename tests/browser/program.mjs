// The program itself: builds small sites that a test writes, and answers searches over HTTP.

import { spawn, execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// The folder of the site that the tests look at: the example.
export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = process.env.VADEMECUM ?? join(REPOSITORY, "target/release/vademecum");

// Builds a site of these files, { path: text }, lends the folder of its output to a piece of work,
// and takes it away again.
export const withBuilt = async (files, work) => {
  const folder = await mkdtemp(join(tmpdir(), "vademecum-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const out = join(folder, "out");
    await promisify(execFile)(PROGRAM, ["--root", folder, "build", "--out", out]);
    return await work(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

// Starts `serve` on a free port and lends its address.
export const withServed = async (root, work) => {
  const port = await freePort();
  const program = spawn(PROGRAM, ["--root", root, "serve", "--port", port], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => program.once("close", resolve));
  try {
    await new Promise((resolve, reject) => {
      let said = "";
      const hear = (text) => {
        said += text;
        if (said.includes(`:${port}/`)) resolve();
      };
      program.stdout.on("data", hear);
      program.stderr.on("data", hear);
      program.once("error", reject);
      ended.then(() => reject(new Error(`the program ended: ${said}`)));
    });
    return await work(`http://127.0.0.1:${port}/`);
  } finally {
    program.kill();
    await ended;
  }
};
