-- Advances the clock of a namespace, records it for each target, forgets what is too old to matter, and tells everybody.
--
-- KEYS[1]   the clock; its name, prefix included, is also the channel
-- KEYS[2]   the targets
-- KEYS[3]   the workers
-- KEYS[4]   what they have reported
-- ARGV[1]   the history to start if there is none
-- ARGV[2]   the history that the caller has seen last
-- ARGV[3]   and its clock
-- ARGV[4]   PUBLISH, or SPUBLISH on a cluster
-- ARGV[5]   for how many µs targets are kept
-- ARGV[6]   how many targets are kept
-- ARGV[7]   the targets as JSON, for the message; 'null' if they are too many for one
-- ARGV[8…]  the targets
-- Returns   { history, previous clock, clock, floor }, the numbers as strings
--
-- include clock.lua
local history, previous, floor, now, server = read_clock(ARGV[1], ARGV[2], ARGV[3])
local clock = math.max(previous + 1, now)
for index = 8, #ARGV do
  redis.call('ZADD', KEYS[2], clock, ARGV[index])
end

-- Entries older than what is forgotten are invalid: that is the floor.
local forget = clock - ARGV[5]
local excess = redis.call('ZCARD', KEYS[2]) - 1 - ARGV[6]
if excess > 0 then
  forget = math.max(forget, tonumber(redis.call('ZRANGE', KEYS[2], excess, excess, 'WITHSCORES')[2]))
end
local newest = redis.call('ZREVRANGEBYSCORE', KEYS[2], string.format('%.0f', forget), '(0', 'WITHSCORES', 'LIMIT', 0, 1)
if newest[2] then
  floor = math.max(floor, tonumber(newest[2]))
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '(0', string.format('%.0f', floor))
end

redis.call('SET', KEYS[1], string.format('%s %.0f %.0f %s', history, clock, floor, server))
local message = string.format('{"history":"%s","previous":%.0f,"clock":%.0f,"floor":%.0f', history, previous, clock, floor)
redis.call(ARGV[4], KEYS[1], message .. ',"targets":' .. ARGV[7] .. '}')
return { history, string.format('%.0f', previous), string.format('%.0f', clock), string.format('%.0f', floor) }
