using System.Buffers.Binary;
using System.Security.Cryptography;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// What a file's beginning looks like: the first bytes' number and SHA-256, cut to 16 bytes. It grows with the file up
/// to 1024 bytes, so that small files are told apart and read at once (Filebeat waits for 1024).
/// </summary>
/// <param name="Length">Bytes covered; 0: nothing is known yet.</param>
/// <param name="Hash">Of those bytes.</param>
internal readonly record struct ContentMark(int Length, UInt128 Hash)
{
    /// <summary>Bytes covered at most. Matches Filebeat's <c>fingerprint.length</c>.</summary>
    public const int LengthMax = 1024;

    /// <summary>Bytes before a position whose checksum shows that the file is still the one that was read.</summary>
    public const int TailLengthMax = 256;

    /// <summary>The mark of the file's first <paramref name="length"/> bytes; shorter if the file is.</summary>
    public static ContentMark Read(ILogFile file, long length)
    {
        Span<byte> buffer = stackalloc byte[LengthMax];
        var head = buffer[..(int)Math.Min(length, LengthMax)];
        return Of(head[..ReadFully(file, head, 0)]);
    }

    /// <summary>The mark of bytes.</summary>
    public static ContentMark Of(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return default;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(head, hash);
        return new ContentMark(head.Length, BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <summary>Whether the file begins as this mark says.</summary>
    public bool Matches(ILogFile file) => Length == 0 || Read(file, Length) == this;

    /// <summary>
    /// The checksum of the bytes before a position in the file, 256 at most; false where it is shorter.
    /// </summary>
    public static bool TryReadTail(ILogFile file, long position, out uint crc)
    {
        Span<byte> buffer = stackalloc byte[TailLengthMax];
        var tail = buffer[..(int)Math.Min(position, TailLengthMax)];
        var read = ReadFully(file, tail, position - tail.Length);
        crc = Crc32C.Compute(tail[..read]);
        return read == tail.Length;
    }

    /// <summary>The checksum of the last 256 bytes of what was read up to a position.</summary>
    public static uint Tail(ReadOnlySpan<byte> upToPosition) =>
        Crc32C.Compute(upToPosition[Math.Max(0, upToPosition.Length - TailLengthMax)..]);

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public static int ReadFully(ILogFile file, Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = file.Read(buffer[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }
}
