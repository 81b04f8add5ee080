using System.Text;

namespace LogFlow.Store;

/// <summary>
/// The end of a segment file: what it holds, which commit it belongs to, and how far the queue had been read when that
/// commit was made. Layout in ARCHITECTURE.md.
/// </summary>
internal sealed class SegmentFooter
{
    public const int Version = 1;

    /// <summary>
    /// Instead of the number of a commit's segments: this one was put together from the blocks that were found again,
    /// and others are missing. It says nothing of positions: the queue is asked for the rest once more, and what comes
    /// is compared with the ids that are here.
    /// </summary>
    public const int IncompleteCount = 0;

    private const int CountMax = 1 << 24;

    /// <summary>The commit, and this segment's place among the segments that became durable with it.</summary>
    public required long CommitId { get; init; }

    public required int Ordinal { get; init; }

    public required int SegmentCount { get; init; }

    /// <summary>Blocks of the segment are missing.</summary>
    public bool IsIncomplete => SegmentCount == IncompleteCount;

    public required long CreatedMs { get; init; }

    /// <summary>Of every partition known: the next offset, after this commit.</summary>
    public required IReadOnlyList<PartitionPosition> Positions { get; init; }

    /// <summary>File names, of the same day, that this segment replaces (a merge).</summary>
    public required IReadOnlyList<string> Replaces { get; init; }

    public required BlockContents Contents { get; init; }

    public required IReadOnlyList<BlockLocation> Blocks { get; init; }

    public void Write(ByteWriter output)
    {
        output.WriteVarint(Version);
        output.WriteInt64(CommitId);
        output.WriteVarint((ulong)Ordinal);
        output.WriteVarint((ulong)SegmentCount);
        output.WriteInt64(CreatedMs);
        PartitionPosition.WriteAll(Positions, output);
        output.WriteVarint((ulong)Replaces.Count);
        foreach (var name in Replaces)
        {
            output.WriteBlob(Encoding.UTF8.GetBytes(name));
        }

        output.WriteVarint((ulong)Contents.Indices.Count);
        foreach (var (name, sum) in Contents.Indices)
        {
            output.WriteBlob(Encoding.UTF8.GetBytes(name));
            output.WriteVarint((ulong)sum.DocumentCount);
            output.WriteVarint((ulong)sum.RawBytes);
        }

        output.WriteVarint((ulong)Contents.Fields.Count);
        foreach (var (name, kinds) in Contents.Fields)
        {
            output.WriteBlob(Encoding.UTF8.GetBytes(name));
            output.WriteByte((byte)kinds);
        }

        output.WriteVarint((ulong)Blocks.Count);
        foreach (var block in Blocks)
        {
            block.Write(output);
        }
    }

    /// <exception cref="CorruptDataException">The bytes are no footer.</exception>
    public static SegmentFooter Read(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data);
        var version = reader.ReadVarint();
        if (version != Version)
        {
            throw new CorruptDataException($"segment format version {version} is not known");
        }

        var commitId = reader.ReadInt64();
        var ordinal = reader.ReadCount(CountMax);
        var segmentCount = reader.ReadCount(CountMax);
        var createdMs = reader.ReadInt64();
        var positions = PartitionPosition.ReadAll(ref reader);
        var replaces = new string[reader.ReadCount(Math.Min(CountMax, reader.Remaining))];
        for (var i = 0; i < replaces.Length; i++)
        {
            replaces[i] = Encoding.UTF8.GetString(reader.ReadBlob());
        }

        var contents = new BlockContents();
        for (var count = reader.ReadCount(reader.Remaining); count > 0; count--)
        {
            var name = Encoding.UTF8.GetString(reader.ReadBlob());
            contents.AddIndex(name, (long)reader.ReadVarint(), (long)reader.ReadVarint());
        }

        for (var count = reader.ReadCount(reader.Remaining); count > 0; count--)
        {
            var name = Encoding.UTF8.GetString(reader.ReadBlob());
            contents.AddField(name, reader.ReadByte());
        }

        var blocks = new BlockLocation[reader.ReadCount(reader.Remaining)];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = BlockLocation.Read(ref reader);
        }

        return new SegmentFooter
        {
            CommitId = commitId,
            Ordinal = ordinal,
            SegmentCount = segmentCount,
            CreatedMs = createdMs,
            Positions = positions,
            Replaces = replaces,
            Contents = contents,
            Blocks = blocks,
        };
    }
}
