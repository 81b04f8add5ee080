using System.CommandLine;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow dlq purge</c>: takes letters away. A log can only be cut at its beginning, so those that stay are written
/// again behind the others first; a crash between leaves them there twice, which a replay does not mind.
/// </summary>
internal static class DlqPurgeCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var filter = new DlqFilter();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and do nothing" };
        var all = new Option<bool>("--all") { Description = "Needed where no option says which letters" };
        var command = new Command("purge", "Take letters away, for good") { dryRun, all };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ToolSession.StreamAsync(
            parsed,
            options,
            (session, stop) => filter.IsEverything(parsed) && !parsed.GetValue(all) && !parsed.GetValue(dryRun)
                ? throw new LogFlow.Hosting.StartupException(
                    "purge takes options that say which letters, or --all", 2)
                : RunAsync(session, filter.Topic(parsed), filter.Read(parsed), parsed.GetValue(dryRun), stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
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

        session.Output.WriteLine(isDryRun
            ? $"{Words.Count(gone, "letter")} would go, {kept} stay"
            : $"{Words.Count(gone, "letter")} gone, {kept} kept");
        return 0;
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
