using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole.Tests;

/// <summary>Dead letters without a queue: what was put back is remembered by its identity, as an output does.</summary>
internal sealed class FakeLetters : IDeadLetterBox
{
    private readonly List<Letter> _letters = [];

    /// <summary>Records that arrived at the output, each once.</summary>
    public HashSet<string> Arrived { get; } = [];

    /// <summary>Changes that were asked for and were no dry run.</summary>
    public int ChangeCount { get; private set; }

    /// <summary>Why the queue cannot be reached; null: it can.</summary>
    public string? Trouble { get; set; }

    public void Add(string plugin, string reason, long offset, string value, bool canReturn = true) =>
        _letters.Add(new Letter(plugin, reason, offset, value, canReturn));

    public Task<JsonObject> ListAsync(CancellationToken cancellationToken) => Task.FromResult(Trouble is null
        ? new JsonObject
        {
            ["groups"] = new JsonArray([.. _letters.GroupBy(static letter => (letter.Plugin, letter.Reason))
                .OrderByDescending(static group => group.Count()).Select(static group => (JsonNode)new JsonObject
                {
                    ["topic"] = "logs",
                    ["stage"] = "filter",
                    ["plugin"] = group.Key.Plugin,
                    ["reason"] = group.Key.Reason,
                    ["count"] = group.Count(),
                    ["first"] = group.First().Time,
                    ["last"] = group.Last().Time,
                })]),
            ["isPartial"] = false,
        }
        : throw new PipelineException(Trouble));

    public Task<JsonObject> ReadAsync(DeadLetterChoice choice, int count, CancellationToken cancellationToken) =>
        Task.FromResult(new JsonObject
        {
            ["letters"] = new JsonArray([.. Chosen(choice).Select(static letter => (JsonNode)new JsonObject
            {
                ["topic"] = "logs.dlq",
                ["value"] = letter.Value,
                ["headers"] = new JsonArray(),
                ["letter"] = new JsonObject
                {
                    ["topic"] = "logs",
                    ["partition"] = 0,
                    ["offset"] = letter.Offset,
                    ["time"] = letter.Time,
                    ["attempts"] = 1,
                    ["replays"] = 0,
                },
            })]),
        });

    public Task<JsonObject> ReplayAsync(
        DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken)
    {
        var chosen = Chosen(choice).ToArray();
        if (!isDryRun)
        {
            ChangeCount++;
            Arrived.UnionWith(chosen.Where(static letter => letter.CanReturn).Select(static letter => letter.Value));
        }

        var left = chosen.Count(static letter => !letter.CanReturn);
        return Task.FromResult(new JsonObject
        {
            ["done"] = chosen.Length - left,
            ["left"] = left,
            ["notes"] = left > 0 ? new JsonArray("a record batch cannot be put back") : new JsonArray(),
        });
    }

    public Task<JsonObject> PurgeAsync(DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken)
    {
        var chosen = Chosen(choice).ToArray();
        var left = _letters.Count - chosen.Length;
        if (!isDryRun)
        {
            ChangeCount++;
            _letters.RemoveAll(chosen.Contains);
        }

        return Task.FromResult(new JsonObject
        {
            ["done"] = chosen.Length,
            ["left"] = left,
            ["notes"] = new JsonArray(),
        });
    }

    private IEnumerable<Letter> Chosen(DeadLetterChoice choice) => _letters.Where(letter =>
        letter.Plugin == choice.Plugin && letter.Reason == choice.Reason
        && (choice.Offset is null || choice.Offset == letter.Offset)
        && DateTimeOffset.Parse(letter.Time, CultureInfo.InvariantCulture) <= choice.Until);

    private sealed record Letter(string Plugin, string Reason, long Offset, string Value, bool CanReturn)
    {
        public string Time { get; } = $"2026-01-02T03:04:{Offset % 60:00}.000Z";
    }
}
