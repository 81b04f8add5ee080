using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>The agent's registry: snapshot and journals.</summary>
internal sealed class RegistryDump : IFileDump
{
    public string Format => "agent registry";

    public bool Knows(string name, ReadOnlySpan<byte> head) => head.StartsWith("LFAREG"u8);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        var content = file.Read(0, file.Length);
        yield return Header(content);
        for (var position = Math.Min(RegistryFormat.HeaderLength, content.Length); position < content.Length;)
        {
            if (EntryReader.TryFrame(content.AsSpan(position), out var body))
            {
                var length = body.Length + EntryReader.FrameLength;
                yield return Entry(content, position, length);
                position += length;
                continue;
            }

            var end = FindEntry(content, position + 1);
            var isBlank = !content.AsSpan(position, end - position).ContainsAnyExcept((byte)0);
            yield return new DumpEntry(position, end - position, isBlank ? "reserved" : "bytes")
            {
                Damage = isBlank ? null : "no whole entry begins here",
            };
            position = end;
        }
    }

    private static DumpEntry Header(byte[] content)
    {
        var isSnapshot = content.AsSpan().StartsWith(RegistryFormat.SnapshotMagic);
        var magic = isSnapshot ? RegistryFormat.SnapshotMagic : RegistryFormat.JournalMagic;
        var isWhole = RegistryFormat.TryReadHeader(content, magic, out var number);
        var length = Math.Min(RegistryFormat.HeaderLength, content.Length);
        return new DumpEntry(0, length, isSnapshot ? "snapshot" : "journal")
        {
            Fields = isWhole ? [("journal", number)] : [],
            Damage = isWhole ? null : "the header does not match its checksum",
        };
    }

    /// <summary>Where the next whole entry of a known kind begins; the end where there is none.</summary>
    private static int FindEntry(byte[] content, int from)
    {
        for (var at = from; at < content.Length; at++)
        {
            if (EntryReader.TryFrame(content.AsSpan(at), out var body) && body[0] is > 0 and <= (byte)EntryType.End)
            {
                return at;
            }
        }

        return content.Length;
    }

    private static DumpEntry Entry(byte[] content, int position, int length)
    {
        var reader = new EntryReader(content.AsSpan(position, length));
        reader.MoveNext();
        var entry = new DumpEntry(position, length, reader.Type.ToString());
        try
        {
            return entry with { Fields = Fields(ref reader) };
        }
        catch (InvalidDataException error)
        {
            return entry with { Damage = error.Message };
        }
    }

    private static (string, object?)[] Fields(ref EntryReader reader) => reader.Type switch
    {
        EntryType.Agent =>
            [("agentId", reader.Guid()), ("nextGeneration", reader.Varint()), ("nextIntentId", reader.Varint())],
        EntryType.Topic => [("name", reader.Text()), ("id", reader.Guid()), ("partitions", reader.Varint())],
        EntryType.FileSet => Fields(EntryCodec.ReadFile(ref reader)),
        EntryType.Intent => Fields(EntryCodec.ReadIntent(ref reader)),
        EntryType.Advance =>
            [("generation", reader.Varint()), ("position", reader.Varint()), ("tailCrc", reader.Fixed32())],
        EntryType.FileRemove => [("generation", reader.Varint())],
        EntryType.Ack or EntryType.Withdraw => [("intent", reader.Varint())],
        EntryType.End => [("entries", reader.Varint())],
        _ => [],
    };

    private static (string, object?)[] Fields(FileState file) =>
    [
        ("generation", file.Generation),
        ("path", file.Path),
        ("inputId", file.InputId),
        ("partition", file.Partition),
        ("device", file.Identity.Device),
        ("inode", file.Identity.Inode),
        ("headLength", file.Head.Length),
        ("ackedPosition", file.AckedPosition),
        ("tailCrc", file.TailCrc),
        ("updated", DumpText.Time(file.UpdatedMs)),
    ];

    private static (string, object?)[] Fields(Intent intent) =>
    [
        ("id", intent.Id),
        ("partition", intent.Partition),
        ("producerId", intent.Producer.Id),
        ("producerEpoch", intent.Producer.Epoch),
        ("baseSequence", intent.BaseSequence),
        ("records", intent.RecordCount),
        ("ranges", string.Join(
            ", ", intent.Ranges.Select(range => $"{range.Generation}:[{range.Start}, {range.End})"))),
    ];
}
