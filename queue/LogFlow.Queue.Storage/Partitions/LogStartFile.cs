using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>log-start</c> of a partition (see ChecksummedFile): the log start offset, int64, of the last
/// DeleteRecords. The checkpoint has it as well; this one stays when that is lost, so that what was deleted does not
/// come back.
/// </summary>
internal static class LogStartFile
{
    public const string FileName = "log-start";

    /// <summary>0 where there is none, or none that can be read: more is served then, not less.</summary>
    public static long Load(IFileSystem files, string directory)
    {
        try
        {
            return ChecksummedFile.Read(files, Path.Combine(directory, FileName)) is { Length: sizeof(long) } payload
                ? BinaryPrimitives.ReadInt64BigEndian(payload)
                : 0;
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    public static void Save(IFileSystem files, string directory, long logStartOffset)
    {
        Span<byte> payload = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(payload, logStartOffset);
        ChecksummedFile.Replace(files, Path.Combine(directory, FileName), payload);
    }
}
