// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The rules of the design document for CouchDB against the cases that test-server-door.c holds the
// server's own rules against. Prints TAP.
'use strict'

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')
const vm = require('vm')

const cli = path.join(process.env.TKB_BUILD_ROOT, 'src/cli/tisckb-cli')
const file = path.join(process.env.TKB_SOURCE_ROOT, 'tests/data/door-cases.json')
const design = JSON.parse(execFileSync(cli, ['server-setup', '--print', '--json'], { maxBuffer: 1 << 26 }))
const { base, cases } = JSON.parse(fs.readFileSync(file, 'utf8'))
const validate = vm.runInNewContext('(' + design.validate_doc_update + ')')

const roles = { reader: ['reader'], contributor: ['contributor'], editor: ['editor'], admin: ['_admin'] }

function make (state, by, more) {
  if (state === undefined) return null
  if (state === 'deleted') return { _id: base._id, _rev: '2-a', _deleted: true }
  return Object.assign({}, base, { state }, by ? { submitted_by: by } : {}, more)
}

function judge (document, previous, role) {
  const db = { admins: { names: [], roles: ['_admin'] }, members: { names: [], roles: [] } }

  try {
    validate(document, previous, { db: 'tisckb', name: 'me', roles: roles[role] }, db)
  } catch (refusal) {
    if (typeof refusal.forbidden === 'string') return refusal.forbidden
    throw refusal
  }
  return null
}

let number = 0
let failed = 0

function check (name, ok, why) {
  number++
  if (!ok) failed++
  console.log(`${ok ? 'ok' : 'not ok'} ${number} - ${name}`)
  if (!ok) console.log('# ' + why)
}

console.log('TAP version 13')
for (const row of cases) {
  const reason = judge(make(row.to, row.to_by, row.more), make(row.from, row.from_by), row.role)
  const ok = row.refused ? reason !== null && reason.includes(row.refused) : reason === null

  check(`${row.role}: ${row.from || 'new'} to ${row.to}${row.refused ? ' refused' : ''}`, ok,
    `${reason || 'allowed'}, not ${row.refused || 'allowed'}: ${JSON.stringify(row.more)}`)
}
check('only admins write design documents', judge({ _id: '_design/x' }, null, 'editor') !== null &&
  judge({ _id: '_design/x' }, null, 'admin') === null, '')
// an old engine: no syntax behind ECMAScript 5
check('the function is ECMAScript 5', !/=>|`|\b(let|const|class)\s/.test(
  design.validate_doc_update.replace(/"(?:[^"\\]|\\.)*"/g, '""')), '')
console.log(`1..${number}`)
process.exit(failed ? 1 : 0)
