using System.Text;

namespace LogFlow.Processor;

/// <summary>Remembers the last refusal of each plugin, for people who ask what the counted errors are.</summary>
internal sealed class PluginErrors(TimeProvider time)
{
    private const int SampleBytesMax = 256;

    /// <summary>Guards the map.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Plugin, DeadLetterStage Stage), PluginError> _last = [];

    public IReadOnlyList<PluginError> Last
    {
        get
        {
            lock (_lock)
            {
                return [.. _last.Values.OrderByDescending(static error => error.Time)];
            }
        }
    }

    public void Note(IReadOnlyList<DeadLetter> letters)
    {
        lock (_lock)
        {
            foreach (var letter in letters)
            {
                var key = (letter.Plugin, letter.Stage);
                var count = _last.TryGetValue(key, out var known) ? known.Count : 0;
                _last[key] = letter == letters[^1] || known is null || known.Reason != letter.Reason
                    ? Describe(letter, count + 1)
                    : known with { Count = count + 1 };
            }
        }
    }

    private PluginError Describe(DeadLetter letter, long count)
    {
        var value = letter.Record.Value.GetValueOrDefault().Span;
        return new PluginError(
            letter.Plugin,
            DeadLetter.NameOf(letter.Stage),
            letter.Reason,
            $"{letter.Source} offset {letter.Record.Offset}",
            Encoding.UTF8.GetString(value[..Math.Min(value.Length, SampleBytesMax)]),
            time.GetUtcNow(),
            count);
    }
}
