import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { streamResponse, verifySignature } from '@layercode/node-server-sdk';
import { chromium } from 'playwright-core';
import { writeSpeech } from './microphone.mjs';  // of web/test: run.sh copies it

// Our platform between the official SDKs: a backend on @layercode/node-server-sdk, and @layercode/js-sdk in Chromium, both as they come from npm.

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SECRET = 'whsec_peers';
const MODULES = path.join(HERE, 'node_modules');
const ASSETS = { 'onnxruntime-web/1.23.2/': 'onnxruntime-web/dist/', 'vad-web/0.0.29/': '@ricky0123/vad-web/dist/' };
const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.onnx': 'application/octet-stream', '.html': 'text/html' };
const PAGE = `<!doctype html><title>peer</title><script type="module">
import LayercodeClient from '/sdk.js';
globalThis.seen = { messages: [], data: [], errors: [], speaking: [], connected: null, disconnects: 0, statuses: [] };
globalThis.open = async (settings, socket) => {
  const seen = globalThis.seen;
  globalThis.client = new LayercodeClient({
    ...settings,
    onConnect: (about) => (seen.connected = about),
    onDisconnect: () => seen.disconnects++,
    onError: (error) => seen.errors.push(String(error)),
    onMessage: (message) => seen.messages.push(message),
    onAgentSpeakingChange: (speaking) => seen.speaking.push(speaking),
    onDataMessage: (message) => seen.data.push(message),
    onStatusChange: (status) => seen.statuses.push(status),
  });
  globalThis.client._websocketUrl = socket;
  await globalThis.client.connect();
};
globalThis.loaded = true;
</script>`;

async function listen(handler) {
  const server = createServer((request, response) => handler(request, response).catch((error) => response.destroy(error)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { server, url: `http://localhost:${server.address().port}` };
}

async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Hands each webhook to `answer(hook, stream)` of the test, by the SDK's own stream; keeps all of them. */
async function startBackend(stage, answer) {
  const backend = await listen(async (request, response) => {
    const raw = await bodyOf(request);
    if (request.url === '/api/authorize') {
      const session = await fetch(`http://${stage.platform}/v1/agents/web/authorize_session`, { method: 'POST', headers: { Authorization: 'Bearer peers' }, body: raw });
      return response.writeHead(session.status, { 'Content-Type': 'application/json' }).end(await session.text());
    }
    const hook = parsed(raw);
    if (!hook) return response.writeHead(400).end();
    // As Layercode's own examples check it, over what was parsed and written again, and over the bytes that came.
    const signature = request.headers['layercode-signature'] ?? '';
    const good = [raw, JSON.stringify(hook)].every((payload) => verifySignature({ payload, signature, secret: SECRET }));
    stage.hooks.push({ ...hook, good, headers: request.headers });
    if (!good) return response.writeHead(401).end();
    if (hook.type !== 'session.start' && hook.type !== 'message' && hook.type !== 'data') return response.writeHead(200).end();
    const reply = streamResponse(hook, async ({ stream }) => {
      await answer(hook, stream);
      stream.end();
    });
    response.writeHead(reply.status, Object.fromEntries(reply.headers));
    request.socket.on('close', () => stage.cut.push(hook.turn_id));
    for await (const piece of reply.body) response.write(piece);
    response.end();
  });
  return backend;
}

/** The program, as a user starts it. */
async function startPlatform(stage, flags) {
  const child = spawn(process.env.ANTIPHON, ['layercode-platform', '--webhook-url', `${stage.backend.url}/api/agent`, '--webhook-secret', SECRET, ...flags]);
  stage.child = child;
  child.stderr.on('data', (data) => (stage.notes += data));
  let out = '';
  for await (const data of child.stdout) {
    out += data;
    if (out.includes('\n')) break;
  }
  stage.platform = out.trim().replace('listening on ', '');
}

/** What stands in for assets.layercode.com: the SDK's voice detector, from node_modules. Worklets pass by whatever a test could intercept. */
async function serveAssets(folder) {
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=assets.layercode.com', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const server = createSecureServer({ key: await readFile(key), cert: await readFile(certificate) }, async (request, response) => {
    const name = request.url.slice(1);
    const [prefix, place] = Object.entries(ASSETS).find(([start]) => name.startsWith(start)) ?? [];
    if (!prefix) return response.writeHead(404).end();
    const file = path.join(MODULES, place + path.basename(name));
    response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)], 'Access-Control-Allow-Origin': '*' }).end(await readFile(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return server;
}

/** The page, whose requests for the SDK's assets are answered from this machine, or by nobody. */
async function openPage(stage, microphone, assets) {
  stage.assets = assets ? await serveAssets(stage.folder) : null;
  const place = stage.assets ? `127.0.0.1:${stage.assets.address().port}` : '127.0.0.1:9';
  const site = await listen(async (request, response) => {
    const file = request.url === '/sdk.js' ? path.join(MODULES, '@layercode/js-sdk/dist/layercode-js-sdk.esm.js') : null;
    response.writeHead(200, { 'Content-Type': file ? TYPES['.js'] : TYPES['.html'] }).end(file ? await readFile(file) : PAGE);
  });
  const sound = microphone ? [`--use-file-for-fake-audio-capture=${microphone}%noloop`] : [];
  stage.browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--host-resolver-rules=MAP assets.layercode.com:443 ${place}`, '--ignore-certificate-errors', ...sound],
  });
  const context = await stage.browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => stage.frames.push(JSON.parse(payload))));
  page.on('pageerror', (error) => stage.complaints.push(error.message));
  await page.goto(site.url);
  await page.waitForFunction(() => globalThis.loaded);
  // The page asks its own origin's backend, as a site does.
  await context.route(`${site.url}/api/authorize`, async (route) => {
    const reply = await fetch(`${stage.backend.url}/api/authorize`, { method: 'POST', body: route.request().postData() });
    await route.fulfill({ status: reply.status, body: await reply.text(), contentType: 'application/json' });
  });
  stage.page = page;
  stage.site = site;
}

/**
 * Runs `act(stage)` with a platform, a backend that answers by `answer`, and a page with a microphone that speaks `says`.
 * @param settings says: parts of `speak`; flags of the platform; assets: whether the SDK finds its voice detector
 */
export async function withStage({ says, flags = [], assets = false, answer }, act) {
  const folder = await mkdtemp(path.join(tmpdir(), 'antiphon-layercode-'));
  const stage = { hooks: [], cut: [], frames: [], complaints: [], notes: '', folder };
  try {
    stage.backend = await startBackend(stage, answer);
    await startPlatform(stage, flags);
    await openPage(stage, says && (await writeSpeech(process.env.ANTIPHON, path.join(folder, 'microphone.wav'), says, 'auto')), assets);
    stage.socket = `ws://${stage.platform}/v1/agents/web/websocket`;
    stage.open = (settings = {}) => stage.page.evaluate(([all, socket]) => globalThis.open(all, socket), [{ agentId: 'peer', authorizeSessionEndpoint: '/api/authorize', metadata: { seat: 4 }, ...settings }, stage.socket]);
    stage.seen = () => stage.page.evaluate(() => globalThis.seen);
    stage.until = (condition, argument) => stage.page.waitForFunction(condition, argument, { timeout: 90_000 });
    stage.messages = () => stage.hooks.filter((hook) => hook.type === 'message');
    await act(stage);
  } finally {
    await stage.browser?.close();
    stage.child?.kill('SIGTERM');
    if (stage.child && stage.child.exitCode === null) await once(stage.child, 'exit');
    for (const server of [stage.site?.server, stage.backend?.server, stage.assets]) server?.closeAllConnections(), server?.close();
    await rm(folder, { recursive: true });
  }
}
