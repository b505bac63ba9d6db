/**
 * Scripts, which Redis runs atomically.
 *
 * @module
 */

import { createHash } from 'node:crypto';

/** A script, its number of keys, and the hash under which Redis remembers it. */
export interface RedisScript {
  readonly text: string;
  readonly keys: number;
  readonly sha1: string;
}

function script(keys: number, text: string): RedisScript {
  return { text, keys, sha1: createHash('sha1').update(text).digest('hex') };
}

/** Tickets of a lock, as JSON in the hash of locks; `now` in ms of the server's clock. */
const TICKETS = `
local function read(locks, name)
  local json = redis.call('HGET', locks, name)
  return json and cjson.decode(json) or {}
end
local function write(locks, name, tickets)
  if #tickets == 0 then redis.call('HDEL', locks, name)
  else redis.call('HSET', locks, name, cjson.encode(tickets)) end
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/**
 * Checks a store before it is used, and enters the layout's version if it is missing.
 *
 * From 7.0 on the server reports the user's rights. They are checked before anything is written, because a script that
 * is refused a command half way has carried out the commands before it.
 *
 * KEYS: version, records, names, locks. ARGV: version, channels of changes and wakes. Returns a command that the user may
 * not use or '', then the version and the type of each other key.
 */
export const OPEN = script(
  4,
  `if redis.acl_check_cmd then
  local records, names, locks = KEYS[2], KEYS[3], KEYS[4]
  for _, command in ipairs({
    { 'evalsha', '', '0' }, { 'type', KEYS[1] }, { 'get', KEYS[1] }, { 'time' },
    { 'hget', records, '' }, { 'hset', records, '', '' }, { 'hdel', records, '' },
    { 'zadd', names, '0', '' }, { 'zrem', names, '' }, { 'zrangebylex', names, '-', '+' },
    { 'hget', locks, '' }, { 'hset', locks, '', '' }, { 'hdel', locks, '' },
    { 'publish', ARGV[2], '' }, { 'publish', ARGV[3], '' },
  }) do
    if not redis.acl_check_cmd(unpack(command)) then
      return { command[1] .. (command[2] and ' ' .. command[2] or '') }
    end
  end
end
local kind = redis.call('TYPE', KEYS[1]).ok
local version = ''
if kind == 'none' then
  -- Fails on a replica and without memory; what is written later then fails as well, and says so.
  redis.pcall('SET', KEYS[1], ARGV[1])
  version = ARGV[1]
elseif kind == 'string' then
  version = redis.call('GET', KEYS[1])
end
local answer = { '', version }
for i = 2, 4 do answer[i + 1] = redis.call('TYPE', KEYS[i]).ok end
return answer`,
);

/**
 * Writes or removes one record, if it is as expected and the given locks are still held, and announces the change.
 *
 * KEYS: records, names, locks. ARGV: channel, origin, name, 'any' | 'absent' | 'same', expected value, 'set' |
 * 'delete', value; then a lock's name and the ticket that must hold it, as often as needed. Returns 1 on success, the
 * current value or null if that isn't what was expected, -n if the nth lock is no longer held.
 */
export const WRITE = script(
  3,
  `${TICKETS}
for i = 8, #ARGV, 2 do
  local holder = read(KEYS[3], ARGV[i])[1]
  if not holder or holder.id ~= ARGV[i + 1] then return -(i - 6) / 2 end
end
local current = redis.call('HGET', KEYS[1], ARGV[3])
if ARGV[4] == 'absent' and current then return current end
if ARGV[4] == 'same' and current ~= ARGV[5] then return current end
if ARGV[6] == 'set' then
  redis.call('ZADD', KEYS[2], 0, ARGV[3])
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[7])
else
  if not current then return 1 end
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('HDEL', KEYS[1], ARGV[3])
end
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ARGV[3])
return 1`,
);

/**
 * Requests a lock, or requests it again: the ticket is added at the end if it is missing, and is renewed. No ticket
 * lives longer than a lease: one that would was written before the server's clock was set back.
 *
 * KEYS: locks. ARGV: name, ticket (JSON with id, pid, place), lease in ms, id of a ticket whose process is gone or ''.
 * Returns the holder's ticket as JSON, and for how many ms it lives.
 */
export const TAKE = script(
  1,
  `${TICKETS}
local own = cjson.decode(ARGV[2])
local time = now()
local tickets = {}
local asked = false
for _, ticket in ipairs(read(KEYS[1], ARGV[1])) do
  if ticket.id == own.id then
    asked = true
    ticket.deadline = time + ARGV[3]
  end
  ticket.deadline = math.min(ticket.deadline, time + ARGV[3])
  if ticket.deadline > time and ticket.id ~= ARGV[4] then table.insert(tickets, ticket) end
end
if not asked then
  own.deadline = time + ARGV[3]
  table.insert(tickets, own)
end
write(KEYS[1], ARGV[1], tickets)
return { cjson.encode(tickets[1]), tickets[1].deadline - time }`,
);

/** Renews a held lock. KEYS: locks. ARGV: name, ticket's id, lease in ms. Returns 1, or 0 if it is no longer held. */
export const BEAT = script(
  1,
  `${TICKETS}
local tickets = read(KEYS[1], ARGV[1])
if not tickets[1] or tickets[1].id ~= ARGV[2] then return 0 end
tickets[1].deadline = now() + ARGV[3]
write(KEYS[1], ARGV[1], tickets)
return 1`,
);

/** Withdraws a ticket, and wakes the lock's next holder. KEYS: locks. ARGV: name, ticket's id, channel. */
export const RELEASE = script(
  1,
  `${TICKETS}
local tickets = {}
local held = false
for i, ticket in ipairs(read(KEYS[1], ARGV[1])) do
  if ticket.id ~= ARGV[2] then table.insert(tickets, ticket)
  elseif i == 1 then held = true end
end
write(KEYS[1], ARGV[1], tickets)
if held and tickets[1] then redis.call('PUBLISH', ARGV[3], tickets[1].id) end
return 1`,
);
