// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later
'use strict'
// PouchDB as a client of tisckb-server: it pulls the whole library, pushes an edit and a conflict, and
// tisckb-cli receives them. Same leaf revisions everywhere.

const PouchDB = require('pouchdb').plugin(require('pouchdb-adapter-memory'))
const { addUser, assert, cli, cliJson, leaves, main, password, passwordFile, path, startServer, storeLeaves, test } = require('./harness')

const state = {}
const credentials = { auth: { username: 'editor', password } }

test('tisckb-server holds the starter content that tisckb-cli pushed', async context => {
  state.data = path.join(context.work, 'server')
  state.store = path.join(context.work, 'one.tisckb')
  addUser(context, state.data, 'editor', 'editor')
  state.server = await startServer(context, state.data)
  state.url = `${state.server.url}/tisckb`
  state.account = ['--user', 'editor', '--password-file', passwordFile(context)]
  cli(['--store', state.store, 'init', '--starter'])
  cli(['--store', state.store, 'sync', state.url, ...state.account])
  state.remote = new PouchDB(state.url, { ...credentials, skip_setup: true })
  const info = await state.remote.info()
  assert.ok(info.doc_count >= 112, `the server has ${info.doc_count} documents`)
})

test('PouchDB pulls the whole library', async () => {
  state.local = new PouchDB('library', { adapter: 'memory' })
  const result = await state.local.replicate.from(state.remote)
  assert.ok(result.ok)
  assert.strictEqual(result.doc_write_failures, 0)
  assert.deepStrictEqual(await leaves(state.local), await leaves(state.remote))
  const gansu = await state.local.get('case:gansu-facility-vegetables')
  assert.ok(gansu.titles.zh.length > 0)
})

test('an edit pushed by PouchDB reaches tisckb-cli', async () => {
  const doc = await state.local.get('guide:novelty-search')
  doc.summary = 'Changed with PouchDB.'
  const { rev } = await state.local.put(doc)
  const result = await state.local.replicate.to(state.remote)
  assert.strictEqual(result.doc_write_failures, 0)
  cli(['--store', state.store, 'sync', state.url, '--pull', ...state.account])
  const [shown] = cliJson(['--store', state.store, 'show', 'guide:novelty-search'])
  assert.strictEqual(shown._rev, rev)
  assert.strictEqual(shown.summary, 'Changed with PouchDB.')
})

test('edits on both sides become the same conflict with the same winner', async () => {
  const id = 'case:tianjin-desalination-platform'
  const doc = await state.local.get(id)
  const [mine] = cliJson(['--store', state.store, 'show', id])
  assert.strictEqual(mine._rev, doc._rev)
  await state.local.put({ ...doc, summary: 'From PouchDB.' })
  cli(['--store', state.store, 'put', '-'], { input: JSON.stringify({ ...mine, summary: 'From the command line.' }) })
  await state.local.replicate.to(state.remote)
  cli(['--store', state.store, 'sync', state.url, ...state.account])
  await state.local.replicate.from(state.remote)
  const there = (await leaves(state.local))[id]
  assert.strictEqual(there.length, 2)
  assert.deepStrictEqual(storeLeaves(state.store, [id])[id], there)
  const [winner] = cliJson(['--store', state.store, 'show', id])
  assert.strictEqual(winner._rev, (await state.local.get(id))._rev)
  assert.ok(cliJson(['--store', state.store, 'conflicts']).some(row => row._id === id))
})

test('a deletion travels', async () => {
  const doc = await state.local.get('case:zhejiang-cloud-platform').catch(async () => {
    const { rows } = await state.local.allDocs({ startkey: 'case:', endkey: 'case:\uffff', limit: 1, include_docs: true })
    return rows[0].doc
  })
  await state.local.remove(doc)
  await state.local.replicate.to(state.remote)
  cli(['--store', state.store, 'sync', state.url, '--pull', ...state.account])
  cli(['--store', state.store, 'show', doc._id], { status: 1 })
})

test('live replication both ways', async () => {
  const live = state.local.sync(state.remote, { live: true, retry: true })
  const id = 'case:live-from-the-command-line'
  const arrived = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing arrived in 20 s')), 20000)
    live.on('change', info => {
      if (info.direction === 'pull' && info.change.docs.some(doc => doc._id === id)) {
        clearTimeout(timer)
        resolve()
      }
    })
  })
  const [model] = cliJson(['--store', state.store, 'show', 'case:gansu-facility-vegetables'])
  delete model._rev
  cli(['--store', state.store, 'put', '-'], { input: JSON.stringify({ ...model, _id: id }) })
  cli(['--store', state.store, 'sync', state.url, ...state.account])
  await arrived
  live.cancel()
})

test('drafts and private records do not travel', async () => {
  const [model] = cliJson(['--store', state.store, 'show', 'case:gansu-facility-vegetables'])
  delete model._rev
  cli(['--store', state.store, 'put', '-'], { input: JSON.stringify([
    { ...model, _id: 'case:a-draft', state: 'draft' },
    { ...model, _id: 'case:a-private-one', visibility: 'private' }]) })
  cli(['--store', state.store, 'sync', state.url, ...state.account])
  for (const id of ['case:a-draft', 'case:a-private-one']) {
    await assert.rejects(state.remote.get(id), { status: 404 })
  }
})

test('everything is there after a restart, and nothing is fetched twice', async context => {
  const before = await leaves(state.remote)
  await state.server.stop()
  state.server = await startServer(context, state.data, { port: state.server.port })
  assert.deepStrictEqual(await leaves(state.remote), before)
  const result = await state.local.replicate.from(state.remote)
  assert.strictEqual(result.docs_written, 0)
})

main()
