using System.Globalization;
using LogFlow.Agent;
using LogFlow.Hosting;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance.Status;

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
            Lag = processor?.Lag ?? queue?.Groups.Sum(static group => group.TotalLag) ?? 0,
            DeadLetters = queue is null ? null : CountDeadLetters(queue),
            LastError = DescribeTrouble(outputs, errors, processor?.DeadLetters ?? 0),
            RecentErrors = errors,
        };
    }

    /// <summary>What stands still now comes first, then what was logged last.</summary>
    private static string? DescribeTrouble(
        IReadOnlyList<OutputStatus> outputs, IReadOnlyList<LoggedError> errors, long deadLetters)
    {
        if (outputs.FirstOrDefault(static output => output.WaitingSince is not null) is { } waiting)
        {
            return LogText.Escape($"{waiting.Name} waits since {waiting.WaitingSince:u}: {waiting.LastError}");
        }

        if (errors is [var last, ..])
        {
            return string.Create(CultureInfo.InvariantCulture, $"{last.Time:u} {last.Part}: {last.Text}");
        }

        return deadLetters > 0
            ? $"{deadLetters} record(s) could not be processed since the start and went to a dead-letter topic"
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
