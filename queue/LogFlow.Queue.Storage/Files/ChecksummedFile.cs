using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Small files that are replaced whole: after a crash the old or the new content is there.
/// <code>
///  0  4  magic "LFQ1"
///  4  4  CRC-32C of the payload
///  8  4  payload length
/// 12     payload
/// </code>
/// </summary>
internal static class ChecksummedFile
{
    public const int HeaderSize = 12;
    private const string TemporarySuffix = ".tmp";

    public static ReadOnlySpan<byte> Magic => "LFQ1"u8;

    /// <summary>The payload; null where there is no such file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static byte[]? Read(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return null;
        }

        using var file = files.Open(path);
        Span<byte> header = stackalloc byte[HeaderSize];
        var length = file.Length - HeaderSize;
        if (file.Read(header, 0) < HeaderSize
            || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != length)
        {
            throw new InvalidDataException($"{path} is damaged");
        }

        var payload = new byte[length];
        return file.Read(payload, HeaderSize) == length
            && Crc32C.Compute(payload) == BinaryPrimitives.ReadUInt32BigEndian(header[4..])
                ? payload
                : throw new InvalidDataException($"{path} is damaged");
    }

    public static void Replace(IFileSystem files, string path, ReadOnlySpan<byte> payload)
    {
        Place(files, path, payload);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>As <see cref="Replace"/>, but the caller syncs the folder.</summary>
    public static void Place(IFileSystem files, string path, ReadOnlySpan<byte> payload)
    {
        var content = new byte[HeaderSize + payload.Length];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(4), Crc32C.Compute(payload));
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(8), payload.Length);
        payload.CopyTo(content.AsSpan(HeaderSize));
        var temporary = path + TemporarySuffix;
        using (var file = files.OpenOrCreate(temporary))
        {
            file.SetLength(0);
            file.Write(content, 0);
            file.SyncData();
        }

        files.MoveFile(temporary, path);
    }
}
