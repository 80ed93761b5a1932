// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
// A PouchDB-based server (express-pouchdb) as the central server of tisckb-cli, both directions.

const express = require('express')
const PouchDB = require('pouchdb').plugin(require('pouchdb-adapter-memory'))
const { assert, cli, cliJson, fs, leaves, main, path, serveScript, storeLeaves, test } = require('./harness')

// The server runs in a process of its own: cli () blocks this one.
if (process.argv[2] === 'serve') {
  const app = express()
  app.use('/', require('express-pouchdb')(PouchDB.defaults({ adapter: 'memory' }), {
    mode: 'minimumForPouchDB', logPath: path.join(process.argv[3], 'log.txt'), inMemoryConfig: true
  }))
  const listener = app.listen(0, '127.0.0.1', () => console.log(`listening ${listener.address().port}`))
} else {
  const state = {}

  test('tisckb-cli pushes the starter content to express-pouchdb', async context => {
    state.url = `${await serveScript(context, __filename)}/tisckb`
    state.remote = new PouchDB(state.url)
    await state.remote.info() // makes the database
    state.one = path.join(context.work, 'one.tisckb')
    cli(['--store', state.one, 'init', '--starter'])
    cli(['--store', state.one, 'sync', state.url])
    const there = await leaves(state.remote)
    const ids = Object.keys(there)
    assert.ok(ids.length >= 112, `${ids.length} documents arrived`)
    const sample = ids.filter((id, index) => index % 10 === 0)
    assert.deepStrictEqual(storeLeaves(state.one, sample),
      Object.fromEntries(sample.map(id => [id, there[id]])))
  })

  test('a second store pulls everything and finds it', async context => {
    state.two = path.join(context.work, 'two.tisckb')
    cli(['--store', state.two, 'init'])
    cli(['--store', state.two, 'sync', state.url])
    const ids = Object.keys(await leaves(state.remote)).filter((id, index) => index % 7 === 0)
    assert.deepStrictEqual(storeLeaves(state.two, ids), storeLeaves(state.one, ids))
    assert.ok(cliJson(['--store', state.two, 'search', '专利']).length > 0)
  })

  test('edits travel in both directions and conflicts are the same on both sides', async () => {
    const id = 'system:espacenet'
    const doc = await state.remote.get(id)
    await state.remote.put({ ...doc, summary: 'Edited at the server.' })
    const [mine] = cliJson(['--store', state.one, 'show', id])
    cli(['--store', state.one, 'put', '-'], { input: JSON.stringify({ ...mine, summary: 'Edited in the store.' }) })
    cli(['--store', state.one, 'sync', state.url])
    cli(['--store', state.two, 'sync', state.url])
    const there = (await leaves(state.remote))[id]
    assert.strictEqual(there.length, 2)
    assert.deepStrictEqual(storeLeaves(state.one, [id])[id], there)
    assert.deepStrictEqual(storeLeaves(state.two, [id])[id], there)
  })

  test('a sync with nothing to do moves nothing', async () => {
    const before = (await state.remote.info()).update_seq
    cli(['--store', state.one, 'sync', state.url])
    assert.strictEqual((await state.remote.info()).update_seq, before)
  })

  test('the stores are clean', async () => {
    for (const store of [state.one, state.two]) cli(['--store', store, 'check'])
    assert.ok(fs.existsSync(state.one))
  })

  main()
}
