using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// The file <c>positions</c>: what the segments' footers say of positions and sequence, for when they are dropped by
/// retention, or when a commit has positions but no document. Replaced as a whole.
/// Layout: 8 bytes "LFPOS01\n" · positions · i64 next sequence · u32 CRC-32C of all before.
/// </summary>
internal static class PositionFile
{
    public const string Name = "positions";

    private static ReadOnlySpan<byte> Mark => "LFPOS01\n"u8;

    public static void Write(
        IStoreFileSystem files, string directory, IReadOnlyList<PartitionPosition> positions, long nextSequence)
    {
        var output = new ByteWriter();
        output.Write(Mark);
        PartitionPosition.WriteAll(positions, output);
        output.WriteInt64(nextSequence);
        output.WriteUInt32(Crc32C.Compute(output.Written));
        var path = Path.Combine(directory, Name);
        using (var file = files.Create(path + ".tmp"))
        {
            file.Append(output.Written);
            file.SyncData();
        }

        files.Rename(path + ".tmp", path);
        files.SyncDirectory(directory);
    }

    /// <summary>Reads the file; empty where there is none.</summary>
    /// <exception cref="CorruptDataException">It is damaged.</exception>
    public static (PartitionPosition[] Positions, long NextSequence) Read(string directory)
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path))
        {
            return ([], 0);
        }

        var data = File.ReadAllBytes(path).AsSpan();
        if (data.Length < Mark.Length + 13 || !data.StartsWith(Mark)
            || BitConverter.ToUInt32(data[^4..]) != Crc32C.Compute(data[..^4]))
        {
            throw new CorruptDataException($"{path} fails its checksum");
        }

        var reader = new ByteReader(data[Mark.Length..^4]);
        var positions = PartitionPosition.ReadAll(ref reader);
        return (positions, reader.ReadInt64());
    }
}
