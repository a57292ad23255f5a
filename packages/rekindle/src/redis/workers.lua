-- The workers of a namespace that are taken to be alive, and what each has reported.
--
-- KEYS[1]   the clock
-- KEYS[2]   the targets
-- KEYS[3]   the workers
-- KEYS[4]   what they have reported
-- ARGV[1]   the history to start if there is none
-- ARGV[2]   the history that the caller has seen last
-- ARGV[3]   and its clock
-- Returns   { for how many µs the list has been kept, worker, "history clock", … }
--
-- include clock.lua
local _, _, _, now = read_clock(ARGV[1], ARGV[2], ARGV[3])
local list = { string.format('%.0f', now - workers_since(now)) }
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], string.format('(%.0f', now), '+inf')) do
  table.insert(list, worker)
  -- A report that has been lost says nothing, not that there is no such worker.
  table.insert(list, redis.call('HGET', KEYS[4], worker) or '- 0')
end
return list
