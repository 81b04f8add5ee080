using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Takes up what a former run announced and the queue did not acknowledge, partition by partition. Nothing new is read
/// for a partition before that is done; a partition whose files cannot be read at present waits alone.
/// </summary>
internal sealed partial class RecoveryCoordinator(RecoveryContext context, BatchRebuilder rebuilder)
{
    /// <summary>Partitions that wait for a file.</summary>
    public int Waiting { get; private set; }

    /// <summary>Compares the topic with the one that the registry knows.</summary>
    /// <returns>Whether sequences still mean something: it is the same topic.</returns>
    public bool CheckTopic(TopicIdentity topic)
    {
        var known = context.Registry.Topic;
        if (known == topic)
        {
            return true;
        }

        var isSame = known.Name is null || (known.Name == topic.Name && known.Id == topic.Id);
        if (!isSame)
        {
            Log.TopicChanged(
                context.Logger, topic.Name, KafkaUuid.Format(topic.Id), known.Name!, KafkaUuid.Format(known.Id));
        }

        context.Registry.SetTopic(topic);
        return isSame;
    }

    /// <summary>Takes up what was left.</summary>
    /// <param name="isSameTopic">
    /// False: the topic was made anew, so it has nothing of what was announced; all of it is read and sent anew.
    /// </param>
    /// <param name="onFirstPass">Called when all that can be taken up at once is: reading may begin.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task RecoverAsync(bool isSameTopic, Action onFirstPass, CancellationToken cancellationToken)
    {
        var left = context.Registry.UnresolvedIntents();
        if (!isSameTopic)
        {
            left.ForEach(context.Registry.Withdraw);
            left.Clear();
        }

        var waiting = left.GroupBy(static intent => intent.Partition)
            .Select(intents => new PartitionRecovery(intents.Key, intents, context, rebuilder))
            .ToList();
        foreach (var partition in waiting)
        {
            context.Publisher.ForPartition(partition.Partition).IsHeld = true;
        }

        waiting = await TryAllAsync(waiting, cancellationToken);
        onFirstPass();
        while (waiting.Count > 0)
        {
            await Task.Delay(RecoveryContext.RetryPause, context.Time, cancellationToken);
            waiting = await TryAllAsync(waiting, cancellationToken);
        }
    }

    private async Task<List<PartitionRecovery>> TryAllAsync(
        List<PartitionRecovery> partitions, CancellationToken cancellationToken)
    {
        var waiting = new List<PartitionRecovery>();
        var (batches, records) = (0, 0);
        foreach (var partition in partitions)
        {
            if (!await partition.TryFinishAsync(cancellationToken))
            {
                waiting.Add(partition);
                continue;
            }

            batches += partition.Batches;
            records += partition.Records;
            context.Publisher.ForPartition(partition.Partition).IsHeld = false;
        }

        if (records > 0)
        {
            SayResending(batches, records);
        }

        Waiting = waiting.Count;
        if (waiting.Count < partitions.Count)
        {
            context.Files.WakeAll();
        }

        return waiting;
    }

    private void SayResending(int batches, int records)
    {
        switch (context.Options.Repetition)
        {
            case Repetition.DroppedBySequence:
                Log.Resending(context.Logger, batches, records);
                break;
            case Repetition.DroppedById:
                Log.ResendingById(context.Logger, batches, records);
                break;
            default:
                Log.Repeating(context.Logger, batches, records);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4400, LogLevel.Information,
            "The last run left {Batches} batches ({Records} records) that the queue does not have, or does not tell "
            + "of; they are sent again under the same sequences, and the queue drops those that it has")]
        public static partial void Resending(ILogger logger, int batches, int records);

        [LoggerMessage(4401, LogLevel.Information,
            "The last run left {Batches} batches ({Records} records) unacknowledged; they are sent again under the "
            + "same ids, and the output drops those that it has")]
        public static partial void ResendingById(ILogger logger, int batches, int records);

        [LoggerMessage(4404, LogLevel.Warning,
            "The last run left {Batches} batches ({Records} records) unacknowledged; they are sent again, and the "
            + "output has no means to tell those that it has already")]
        public static partial void Repeating(ILogger logger, int batches, int records);

        [LoggerMessage(4403, LogLevel.Warning,
            "Topic {Topic} is not the one that this agent wrote to: its id is {Id}, it was {KnownTopic} with "
            + "{KnownId}. Acknowledged lines are not sent again; what was unacknowledged goes to the new topic")]
        public static partial void TopicChanged(
            ILogger logger, string topic, string id, string knownTopic, string knownId);
    }
}
