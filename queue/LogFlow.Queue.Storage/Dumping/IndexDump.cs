using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>A segment's index: which batch lies where.</summary>
internal sealed class IndexDump : IFileDump
{
    public string Format => "queue index";

    public bool Knows(string name, ReadOnlySpan<byte> head) => name.EndsWith(".index", StringComparison.Ordinal);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        var hasBase = long.TryParse(
            Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture, out var baseOffset);
        var before = default(IndexEntry);
        for (long position = 0; position < file.Length; position += IndexEntry.Size)
        {
            var bytes = file.Read(position, IndexEntry.Size);
            if (bytes.Length < IndexEntry.Size)
            {
                yield return new DumpEntry(position, bytes.Length, "bytes") { Damage = "a part of an entry" };
                yield break;
            }

            var entry = IndexEntry.Read(bytes);
            yield return new DumpEntry(position, IndexEntry.Size, "entry")
            {
                Fields =
                [
                    ("offset", (hasBase ? baseOffset : 0) + entry.RelativeOffset),
                    ("position", (long)entry.Position),
                    ("maxTimestampBefore", DumpText.Time(entry.MaxTimestampBeforeMs)),
                ],
                Damage = position > 0 && entry.Position <= before.Position ? "positions do not rise" : null,
            };
            before = entry;
        }
    }
}
