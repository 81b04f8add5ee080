using LogFlow.Agent;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance.Status;

/// <summary>Puts the parts' own states together; a part that does not run here counts nothing.</summary>
internal static class SnapshotBuilder
{
    /// <summary>The state of the whole from those of the parts.</summary>
    public static PipelineSnapshot Build(
        AgentStatus? agent, QueueStatus? queue, ProcessorStatus? processor, StoreStatus? store)
    {
        var outputs = processor?.Outputs ?? [];
        var waiting = outputs.FirstOrDefault(output => output.WaitingSince is not null);
        return new PipelineSnapshot(
            agent?.FilesWatched ?? 0,
            agent?.LinesRead ?? 0,
            agent?.LinesAcknowledged ?? queue?.RecordsIn ?? 0,
            store?.IngestedCount ?? processor?.EventsOut ?? 0,
            processor?.Lag ?? queue?.Groups.Sum(group => group.TotalLag) ?? 0,
            (agent?.Errors ?? 0) + (processor?.DeadLetters ?? 0) + (store?.RejectedCount ?? 0)
                + outputs.Sum(output => output.Failures),
            waiting is not null ? $"{waiting.Name} waits: {waiting.LastError}" : LastErrorOf(processor));
    }

    /// <summary>What stands still now, else the last record that a plugin refused.</summary>
    private static string? LastErrorOf(ProcessorStatus? processor)
    {
        if (processor?.Stuck is { } stuck)
        {
            return stuck;
        }

        return processor?.PluginErrors is [var last, ..]
            ? $"{last.Plugin} refused {last.Source}: {last.Reason}"
            : null;
    }
}
