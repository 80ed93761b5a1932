// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
// What every interop test needs: a TAP runner, private folders, our programs as child processes, and
// the leaf revisions of a database however they are asked for.

const assert = require('node:assert')
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const build = process.env.TKB_BUILD_ROOT || path.resolve(__dirname, '../../build')
const program = {
  cli: path.join(build, 'src/cli/tisckb-cli'),
  server: path.join(build, 'src/server/tisckb-server')
}
const password = 'correct horse battery staple'

const cases = []
const test = (name, run) => cases.push({ name, run })

async function main () {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tisckb-interop-'))
  const context = { work, children: [] }
  console.log(`1..${cases.length}`)
  let failed = 0
  for (const [index, { name, run }] of cases.entries()) {
    try {
      await run(context)
      console.log(`ok ${index + 1} ${name}`)
    } catch (error) {
      failed++
      console.log(`not ok ${index + 1} ${name}`)
      console.log(String(error.stack || error).replace(/^/gm, '# '))
    }
  }
  for (const child of context.children) child.kill('SIGTERM')
  await new Promise(resolve => setTimeout(resolve, 200))
  fs.rmSync(work, { recursive: true, force: true })
  process.exit(failed ? 1 : 0)
}

// Runs tisckb-cli to its end; throws unless it exits with the expected status.
function cli (args, { input, status = 0 } = {}) {
  const run = spawnSync(program.cli, args, { input, encoding: 'utf8', timeout: 120000, maxBuffer: 1 << 28 })
  assert.strictEqual(run.status, status, `tisckb-cli ${args.join(' ')}: exit ${run.status}\n${run.stderr}`)
  return run.stdout
}

const cliJson = (args, options) =>
  cli([...args, '--json'], options).split('\n').filter(Boolean).map(line => JSON.parse(line))

// Runs a script as a server in a process of its own, for cli () blocks this one; the address it listens on.
function serveScript (context, script) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, 'serve', context.work],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: context.work })
    context.children.push(child)
    child.once('exit', code => reject(new Error(`the server ended with ${code}`)))
    child.stdout.on('data', chunk => {
      const found = /listening (\d+)/.exec(chunk)
      if (found) resolve(`http://127.0.0.1:${found[1]}`)
    })
  })
}

function passwordFile (context) {
  const file = path.join(context.work, 'password')
  fs.writeFileSync(file, password, { mode: 0o600 })
  return file
}

function addUser (context, data, name, role) {
  const run = spawnSync(program.server, ['user', 'add', name, '--role', role, '--password-file',
    passwordFile(context), '--data', data], { encoding: 'utf8', timeout: 30000 })
  assert.strictEqual(run.status, 0, run.stderr)
}

// Starts tisckb-server on a free port; resolves to { url, port, stop (signal) }.
function startServer (context, data, { port = 0, args = [] } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program.server, ['--data', data, '--listen', `127.0.0.1:${port}`, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] })
    context.children.push(child)
    let text = ''
    const ended = new Promise(resolve => child.once('exit', resolve))
    const listen = chunk => {
      text += chunk
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)
      if (found) {
        resolve({
          child,
          port: Number(found[1]),
          url: `http://127.0.0.1:${found[1]}`,
          stop: signal => { child.kill(signal || 'SIGTERM'); return ended }
        })
      }
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', code => reject(new Error(`tisckb-server ended with ${code}\n${text}`)))
  })
}

// { id: [leaf revisions, sorted] } of a PouchDB (local or over HTTP), local and design documents left out.
async function leaves (db) {
  const { results } = await db.changes({ since: 0, style: 'all_docs' })
  const map = {}
  for (const row of results) {
    if (!row.id.startsWith('_design/')) map[row.id] = row.changes.map(change => change.rev).sort()
  }
  return map
}

// The same of a store file, through the program that owns it.
function storeLeaves (store, ids) {
  const map = {}
  for (const id of ids) {
    map[id] = cliJson(['--store', store, 'history', id]).filter(row => row.leaf).map(row => row._rev).sort()
  }
  return map
}

module.exports = { addUser, assert, cli, cliJson, fs, leaves, main, password, passwordFile, path, serveScript, startServer, storeLeaves, test }
