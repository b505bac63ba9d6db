/**
 * Scripts, which Redis runs atomically.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { LAYOUT_VERSION } from './layout.ts';

/** A script, its number of keys, and the hash under which Redis remembers it. */
export interface RedisScript {
  readonly text: string;
  readonly keys: number;
  readonly sha1: string;
  /** Whether it has written something that replicas must confirm, by its answer. */
  readonly mustLast?: ((answer: unknown) => boolean) | undefined;
}

function script(keys: number, text: string, mustLast?: RedisScript['mustLast']): RedisScript {
  return { text, keys, sha1: createHash('sha1').update(text).digest('hex'), mustLast };
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
 * KEYS: version, records, names, locks. ARGV: version, channels of changes and wakes, the command that publishes, '1' if
 * all keys must exist from then on. Returns a command that the user may not use or '', then the version and the type of
 * each other key.
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
    { ARGV[4], ARGV[2], '' }, { ARGV[4], ARGV[3], '' },
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
if ARGV[5] == '1' then
  if answer[3] == 'none' then redis.pcall('HSET', KEYS[2], '', '') end
  if answer[4] == 'none' then redis.pcall('ZADD', KEYS[3], 0, '') end
  if answer[5] == 'none' then redis.pcall('HSET', KEYS[4], '', '[]') end
end
return answer`,
);

/**
 * Writes or removes one record, if it is as expected and the given locks are still held, and announces the change.
 *
 * Removing a missing record also writes something: the version, once more. So replicas that confirm it have also
 * confirmed the removal that somebody else made before.
 *
 * KEYS: records, names, locks, version. ARGV: command that publishes, channel, origin, name, 'any' | 'absent' | 'same',
 * expected value, 'set' | 'delete', value, the time (ms, of the server's clock) at which it is too late or ''; then a
 * lock's name and the ticket that must hold it, as often as needed. Returns 1 on success, 0 if it is too late, the current
 * value or null if that isn't what was expected, -n if the nth lock is no longer held.
 */
export const WRITE = script(
  4,
  `${TICKETS}
local records, names, locks, version = unpack(KEYS)
local publish, channel, origin, name, condition, expected, verb, value, late = unpack(ARGV, 1, 9)
if late ~= '' and now() >= tonumber(late) then return 0 end
for i = 10, #ARGV, 2 do
  local holder = read(locks, ARGV[i])[1]
  if not holder or holder.id ~= ARGV[i + 1] then return -(i - 8) / 2 end
end
local current = redis.call('HGET', records, name)
if condition == 'absent' and current then return current end
if condition == 'same' and current ~= expected then return current end
if verb == 'set' then
  redis.call('ZADD', names, 0, name)
  redis.call('HSET', records, name, value)
else
  if not current then
    redis.call('SET', version, redis.call('GET', version) or '${LAYOUT_VERSION}')
    return 1
  end
  redis.call('ZREM', names, name)
  redis.call('HDEL', records, name)
end
redis.call(publish, channel, origin .. name)
return 1`,
  (answer) => answer === 1,
);

/**
 * Requests a lock, or requests it again: the ticket is added at the end if it is missing, and is renewed. No ticket
 * lives longer than a lease: one that would was written before the server's clock was set back.
 *
 * If the first ticket is removed, the next one is woken, unless it is the own one.
 *
 * KEYS: locks. ARGV: name, ticket (JSON with id, pid, place), lease in ms, id of a ticket whose process is gone or '',
 * command that publishes, channel. Returns the holder's ticket as JSON, and for how many ms it lives.
 */
export const TAKE = script(
  1,
  `${TICKETS}
local own = cjson.decode(ARGV[2])
local time = now()
local tickets = {}
local first
local asked = false
for _, ticket in ipairs(read(KEYS[1], ARGV[1])) do
  first = first or ticket.id
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
local next = tickets[1].id
if first and next ~= first and next ~= own.id then redis.call(ARGV[5], ARGV[6], next) end
return { cjson.encode(tickets[1]), tickets[1].deadline - time }`,
  () => true,
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
  (answer) => answer === 1,
);

/** Writes something, so that replicas that confirm it have everything before it. KEYS: version. */
export const CONFIRM = script(
  1,
  `redis.call('SET', KEYS[1], redis.call('GET', KEYS[1]) or '${LAYOUT_VERSION}')
return 1`,
  () => true,
);

/** Tells the time. KEYS: any. Returns ms of the server's clock. */
export const CLOCK = script(1, `${TICKETS}\nreturn now()`);

/**
 * Withdraws a ticket, and wakes the lock's next holder. KEYS: locks. ARGV: name, ticket's id, command that
 * publishes, channel.
 */
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
if held and tickets[1] then redis.call(ARGV[3], ARGV[4], tickets[1].id) end
return 1`,
);
