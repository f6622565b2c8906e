-- A request from the environment; the summary as one line of JSON on standard output.
wrk.method = os.getenv("BENCH_METHOD")
wrk.body = os.getenv("BENCH_BODY")
if wrk.body then wrk.headers["Content-Type"] = "application/json" end
if os.getenv("BENCH_KEY") then wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY") end

local keys = {}
for key in string.gmatch(os.getenv("BENCH_KEYS") or "", "%S+") do keys[#keys + 1] = key end
if #keys > 0 then
  function request()
    wrk.headers["Authorization"] = "Bearer " .. keys[math.random(#keys)]
    return wrk.format()
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50":%.4f,"p99":%.4f,"failures":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
