namespace LogFlow.Agent;

/// <summary>
/// The registry's content and what each entry does to it. Loading a journal and running use the same methods, so the
/// two cannot disagree. Not thread-safe; <see cref="Registry"/> guards it.
/// </summary>
internal sealed class RegistryState
{
    public Guid AgentId { get; set; }

    public long NextGeneration { get; set; } = 1;

    public long NextIntentId { get; set; } = 1;

    public TopicIdentity Topic { get; set; }

    public Dictionary<long, FileState> Files { get; } = [];

    /// <summary>Intents without acknowledgement, in order of their ids.</summary>
    public SortedDictionary<long, Intent> Intents { get; } = [];

    /// <summary>How many unacknowledged intents have bytes of an incarnation.</summary>
    private readonly Dictionary<long, int> _openIntents = [];

    /// <summary>Whether bytes of an incarnation are on their way.</summary>
    public bool HasOpenIntents(long generation) => _openIntents.ContainsKey(generation);

    public void SetFile(FileState file)
    {
        Files[file.Generation] = file;
        NextGeneration = Math.Max(NextGeneration, file.Generation + 1);
    }

    public void AddIntent(Intent intent)
    {
        if (Intents.TryAdd(intent.Id, intent))
        {
            Count(intent, 1);
        }

        NextIntentId = Math.Max(NextIntentId, intent.Id + 1);
    }

    /// <summary>The queue has the batch: its files' positions move behind their ranges.</summary>
    public void Acknowledge(long intentId, long nowMs)
    {
        if (Remove(intentId) is not { } intent)
        {
            return;
        }

        foreach (var range in intent.Ranges)
        {
            Advance(range.Generation, range.End, range.TailCrc, nowMs);
        }
    }

    /// <summary>The batch is not on its way any more.</summary>
    public Intent? Remove(long intentId)
    {
        if (!Intents.Remove(intentId, out var intent))
        {
            return null;
        }

        Count(intent, -1);
        return intent;
    }

    public void Advance(long generation, long position, uint tailCrc, long nowMs)
    {
        if (Files.TryGetValue(generation, out var file) && position > file.AckedPosition)
        {
            file.AckedPosition = position;
            file.TailCrc = tailCrc;
            file.UpdatedMs = nowMs;
        }
    }

    /// <summary>Does what the reader's current entry says.</summary>
    /// <exception cref="InvalidDataException">The entry makes no sense.</exception>
    public void Apply(ref EntryReader reader, long nowMs)
    {
        switch (reader.Type)
        {
            case EntryType.Agent:
                AgentId = reader.Guid();
                NextGeneration = reader.Varint();
                NextIntentId = reader.Varint();
                break;
            case EntryType.Topic:
                Topic = new TopicIdentity(reader.Text(), reader.Guid(), reader.Int32());
                break;
            case EntryType.FileSet:
                SetFile(EntryCodec.ReadFile(ref reader));
                break;
            case EntryType.FileRemove:
                Files.Remove(reader.Varint());
                break;
            case EntryType.Advance:
                Advance(reader.Varint(), reader.Varint(), reader.Fixed32(), nowMs);
                break;
            case EntryType.Intent:
                AddIntent(EntryCodec.ReadIntent(ref reader));
                break;
            case EntryType.Ack:
                Acknowledge(reader.Varint(), nowMs);
                break;
            case EntryType.Withdraw:
                _ = Remove(reader.Varint());
                break;
            case EntryType.End:
                break;
            default:
                throw new InvalidDataException($"registry entry of unknown type {(byte)reader.Type}");
        }
    }

    private void Count(Intent intent, int change)
    {
        foreach (var range in intent.Ranges)
        {
            var count = _openIntents.GetValueOrDefault(range.Generation) + change;
            if (count == 0)
            {
                _openIntents.Remove(range.Generation);
            }
            else
            {
                _openIntents[range.Generation] = count;
            }
        }
    }
}
