// SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The rules at the door of the library for Apache CouchDB: the same as src/server/tkb-door.c and
// src/model/tkb-validation.c, held together by the cases in tests/data/door-cases.json. ECMAScript 5,
// for CouchDB's engine may be old. KINDS and VOCABULARIES are filled in by tkb_design_new ().
// https://docs.couchdb.org/en/stable/ddocs/ddocs.html#validate-document-update-functions
function (newDoc, oldDoc, userCtx, secObj) {
  'use strict'

  var KINDS = {}
  var VOCABULARIES = {}

  var READER = 1
  var CONTRIBUTOR = 2
  var EDITOR = 3
  var ADMIN = 4
  var MAX_PROBLEMS = 3
  var MAX_SHOWN_CHARS = 60

  var roles = userCtx.roles || []
  var problems = []

  function refuse (reason) {
    throw { forbidden: reason }
  }

  function has (object, member) {
    return Object.prototype.hasOwnProperty.call(object, member)
  }

  function isText (value) {
    return typeof value === 'string'
  }

  function isObject (value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  }

  function getText (document, member) {
    return document && isText(document[member]) ? document[member] : null
  }

  // ---- who ----

  function getRole () {
    var admins = (secObj && secObj.admins) || {}
    var isAdmin = roles.indexOf('_admin') >= 0 || roles.indexOf('admin') >= 0 ||
      (admins.names || []).indexOf(userCtx.name) >= 0 ||
      (admins.roles || []).some(function (role) { return roles.indexOf(role) >= 0 })

    if (isAdmin) return ADMIN
    if (roles.indexOf('editor') >= 0) return EDITOR
    if (roles.indexOf('contributor') >= 0) return CONTRIBUTOR
    return READER
  }

  var role = getRole()
  var previous = oldDoc && !oldDoc._deleted ? oldDoc : null

  function isOwn () {
    return getText(previous, 'submitted_by') === userCtx.name
  }

  // ---- what never belongs on a server ----

  function checkPlace () {
    if (newDoc.state === 'draft') refuse('A draft stays on your machine. Submit it to send it in.')
    if (newDoc.visibility === 'private') {
      refuse('A private document stays on your machine. Choose who may read it before you send it in.')
    }
  }

  // ---- from state to state ----

  var STATES = ['submitted', 'returned', 'published', 'withdrawn']
  var from = previous ? (STATES.indexOf(previous.state) >= 0 ? previous.state : 'other') : 'new'
  var to = newDoc._deleted ? 'deleted' : STATES.indexOf(newDoc.state) >= 0 ? newDoc.state : 'other'

  // What may become of what: the first row that fits allows; what no row allows is refused.
  var RULES = [
    { role: ADMIN, to: STATES.concat('deleted') },
    { role: EDITOR, to: ['submitted', 'published', 'withdrawn', 'deleted'] },
    { role: EDITOR, to: ['returned'], note: true },
    { role: CONTRIBUTOR, from: ['new'], to: ['submitted'] },
    { role: CONTRIBUTOR, from: STATES, to: ['submitted'], own: true },
    { role: CONTRIBUTOR, from: ['submitted', 'returned', 'withdrawn'], to: ['deleted'], own: true }
  ]

  function refuseStep () {
    var titled = previous || newDoc
    var title = '“' + (getText(titled, 'title') || titled._id || '') + '”'

    if (to === 'other') {
      refuse('The state of ' + title + ' has to be submitted, returned, published or withdrawn.')
    }
    if (role < EDITOR && previous && !isOwn()) {
      refuse(title + ' was sent in by someone else; an editor may change it.')
    }
    if (to === 'published') refuse('Only an editor may publish. Submit ' + title + ' for review.')
    if (to === 'returned') {
      refuse(role < EDITOR ? 'Only an editor may return ' + title + '.'
        : 'Say in the review note why ' + title + ' is returned.')
    }
    if (to === 'withdrawn') refuse('Only an editor may withdraw ' + title + '.')
    if (to === 'deleted') refuse(title + ' is published; only an editor may delete it.')
    refuse('Your account may not do this to ' + title + '.')
  }

  function checkStep () {
    var fits = RULES.some(function (rule) {
      return role >= rule.role && (!rule.from || rule.from.indexOf(from) >= 0) && rule.to.indexOf(to) >= 0 &&
        (!rule.own || isOwn()) && (!rule.note || getText(newDoc, 'review_note'))
    })

    if (!fits) refuseStep()
  }

  // ---- who wrote it ----

  function checkSubmitter () {
    var now = getText(newDoc, 'submitted_by')
    var before = getText(oldDoc, 'submitted_by')

    if (role >= ADMIN || newDoc._deleted) return
    if (before !== null && now !== before) refuse('submitted_by has to stay “' + before + '”.')
    if (before === null && role < EDITOR && now !== userCtx.name) {
      refuse('submitted_by has to be the account that sends the document in, “' + userCtx.name + '”.')
    }
  }

  // ---- against its kind ----

  function isEmpty (value) {
    if (value === undefined || value === null) return true
    if (Array.isArray(value)) return value.length === 0
    if (isText(value)) return /^\s*$/.test(value)
    return isObject(value) && Object.keys(value).length === 0
  }

  function countChars (text) {
    return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g) || []).length
  }

  function report (text) {
    problems.push(text)
  }

  function show (value) {
    var text = String(value)

    return '“' + (countChars(text) > MAX_SHOWN_CHARS ? text.slice(0, MAX_SHOWN_CHARS) + '…' : text) + '”'
  }

  function isDay (text) {
    var parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
    var year, month, day

    if (!parts) return false
    year = Number(parts[1])
    month = Number(parts[2] || 1)
    day = Number(parts[3] || 1)
    if (year < 1 || month < 1 || month > 12 || day < 1) return false
    if (month === 2) return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28)
    return day <= ([4, 6, 9, 11].indexOf(month) >= 0 ? 30 : 31)
  }

  function isMoment (text) {
    var parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|\+00:00)$/.exec(text)

    return parts !== null && isDay(parts[1]) && Number(parts[2]) < 24 && Number(parts[3]) < 60 && Number(parts[4]) < 61
  }

  // Without control characters and spaces, as C has it; a host behind an account.
  function isAddress (text) {
    return !/[\u0000-\u0020\u007F]/.test(text) && /^https?:\/\/(?:[^\/?#]*@)?[^\/?#:@]/i.test(text)
  }

  var TYPES = {
    string: ['a text', isText],
    text: ['a text', isText],
    markdown: ['a text', isText],
    integer: ['a whole number', function (value) { return typeof value === 'number' && Math.floor(value) === value }],
    number: ['a number', function (value) { return typeof value === 'number' }],
    boolean: ['true or false', function (value) { return typeof value === 'boolean' }],
    date: ['a date: YYYY, YYYY-MM or YYYY-MM-DD', isText],
    datetime: ['a date and time: YYYY-MM-DDThh:mm:ssZ', isText],
    code: ['a code from the list', isText],
    url: ['a web address', isText],
    localized: ['a text for each language', isObject],
    figure: ['a figure: value, unit, text and source', isObject],
    link: ['a link: document and relation', isObject],
    record: ['an object with fields of its own', isObject],
    json: ['a value', function () { return true }]
  }
  var MEMBERS = {
    figure: {
      value: 'number', unit: 'string', currency: 'string', text: 'string', as_of: 'date', source: 'string',
      verified: 'boolean', caveat: 'string', label: 'string'
    },
    link: { document: 'string', relation: 'string', note: 'string', query: 'string' }
  }

  function checkLength (field, text) {
    if (field.max_chars && countChars(text) > field.max_chars) {
      report(field.label + ' is longer than ' + field.max_chars + ' characters')
    }
  }

  function checkNumber (field, value) {
    if ((has(field, 'min') && value < field.min) || (has(field, 'max') && value > field.max)) {
      report(field.label + ' should be ' + (!has(field, 'min') ? '≤ ' + field.max
        : !has(field, 'max') ? '≥ ' + field.min : field.min + ' – ' + field.max))
    }
  }

  function checkLocalized (field, object) {
    Object.keys(object).forEach(function (tag) {
      if (!/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag)) report(field.label + ': ' + show(tag) + ' is not in the list')
      else if (object[tag] !== null && !isText(object[tag])) report(field.label + ' should be a text')
      else if (isText(object[tag])) checkLength(field, object[tag])
    })
  }

  function checkMembers (field, object) {
    Object.keys(MEMBERS[field.type]).forEach(function (name) {
      var type = MEMBERS[field.type][name]

      if (isEmpty(object[name])) return
      if (!TYPES[type][1](object[name])) report(field.label + ' should be ' + TYPES[type][0])
      else if (type === 'date' && !isDay(object[name])) report(field.label + ': ' + show(object[name]) + ' is not a date')
    })
  }

  function checkValue (field, value) {
    var type = TYPES[field.type]

    if (!type[1](value)) {
      report(field.label + ' should be ' + type[0])
      return
    }
    switch (field.type) {
      case 'string': case 'text': case 'markdown':
        checkLength(field, value)
        break
      case 'integer': case 'number':
        checkNumber(field, value)
        break
      case 'date':
        if (!isDay(value)) report(field.label + ': ' + show(value) + ' is not a date')
        break
      case 'datetime':
        if (!isMoment(value)) report(field.label + ': ' + show(value) + ' is not a date')
        break
      case 'url':
        if (!isAddress(value)) report(field.label + ': ' + show(value) + ' is not a web address')
        break
      case 'code':
        checkLength(field, value)
        if (field.vocabulary && VOCABULARIES[field.vocabulary] && VOCABULARIES[field.vocabulary].indexOf(value) < 0) {
          report(field.label + ': ' + show(value) + ' is not in the list')
        }
        break
      case 'localized':
        checkLocalized(field, value)
        break
      case 'figure': case 'link':
        checkMembers(field, value)
        break
      case 'record':
        (field.fields || []).forEach(function (inner) { checkField(inner, value[inner.code]) })
        break
    }
  }

  function checkList (field, value) {
    var written

    if (!Array.isArray(value)) {
      report(field.label + ' should be a list')
      return
    }
    written = value.filter(function (item) { return !isEmpty(item) })
    written.forEach(function (item) { checkValue(field, item) })
    if (field.max_items && value.length > field.max_items) report(field.label + ' takes at most ' + field.max_items)
    else if (field.min_items && written.length < field.min_items) report(field.label + ' needs at least ' + field.min_items)
  }

  function checkField (field, value) {
    if (isEmpty(value)) {
      if (field.required) report(field.label + ' is missing')
      else if (Array.isArray(value) && !field.list && field.type !== 'json') checkValue(field, value)
    } else if (field.list) checkList(field, value)
    else checkValue(field, value)
  }

  function checkFields () {
    if (!getText(newDoc, 'kind')) refuse('The document does not say of which kind it is.')
    if (!has(KINDS, newDoc.kind)) refuse('Kind: there is no kind ' + show(newDoc.kind))
    KINDS[newDoc.kind].forEach(function (field) { checkField(field, newDoc[field.code]) })
    if (problems.length > 0) {
      refuse(problems.slice(0, MAX_PROBLEMS).join(' ') +
        (problems.length > MAX_PROBLEMS ? ' (and ' + (problems.length - MAX_PROBLEMS) + ' more)' : ''))
    }
  }

  if (role < CONTRIBUTOR) refuse('Your account may read here, not write.')
  if (newDoc._id && newDoc._id.indexOf('_design/') === 0) {
    if (role < ADMIN) refuse('Only an admin may write design documents.')
    return
  }
  checkPlace()
  checkStep()
  checkSubmitter()
  if (!newDoc._deleted) checkFields()
}
