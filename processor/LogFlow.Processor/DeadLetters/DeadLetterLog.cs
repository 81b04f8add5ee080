using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Tells of dead letters without flooding: the first at once with its reason, then at most one line a minute with the
/// number since.
/// </summary>
internal sealed partial class DeadLetterLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Guards the two below.</summary>
    private readonly Lock _lock = new();

    private long? _lastMention;
    private long _unmentioned;

    /// <summary>The letters are kept; not before.</summary>
    public void Mention(IReadOnlyList<DeadLetter> letters, string place)
    {
        long count;
        lock (_lock)
        {
            _unmentioned += letters.Count;
            var now = time.GetTimestamp();
            if (_lastMention is { } last && time.GetElapsedTime(last, now) < Interval)
            {
                return;
            }

            _lastMention = now;
            count = _unmentioned;
            _unmentioned = 0;
        }

        var example = letters[^1];
        Log.DeadLettered(
            logger, count, place, example.Source.Topic,
            example.Source.Partition, example.Record.Offset, example.Plugin, example.Reason);
    }

    private static partial class Log
    {
        [LoggerMessage(6031, LogLevel.Warning, "{Count} record(s) could not be processed and went to {Place}; the "
            + "last: {Topic}-{Partition} offset {Offset}, {Plugin}: {Reason}")]
        public static partial void DeadLettered(
            ILogger logger, long count, string place, string topic, int partition, long offset, string plugin,
            string reason);
    }
}
