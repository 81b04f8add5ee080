using System.Globalization;
using LogFlow.Agent;
using LogFlow.Hosting;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>Puts the parts' own states together; a part that does not run here counts nothing.</summary>
internal static class SnapshotBuilder
{
    private const string DeadLetterEnding = ".dlq";

    /// <summary>The state of the whole from those of the parts and what they logged.</summary>
    public static PipelineSnapshot Build(
        AgentStatus? agent,
        QueueStatus? queue,
        ProcessorStatus? processor,
        StoreStatus? store,
        IReadOnlyList<LoggedError> errors)
    {
        var outputs = processor?.Outputs ?? [];
        return new PipelineSnapshot
        {
            FilesWatched = agent?.FilesWatched ?? 0,
            LinesRead = agent?.LinesRead ?? 0,
            LinesQueued = agent?.LinesAcknowledged ?? queue?.RecordsIn ?? 0,
            DocumentsIndexed = store?.IngestedCount ?? processor?.EventsOut ?? 0,
            Errors = (agent?.Errors ?? 0) + (processor?.DeadLetters ?? 0) + (store?.RejectedCount ?? 0)
                + outputs.Sum(static output => output.Failures),
            Documents = store?.DocumentCount,
            BytesBehind = agent?.BytesBehind ?? 0,
            Lag = CountLag(processor, queue),
            DeadLetters = queue is null ? null : CountDeadLetters(queue),
            LastError = DescribeTrouble(processor, errors),
            RecentErrors = errors,
        };
    }

    /// <summary>
    /// What the processor has before it; at least what lies in partitions of its topics that no member has ever
    /// committed, which it does not know of where they are nobody's.
    /// </summary>
    private static long CountLag(ProcessorStatus? processor, QueueStatus? queue)
    {
        var groups = queue?.Groups ?? [];
        return processor?.Lag is not { } lag
            ? groups.Sum(static group => group.TotalLag)
            : Math.Max(lag, groups
                .SelectMany(static group => group.Offsets)
                .Where(static offset => offset.CommittedOffset == QueueGroupOffset.NothingCommitted)
                .GroupBy(static offset => (offset.Topic, offset.Partition))
                .Sum(static offsets => offsets.Min(static offset => offset.Lag)));
    }

    /// <summary>
    /// What stands still now, else the later of what was logged last and the last record that a plugin refused.
    /// </summary>
    private static string? DescribeTrouble(ProcessorStatus? processor, IReadOnlyList<LoggedError> errors)
    {
        if (processor?.Outputs.FirstOrDefault(static output => output.WaitingSince is not null) is { } waiting)
        {
            return LogText.Escape($"{waiting.Name} waits since {waiting.WaitingSince:u}: {waiting.LastError}");
        }

        if (processor?.Stuck is { } stuck)
        {
            return LogText.Escape(stuck);
        }

        var refusals = processor?.PluginErrors.Select(static error => new LoggedError(
            error.Time, error.Plugin, LogText.Escape($"refused {error.Source}: {error.Reason}"))) ?? [];
        return errors.Take(1).Concat(refusals).MaxBy(static error => error.Time) is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{last.Time:u} {last.Part}: {last.Text}")
            : null;
    }

    private static long CountDeadLetters(QueueStatus queue)
    {
        var count = 0L;
        foreach (var topic in queue.Topics)
        {
            if (topic.Name.EndsWith(DeadLetterEnding, StringComparison.Ordinal))
            {
                count += topic.Partitions.Sum(static partition => partition.HighWatermark - partition.LogStartOffset);
            }
        }

        return count;
    }
}
