// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
// server-setup against a PouchDB-based server that runs validate_doc_update functions as CouchDB does.

const express = require('express')
const PouchDB = require('pouchdb').plugin(require('pouchdb-adapter-memory'))
const { assert, cli, cliJson, main, path, serveScript, test } = require('./harness')

// The server runs in a process of its own: cli () blocks this one.
if (process.argv[2] === 'serve') {
  const app = express()
  app.use('/', require('express-pouchdb')(PouchDB.defaults({ adapter: 'memory' }), {
    mode: 'minimumForPouchDB',
    overrideMode: { include: ['routes/security', 'validation'] },
    logPath: path.join(process.argv[3], 'log.txt'),
    inMemoryConfig: true
  }))
  const listener = app.listen(0, '127.0.0.1', () => console.log(`listening ${listener.address().port}`))
} else {
  const state = {}

  const send = async (method, where, body) => {
    const response = await fetch(state.url + where, {
      method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body)
    })
    return { status: response.status, body: await response.json() }
  }

  test('server-setup makes the database, its members, the rules and the starter content', async context => {
    state.url = `${await serveScript(context, __filename)}/tisckb`
    const [done] = cliJson(['server-setup', state.url])
    assert.strictEqual(done.database, true)
    assert.strictEqual(done.security, true)
    assert.strictEqual(done.design, true)
    assert.ok(done.starter_documents >= 112, `${done.starter_documents} documents were sent`)
    assert.deepStrictEqual((await send('GET', '/_security')).body.members.roles,
      ['reader', 'contributor', 'editor', 'admin'])
    assert.match((await send('GET', '/_design/tisckb')).body.validate_doc_update, /^function \(newDoc/)
  })

  test('a second time it changes nothing', () => {
    const [done] = cliJson(['server-setup', state.url])
    assert.deepStrictEqual([done.database, done.security, done.design, done.starter_documents],
      [false, false, false, 0])
  })

  test('the rules hold there, with the reasons that people understand', async () => {
    const good = (await send('GET', '/system:espacenet')).body
    delete good._rev
    const draft = await send('PUT', '/system:mine', { ...good, _id: 'system:mine', state: 'draft' })
    assert.strictEqual(draft.status, 403)
    assert.strictEqual(draft.body.reason, 'A draft stays on your machine. Submit it to send it in.')
    const bare = await send('PUT', '/system:mine', { ...good, _id: 'system:mine', title: '' })
    assert.strictEqual(bare.status, 403)
    assert.match(bare.body.reason, /Title is missing/)
    assert.strictEqual((await send('PUT', '/system:mine', { ...good, _id: 'system:mine' })).status, 201)
  })

  test('a client finds the library there', context => {
    const store = path.join(context.work, 'client.tisckb')
    cli(['--store', store, 'init'])
    cli(['--store', store, 'sync', state.url])
    assert.ok(cliJson(['--store', store, 'search', 'espacenet']).length > 0)
  })

  main()
}
