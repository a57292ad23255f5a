-- Gives a claim up, if it is still the claimant's.
--
-- KEYS[1]   the claim
-- ARGV[1]   the claimant
-- Returns   the workers that wait for it
if redis.call('TYPE', KEYS[1])['ok'] ~= 'hash' or redis.call('HGET', KEYS[1], 'claimant') ~= ARGV[1] then
  return {}
end
local workers = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 5) == 'wait:' then
    table.insert(workers, string.sub(field, 6))
  end
end
redis.call('DEL', KEYS[1])
return workers
