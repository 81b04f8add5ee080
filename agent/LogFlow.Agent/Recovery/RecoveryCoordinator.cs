using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Before anything new is read: what a former run announced and the queue did not acknowledge is built again and given
/// to its partition, to be sent under the same producer and sequences. Where that cannot be, it is said, and the lines
/// are read again from the last acknowledged position.
/// </summary>
internal sealed partial class RecoveryCoordinator(
    Registry registry,
    Publisher publisher,
    BatchRebuilder rebuilder,
    AgentCounters counters,
    Func<long, ScheduledHarvester?> findHarvester,
    ILogger logger)
{
    private readonly Dictionary<long, RecoverySource> _sources = [];

    /// <summary>Compares the topic with the one that the registry knows.</summary>
    /// <returns>Whether sequences still mean something: it is the same topic.</returns>
    public bool CheckTopic(TopicIdentity topic)
    {
        var known = registry.Topic;
        if (known == topic)
        {
            return true;
        }

        var isSame = known.Name is null || (known.Name == topic.Name && known.Id == topic.Id);
        if (!isSame)
        {
            Log.TopicChanged(
                logger, topic.Name, KafkaUuid.Format(topic.Id), known.Name!, KafkaUuid.Format(known.Id));
        }

        registry.SetTopic(topic);
        return isSame;
    }

    /// <summary>Takes up what was left.</summary>
    /// <param name="isSameTopic">
    /// False: the topic was made anew, so it has nothing of what was announced; all of it is read and sent anew.
    /// </param>
    public void Recover(bool isSameTopic)
    {
        var left = registry.UnresolvedIntents();
        var failed = new HashSet<int>();
        var records = 0;
        foreach (var intent in left)
        {
            if (!isSameTopic || failed.Contains(intent.Partition))
            {
                GiveUp(intent, isSameTopic, reason: null);
                continue;
            }

            var (batch, reason) = rebuilder.Rebuild(intent, FindSource);
            if (batch is null)
            {
                // What follows in this partition has later sequences: it cannot be sent under them without this one.
                failed.Add(intent.Partition);
                GiveUp(intent, isSameTopic, reason);
                continue;
            }

            records += intent.RecordCount;
            foreach (var range in intent.Ranges)
            {
                using var turn = findHarvester(range.Generation)!.Take();
                turn.Harvester.ContinueAt(range.End, range.TailCrc);
            }

            publisher.ForPartition(intent.Partition).AddResend(batch);
        }

        if (records > 0)
        {
            Log.Resending(logger, left.Count, records);
        }

        _sources.Clear();
    }

    private RecoverySource? FindSource(long generation)
    {
        if (!_sources.TryGetValue(generation, out var source) && findHarvester(generation) is { } found)
        {
            using var turn = found.Take();
            source = turn.Harvester.RecoverySource();
            _sources.Add(generation, source);
        }

        return source;
    }

    private void GiveUp(Intent intent, bool isSameTopic, string? reason)
    {
        registry.Withdraw(intent);
        if (!isSameTopic)
        {
            return;
        }

        counters.AddUncertain(intent.RecordCount);
        if (reason is not null)
        {
            Log.CannotRebuild(logger, intent.RecordCount, intent.Partition, reason);
        }

        foreach (var range in intent.Ranges)
        {
            if (findHarvester(range.Generation) is null)
            {
                counters.AddLost(1);
                Log.RangeGone(logger, range.Generation, range.Start, range.End, intent.Partition);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4400, LogLevel.Information,
            "The last run left {Batches} batches ({Records} records) unacknowledged; they are sent again under "
            + "the same sequences, and the queue drops those that it has")]
        public static partial void Resending(ILogger logger, int batches, int records);

        [LoggerMessage(4401, LogLevel.Error,
            "A batch of {Records} records that the last run left unacknowledged in partition {Partition} cannot be "
            + "built again: {Reason}. Its lines are read and sent anew where they can be; some may be in the "
            + "queue twice")]
        public static partial void CannotRebuild(ILogger logger, int records, int partition, string reason);

        [LoggerMessage(4402, LogLevel.Error,
            "Bytes {Start} to {End} of a file that is gone (incarnation {Generation}) were on their way to partition "
            + "{Partition} when the agent stopped. Whether the queue has them is not known; they cannot be read again")]
        public static partial void RangeGone(ILogger logger, long generation, long start, long end, int partition);

        [LoggerMessage(4403, LogLevel.Warning,
            "Topic {Topic} is not the one that this agent wrote to: its id is {Id}, it was {KnownTopic} with "
            + "{KnownId}. Acknowledged lines are not sent again; what was unacknowledged goes to the new topic")]
        public static partial void TopicChanged(
            ILogger logger, string topic, string id, string knownTopic, string knownId);
    }
}
