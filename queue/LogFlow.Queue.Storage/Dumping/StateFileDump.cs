using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>A state file: groups and their offsets, producer ids, transactions, as sets of changes.</summary>
internal sealed class StateFileDump : IFileDump
{
    private const int MagicBytes = 8;

    public string Format => "queue state";

    public bool Knows(string name, ReadOnlySpan<byte> head) => head.StartsWith("LFQSTAT"u8);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        var content = file.Read(0, file.Length);
        yield return new DumpEntry(0, MagicBytes, "state file")
        {
            Fields = [("version", DumpText.Of(content.AsSpan(0, Math.Min(MagicBytes, content.Length))))],
        };
        var hasGeneration = content.AsSpan().StartsWith("LFQSTAT2"u8);
        for (var position = hasGeneration ? StateFileLoader.HeaderSize : MagicBytes; position < content.Length;)
        {
            var size = StateFrame.Check(content.AsSpan(position));
            if (size > 0)
            {
                foreach (var change in Changes(content.AsSpan(position, size), position))
                {
                    yield return change;
                }

                position += size;
                continue;
            }

            if (CommitMark.TryRead(content.AsSpan(position), position, out var groupStart))
            {
                yield return new DumpEntry(position, CommitMark.Size, "commit mark")
                {
                    Fields = [("group", groupStart)],
                };
                position += CommitMark.Size;
                continue;
            }

            var end = position + FindFrame(content.AsSpan(position + 1)) + 1;
            var isBlank = !content.AsSpan(position, end - position).ContainsAnyExcept((byte)0);
            yield return new DumpEntry(position, end - position, isBlank ? "reserved" : "bytes")
            {
                Damage = isBlank ? null : "no whole set of changes begins here",
            };
            position = end;
        }
    }

    private static int FindFrame(ReadOnlySpan<byte> rest)
    {
        for (var from = 0; from < rest.Length;)
        {
            var at = rest[from..].IndexOf(StateFrame.Magic);
            if (at < 0)
            {
                break;
            }

            if (StateFrame.Check(rest[(from + at)..]) > 0)
            {
                return from + at;
            }

            from += at + 1;
        }

        return rest.Length;
    }

    private static List<DumpEntry> Changes(ReadOnlySpan<byte> frame, long position)
    {
        var reader = new SpanReader(frame[StateFrame.HeaderSize..]);
        var count = reader.ReadInt32();
        var entries = new List<DumpEntry>
        {
            new(position, frame.Length, "changes") { Fields = [("count", count)] },
        };
        for (; count > 0; count--)
        {
            var key = DumpText.Of(reader.ReadBytes(reader.ReadInt32()));
            var length = reader.ReadInt32();
            entries.Add(new DumpEntry(position, 0, length < 0 ? "remove" : "set")
            {
                Fields = length < 0
                    ? [("key", key)]
                    : [("key", key), ("value", DumpText.Of(reader.ReadBytes(length)))],
            });
        }

        return entries;
    }
}
