using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>Puts dead letters back, many at a time, and counts what became of them.</summary>
internal sealed class DlqReplayer(ToolSession session, string lettersFolder, bool isDryRun)
{
    private readonly Dictionary<string, TopicMetadata> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = [];
    private long _replayed;
    private long _left;

    /// <summary>Puts back what matches; why some were not is noted in the session.</summary>
    public async Task<DlqOutcome> RunAsync(
        string? name, Func<StoredDeadLetter, bool> matches, CancellationToken cancellationToken)
    {
        await using var sender = new DlqSender(session, Settled);
        foreach (var topic in await DlqReader.FindTopicsAsync(session, name, cancellationToken))
        {
            await DlqReader.ReadAsync(
                session,
                topic,
                async (_, record, letter) =>
                {
                    if (matches(letter))
                    {
                        await ReplayAsync(sender, record, letter, cancellationToken);
                    }

                    return true;
                },
                cancellationToken);
        }

        await sender.SettleAsync(cancellationToken);
        return new DlqOutcome(_replayed, _left);
    }

    private async Task ReplayAsync(
        DlqSender sender, Record record, StoredDeadLetter letter, CancellationToken cancellationToken)
    {
        if (letter.LastOffset is not null)
        {
            Leave("a record batch that cannot be decoded cannot be put back ('logflow dlq show' prints it)");
            return;
        }

        if (await FindTopicAsync(letter.Topic, cancellationToken) is not { } topic)
        {
            Leave($"topic '{letter.Topic}' is not there any more");
            return;
        }

        ReadOnlyMemory<byte>? whole = null;
        if (letter.Sha256 is { } sha256)
        {
            whole = await ReadWholeAsync(sha256, cancellationToken);
            if (whole is null)
            {
                Leave($"a letter holds the beginning of its record only, and the whole is not in {lettersFolder} "
                    + "(--letters names the processor's folder)");
                return;
            }
        }

        var topicId = KafkaUuid.Format(topic.TopicId);
        if (!letter.KeepsIdentity(topicId, topic.Partitions.Count) && _told.Add(letter.Topic))
        {
            session.Note($"topic '{letter.Topic}' was made anew: its records go in as new ones, and what an output has "
                + "of them is not recognised");
        }

        if (isDryRun)
        {
            _replayed++;
            return;
        }

        var copy = DlqSender.Copy(record);
        await sender.SendAsync(
            StoredDeadLetter.Read(copy).ToReplay(copy, whole, topicId, topic.Partitions.Count), cancellationToken);
    }

    private void Settled(ProduceResult result)
    {
        if (result.IsSuccess)
        {
            _replayed++;
        }
        else
        {
            Leave($"{result.TopicPartition.Topic}: {Words.Reason(result.Error, result.Message)}");
        }
    }

    private void Leave(string reason)
    {
        _left++;
        if (_told.Add(reason))
        {
            session.Note(reason);
        }
    }

    private async Task<TopicMetadata?> FindTopicAsync(string name, CancellationToken cancellationToken)
    {
        if (!_topics.TryGetValue(name, out var topic))
        {
            _topics[name] = topic = await session.Client.GetTopicAsync(
                name, allowAutoCreate: false, cancellationToken);
        }

        return topic.Error == ErrorCode.None ? topic : null;
    }

    /// <summary>The name comes from a header, so it has to look like one of ours.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadWholeAsync(string sha256, CancellationToken cancellationToken)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        var path = Path.Combine(lettersFolder, "whole", sha256);
        // A bare null would become an empty memory on its way through byte[].
        return File.Exists(path)
            ? await File.ReadAllBytesAsync(path, cancellationToken)
            : (ReadOnlyMemory<byte>?)null;
    }
}
