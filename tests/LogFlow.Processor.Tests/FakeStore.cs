using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LogFlow.Testing;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Processor.Tests;

/// <summary>
/// The store's side of the position protocol, strictly: what breaks it is noted in <see cref="Violations"/>. What is
/// sealed survives <see cref="LoseTail"/>; the rest does not.
/// </summary>
internal sealed class FakeStore : IAsyncDisposable
{
    public const string Poison = "p0ison";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Next, long Durable)> _positions = [];
    private readonly Dictionary<string, string> _durable = [];
    private readonly Dictionary<string, string> _tail = [];
    private LoopbackServer? _server;

    private FakeStore()
    {
    }

    public ConcurrentQueue<string> Violations { get; } = new();

    public Uri Url => _server!.Url;

    public long BodyBytesMax { get; set; } = long.MaxValue;

    public int FlushCount { get; private set; }

    public int GapCount { get; private set; }

    /// <summary>Before a bulk is taken: a status to refuse it with, or 0; negative: take it, then reset.</summary>
    public Func<int> Fault { get; set; } = static () => 0;

    public static async Task<FakeStore> StartAsync()
    {
        var store = new FakeStore();
        store._server = await LoopbackServer.StartAsync(store.HandleAsync);
        return store;
    }

    /// <summary>Everything that was taken, by id.</summary>
    public Dictionary<string, string> Documents()
    {
        lock (_lock)
        {
            return _durable.Concat(_tail).ToDictionary();
        }
    }

    public long DurableOf(string key)
    {
        lock (_lock)
        {
            return _positions.TryGetValue(key, out var position) ? position.Durable : -1;
        }
    }

    /// <summary>Stands at a position, durably, whatever documents it has.</summary>
    public void StandAt(string key, long next)
    {
        lock (_lock)
        {
            _positions[key] = (next, next);
        }
    }

    /// <summary>Makes the tail durable.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            foreach (var (id, source) in _tail)
            {
                _durable.Add(id, source);
            }

            _tail.Clear();
            foreach (var (key, position) in _positions.ToArray())
            {
                _positions[key] = (position.Next, position.Next);
            }
        }
    }

    /// <summary>The store's process dies and comes back with what was durable.</summary>
    public void LoseTail()
    {
        lock (_lock)
        {
            _tail.Clear();
            foreach (var (key, position) in _positions.ToArray())
            {
                if (position.Durable < 0)
                {
                    _positions.Remove(key);
                }
                else
                {
                    _positions[key] = (position.Durable, position.Durable);
                }
            }
        }
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/_bulk":
                await HandleBulkAsync(context);
                break;
            case "/_logflow/flush":
                Seal();
                FlushCount++;
                await LoopbackServer.AnswerAsync(context, 200, PositionsJson());
                break;
            case "/_logflow/positions":
                await LoopbackServer.AnswerAsync(context, 200, PositionsJson());
                break;
            default:
                await LoopbackServer.AnswerAsync(context, 404, "{}");
                break;
        }
    }

    private async Task HandleBulkAsync(HttpContext context)
    {
        var fault = Fault();
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        if (fault > 0)
        {
            await LoopbackServer.AnswerAsync(
                context, fault, "{\"error\":{\"type\":\"fault\",\"reason\":\"on order\"}}");
            return;
        }

        if (buffer.Length > BodyBytesMax)
        {
            await LoopbackServer.AnswerAsync(context, 413, "{}");
            return;
        }

        var (status, answer) = Take(
            context.Request.Headers["X-LogFlow-Positions"].ToString(), Encoding.UTF8.GetString(buffer.ToArray()));
        if (fault < 0)
        {
            context.Abort();
            return;
        }

        if (status == 200)
        {
            lock (_lock)
            {
                context.Response.Headers["X-LogFlow-Durable"] = string.Join(
                    ',', _positions.Select(entry => $"{entry.Key}:{entry.Value.Durable}"));
            }
        }

        await LoopbackServer.AnswerAsync(context, status, answer);
    }

    private (int Status, string Answer) Take(string header, string body)
    {
        lock (_lock)
        {
            var ranges = new Dictionary<string, (long First, long Next)>();
            foreach (var entry in header.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = entry.Split(':');
                var key = $"{parts[0]}:{parts[1]}";
                var (first, next) = (Number(parts[2]), Number(parts[3]));
                var known = _positions.TryGetValue(key, out var position);
                if (first >= next)
                {
                    Violations.Enqueue($"range {entry} while at {position.Next}");
                }

                if (known ? first > position.Next : parts is not [.., "b"])
                {
                    GapCount++;
                    var stands = string.Join(',', _positions.Select(p => $"\"{p.Key}\":{p.Value.Next}"));
                    return (
                        412,
                        "{\"error\":{\"type\":\"logflow_position_gap\",\"reason\":\"gap\"},\"positions\":{" + stands
                        + "},\"status\":412}");
                }

                ranges[key] = (first, next);
            }

            var items = Store(ranges, body);
            foreach (var (key, (_, next)) in ranges)
            {
                _positions[key] = _positions.TryGetValue(key, out var position)
                    ? (Math.Max(position.Next, next), position.Durable)
                    : (next, -1);
            }

            return (200, $"{{\"errors\":false,\"items\":[{string.Join(',', items)}]}}");
        }
    }

    private List<string> Store(Dictionary<string, (long First, long Next)> ranges, string body)
    {
        var items = new List<string>();
        var lines = body.Split('\n');
        for (var line = 0; line + 1 < lines.Length; line += 2)
        {
            using var action = JsonDocument.Parse(lines[line]);
            var id = action.RootElement.GetProperty("create").GetProperty("_id").GetString()!;
            var offset = Number(id[23..].Split('-')[1]);
            var key = $"{id[..22]}:{id[23..].Split('-')[0]}";
            if (!ranges.TryGetValue(key, out var range) || offset < range.First || offset >= range.Next)
            {
                Violations.Enqueue($"{id} is outside of its range");
            }

            var status = 201;
            if (_positions.TryGetValue(key, out var position) && offset < position.Next)
            {
                status = 409;
            }
            else if (lines[line + 1].Contains(Poison, StringComparison.Ordinal))
            {
                status = 400;
            }
            else if (!_tail.TryAdd(id, lines[line + 1]) || _durable.ContainsKey(id))
            {
                Violations.Enqueue($"{id} came twice");
            }

            items.Add("{\"create\":{\"status\":" + status.ToString(CultureInfo.InvariantCulture) + "}}");
        }

        return items;
    }

    private string PositionsJson()
    {
        lock (_lock)
        {
            return "{\"positions\":{" + string.Join(',', _positions.Select(p =>
                $"\"{p.Key}\":{{\"next\":{p.Value.Next},\"durable\":{p.Value.Durable}}}")) + "}}";
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
