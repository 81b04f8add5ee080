using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>
/// Takes letters away. A log can only be cut at its beginning, so those that stay are written again behind the others
/// first; a crash between leaves them there twice, which a replay does not mind.
/// </summary>
internal static class DlqPurger
{
    /// <summary>Takes away what matches; counts what went and what stayed.</summary>
    public static async Task<DlqOutcome> RunAsync(
        ToolSession session, string? name, Func<StoredDeadLetter, bool> matches, bool isDryRun,
        CancellationToken cancellationToken)
    {
        long gone = 0;
        long kept = 0;
        await using var sender = new DlqSender(session, ThrowIfRefused);
        foreach (var topic in await DlqReader.FindTopicsAsync(session, name, cancellationToken))
        {
            // Up to here everything is read; what comes meanwhile stays.
            var ranges = await OffsetRange.FindAsync(session, [topic], cancellationToken);
            await DlqReader.ReadAsync(
                session,
                topic,
                async (partition, record, letter) =>
                {
                    if (record.Offset >= ranges[partition].Latest)
                    {
                        return true;
                    }

                    if (matches(letter))
                    {
                        gone++;
                    }
                    else if (++kept > 0 && !isDryRun)
                    {
                        await KeepAsync(sender, partition, record, cancellationToken);
                    }

                    return true;
                },
                cancellationToken);
            if (!isDryRun)
            {
                await sender.SettleAsync(cancellationToken);
                foreach (var (partition, range) in ranges)
                {
                    await session.Admin.DeleteRecordsAsync(partition, range.Latest, cancellationToken);
                }
            }
        }

        return new DlqOutcome(gone, kept);
    }

    private static async Task KeepAsync(
        DlqSender sender, TopicPartition partition, Record record, CancellationToken cancellationToken)
    {
        var copy = DlqSender.Copy(record);
        var headers = new List<RecordHeader>(copy.HeaderCount);
        foreach (var header in copy.Headers)
        {
            headers.Add(header);
        }

        await sender.SendAsync(
            new ProducerRecord
            {
                Topic = partition.Topic,
                Partition = partition.Partition,
                Key = copy.Key,
                Value = copy.Value,
                TimestampMs = copy.TimestampMs,
                Headers = [.. headers],
            },
            cancellationToken);
    }

    private static void ThrowIfRefused(ProduceResult result)
    {
        if (!result.IsSuccess)
        {
            throw new KafkaException(
                result.Error,
                $"{result.TopicPartition}: a letter that stays could not be written again; nothing of it is deleted");
        }
    }
}
