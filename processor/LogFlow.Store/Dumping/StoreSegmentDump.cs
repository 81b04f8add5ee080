using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// A segment of the store: its footer, and the blocks that it names; deep, also whether each is whole.
/// </summary>
internal sealed class StoreSegmentDump : IFileDump
{
    public string Format => "store segment";

    public bool Knows(string name, ReadOnlySpan<byte> head) => head.StartsWith(SegmentFile.BeginMark);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        var (footer, entry) = ReadFooter(file);
        if (footer is not null)
        {
            for (var index = 0; index < footer.Blocks.Count; index++)
            {
                yield return Block(file, footer.Blocks[index], index, isDeep);
            }
        }

        yield return entry;
    }

    private static (SegmentFooter? Footer, DumpEntry Entry) ReadFooter(DumpFile file)
    {
        var trailer = file.Read(file.Length - SegmentFile.TrailerLength, SegmentFile.TrailerLength);
        if (trailer.Length < SegmentFile.TrailerLength || !trailer.AsSpan(8).SequenceEqual(SegmentFile.EndMark))
        {
            return (null, new DumpEntry(0, file.Length, "segment") { Damage = "it does not end in a footer" });
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        var position = file.Length - SegmentFile.TrailerLength - length;
        var bytes = position < 0 ? [] : file.Read(position, length);
        var entry = new DumpEntry(Math.Max(0, position), length, "footer");
        if (bytes.Length != length
            || Crc32C.Compute(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(trailer.AsSpan(4)))
        {
            return (null, entry with { Damage = "its checksum does not match" });
        }

        try
        {
            var footer = SegmentFooter.Read(bytes);
            return (footer, entry with { Fields = Fields(footer) });
        }
        catch (CorruptDataException error)
        {
            return (null, entry with { Damage = error.Message });
        }
    }

    private static (string, object?)[] Fields(SegmentFooter footer) =>
    [
        ("commitId", footer.CommitId),
        ("ordinal", footer.Ordinal),
        ("segmentsOfCommit", footer.SegmentCount),
        ("created", DumpText.Time(footer.CreatedMs)),
        ("blocks", footer.Blocks.Count),
        ("documents", footer.Blocks.Sum(block => (long)block.Summary.RowCount)),
        ("positions", string.Join(
            ", ", footer.Positions.Select(position => $"{position.TopicId}-{position.Partition}: {position.Next}"))),
        ("replaces", string.Join(", ", footer.Replaces)),
        ("indices", string.Join(
            ", ", footer.Contents.Indices.Select(index => $"{index.Key}: {index.Value.DocumentCount}"))),
        ("fields", string.Join(", ", footer.Contents.Fields.Select(field => field.Key))),
    ];

    private static DumpEntry Block(DumpFile file, in BlockLocation block, int index, bool isDeep)
    {
        string? damage = null;
        if (isDeep)
        {
            var directory = file.Read(block.Offset + block.PagesLength, block.DirectoryLength);
            damage = directory.Length != block.DirectoryLength || Crc32C.Compute(directory) != block.DirectoryCrc
                ? "the checksum of its directory does not match"
                : null;
        }

        return new DumpEntry(block.Offset, (long)block.PagesLength + block.DirectoryLength, "block")
        {
            Fields =
            [
                ("index", index),
                ("rows", block.Summary.RowCount),
                ("rawBytes", block.Summary.RawBytes),
                ("minTime", DumpText.Time(block.Summary.MinTimeMs)),
                ("maxTime", DumpText.Time(block.Summary.MaxTimeMs)),
                ("minSequence", block.Summary.MinSequence),
                ("maxSequence", block.Summary.MaxSequence),
            ],
            Damage = damage,
        };
    }
}
