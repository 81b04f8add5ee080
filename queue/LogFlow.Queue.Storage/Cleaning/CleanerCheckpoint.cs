using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>cleaner</c> of a partition that was compacted (see ChecksummedFile):
/// <code>
///  0  8  dirty offset: below it, every key occurs once
///  8  8  gap end: below it, offsets may be missing between batches of one segment
/// </code>
/// The gap end is written before cleaned segments are, the dirty offset after.
/// </summary>
/// <param name="DirtyOffset">The first offset that compaction has not looked at.</param>
/// <param name="GapEndOffset">Where recovery again takes a missing offset for damage.</param>
internal sealed record CleanerCheckpoint(long DirtyOffset, long GapEndOffset)
{
    public const string FileName = "cleaner";
    private const int Size = 16;

    /// <summary>What a partition starts with.</summary>
    public static CleanerCheckpoint None { get; } = new(0, 0);

    /// <summary>
    /// What is assumed where the file is damaged: nothing is clean, everything may have gaps. Costs one cleaning.
    /// </summary>
    public static CleanerCheckpoint Unknown { get; } = new(0, long.MaxValue);

    /// <summary>
    /// Whether a batch may stand where another offset is due: only compaction leaves offsets out between two batches.
    /// </summary>
    public static bool Follows(long dueOffset, long baseOffset, long gapEndOffset) =>
        baseOffset == dueOffset || (baseOffset > dueOffset && baseOffset < gapEndOffset);

    public static CleanerCheckpoint Load(IFileSystem files, string directory)
    {
        try
        {
            return ChecksummedFile.Read(files, Path.Combine(directory, FileName)) is not { } payload ? None
                : payload.Length == Size
                    ? new CleanerCheckpoint(
                        BinaryPrimitives.ReadInt64BigEndian(payload),
                        BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(8)))
                    : Unknown;
        }
        catch (InvalidDataException)
        {
            return Unknown;
        }
    }

    public void Save(IFileSystem files, string directory)
    {
        Span<byte> payload = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(payload, DirtyOffset);
        BinaryPrimitives.WriteInt64BigEndian(payload[8..], GapEndOffset);
        ChecksummedFile.Replace(files, Path.Combine(directory, FileName), payload);
    }
}
