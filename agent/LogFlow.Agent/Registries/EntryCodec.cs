namespace LogFlow.Agent;

/// <summary>The fields of each kind of entry, in order; the byte tables are in ARCHITECTURE.md.</summary>
internal static class EntryCodec
{
    public static void WriteAgent(EntryWriter writer, Guid agentId, long nextGeneration, long nextIntentId)
    {
        writer.Begin(EntryType.Agent);
        writer.Guid(agentId);
        writer.Varint(nextGeneration);
        writer.Varint(nextIntentId);
        writer.End();
    }

    public static void WriteTopic(EntryWriter writer, in TopicIdentity topic)
    {
        writer.Begin(EntryType.Topic);
        writer.Text(topic.Name);
        writer.Guid(topic.Id);
        writer.Varint(topic.PartitionCount);
        writer.End();
    }

    public static void WriteFile(EntryWriter writer, FileState file)
    {
        writer.Begin(EntryType.FileSet);
        writer.Varint(file.Generation);
        writer.Text(file.InputId);
        writer.Varint(file.Partition + 1);
        writer.Varint((long)file.Identity.Device);
        writer.Varint((long)file.Identity.Inode);
        writer.Varint(file.Identity.BirthNs);
        writer.Text(file.Path);
        writer.Varint(file.Head.Length);
        writer.Fixed128(file.Head.Hash);
        writer.Varint(file.AckedPosition);
        writer.Fixed32(file.TailCrc);
        writer.Varint(file.UpdatedMs);
        writer.End();
    }

    public static FileState ReadFile(ref EntryReader reader) => new()
    {
        Generation = reader.Varint(),
        InputId = reader.Text(),
        Partition = reader.Int32() - 1,
        Identity = new FileIdentity((ulong)reader.Varint(), (ulong)reader.Varint(), reader.Varint()),
        Path = reader.Text(),
        Head = new ContentMark(reader.Int32(), reader.Fixed128()),
        AckedPosition = reader.Varint(),
        TailCrc = reader.Fixed32(),
        UpdatedMs = reader.Varint(),
    };

    public static void WriteIntent(EntryWriter writer, Intent intent)
    {
        writer.Begin(EntryType.Intent);
        writer.Varint(intent.Id);
        writer.Varint(intent.Partition);
        writer.Varint(intent.Producer.Id);
        writer.Varint(intent.Producer.Epoch);
        writer.Varint(intent.BaseSequence);
        writer.Varint(intent.RecordCount);
        writer.Varint(intent.Ranges.Count);
        foreach (var range in intent.Ranges)
        {
            writer.Varint(range.Generation);
            writer.Varint(range.Start);
            writer.Varint(range.End - range.Start);
            writer.Fixed32(range.Crc);
            writer.Fixed32(range.TailCrc);
        }

        writer.End();
    }

    public static Intent ReadIntent(ref EntryReader reader)
    {
        var id = reader.Varint();
        var partition = reader.Int32();
        var producer = new ProducerId(reader.Varint(), (short)reader.Int32());
        var baseSequence = reader.Int32();
        var recordCount = reader.Int32();

        // The list grows as ranges are read: a damaged count cannot make it allocate much.
        var count = reader.Int32();
        var ranges = new List<FileRange>(Math.Min(count, 64));
        for (var index = 0; index < count; index++)
        {
            var generation = reader.Varint();
            var start = reader.Varint();
            ranges.Add(new FileRange(
                generation, start, start + reader.Varint(), reader.Fixed32(), reader.Fixed32()));
        }

        return new Intent
        {
            Id = id,
            Partition = partition,
            Producer = producer,
            BaseSequence = baseSequence,
            RecordCount = recordCount,
            Ranges = ranges,
        };
    }

    public static void WriteNumber(EntryWriter writer, EntryType type, long number)
    {
        writer.Begin(type);
        writer.Varint(number);
        writer.End();
    }

    public static void WriteAdvance(EntryWriter writer, long generation, long position, uint tailCrc)
    {
        writer.Begin(EntryType.Advance);
        writer.Varint(generation);
        writer.Varint(position);
        writer.Fixed32(tailCrc);
        writer.End();
    }

    /// <summary>The whole state as entries, <see cref="EntryType.End"/> last.</summary>
    public static void WriteAll(EntryWriter writer, RegistryState state)
    {
        WriteAgent(writer, state.AgentId, state.NextGeneration, state.NextIntentId);
        if (state.Topic.Name is not null)
        {
            WriteTopic(writer, state.Topic);
        }

        foreach (var file in state.Files.Values)
        {
            WriteFile(writer, file);
        }

        foreach (var intent in state.Intents.Values)
        {
            WriteIntent(writer, intent);
        }

        WriteNumber(writer, EntryType.End, writer.Count);
    }
}
