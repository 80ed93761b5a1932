// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
// The same documents pulled from tisckb-server by tisckb-cli and by PouchDB 9 (leveldb), each into an empty
// store; ratios within this run. usage: bench-pull.js [DOCUMENTS] [BYTES]

const { spawnSync } = require('node:child_process')
const PouchDB = require('pouchdb')
const { addUser, cli, fs, main, password, passwordFile, path, startServer, test } = require('../interop/harness')

const [count, bytes] = [Number(process.argv[2] || 20000), Number(process.argv[3] || 4096)]
const seconds = async run => {
  const start = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - start) / 1e9
}

test(`pull of ${count} documents of ${bytes} bytes`, async context => {
  const data = path.join(context.work, 'server')
  const source = path.join(context.work, 'source.tisckb')
  const corpus = path.join(context.work, 'corpus.ndjson')
  addUser(context, data, 'editor', 'editor')
  const server = await startServer(context, data)
  const url = `${server.url}/tisckb`
  const account = ['--user', 'editor', '--password-file', passwordFile(context)]
  fs.writeFileSync(corpus, spawnSync(path.join(process.env.TKB_BUILD_ROOT, 'tests/bench/bench-corpus-print'),
    [String(count), String(bytes)], { maxBuffer: 1 << 30 }).stdout)
  cli(['--store', source, 'init'])
  cli(['--store', source, 'put', corpus])
  const push = await seconds(() => cli(['--store', source, 'sync', url, '--push', ...account]))

  cli(['--store', path.join(context.work, 'one.tisckb'), 'init'])
  const ours = await seconds(() => cli(['--store', path.join(context.work, 'one.tisckb'), 'sync', url, '--pull', ...account]))
  const remote = new PouchDB(url, { auth: { username: 'editor', password }, skip_setup: true })
  const pouch = {}
  for (const size of [100, 1000]) {
    const local = new PouchDB(path.join(context.work, `pouch-${size}`))
    pouch[size] = await seconds(() => local.replicate.from(remote, { batch_size: size }))
    const info = await local.info()
    if (info.doc_count < count) throw new Error(`PouchDB has ${info.doc_count} documents`)
    await local.close()
  }
  await server.stop()
  console.log(`# pull, tisckb-cli / PouchDB at its default batch of 100   ${(pouch[100] / ours).toFixed(2)}`)
  console.log(`# pull, tisckb-cli / PouchDB at a batch of 1000            ${(pouch[1000] / ours).toFixed(2)}`)
  console.log(`# push by tisckb-cli / its own pull                        ${(ours / push).toFixed(2)}`)
})

main()
