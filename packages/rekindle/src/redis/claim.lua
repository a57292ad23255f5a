-- Claims the building of an entry, or joins those who wait for it. For who has it already, this renews it.
--
-- KEYS[1]   the claim: a hash of claimant, as_of ("history clock") and, for each who waits, 'wait:' with the name of its worker
-- ARGV[1]   the claimant
-- ARGV[2]   its worker
-- ARGV[3]   for how long, ms
-- ARGV[4]   what the claimant has seen of invalidations, "history clock"
-- ARGV[5]   a claimant to be replaced; '' for none
-- Returns   {} if granted, else { claimant, as_of, ms left }
-- Nothing, or something of another type.
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' then
  redis.call('DEL', KEYS[1])
end
local holder = redis.call('HGET', KEYS[1], 'claimant')
if holder == false or holder == ARGV[1] or holder == ARGV[5] then
  redis.call('HSET', KEYS[1], 'claimant', ARGV[1], 'as_of', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {}
end
redis.call('HSET', KEYS[1], 'wait:' .. ARGV[2], '')
return { holder, redis.call('HGET', KEYS[1], 'as_of') or '', redis.call('PTTL', KEYS[1]) }
