using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// The 20 bytes before a snapshot's or journal's entries: magic 8, number u64, CRC-32C u32 of both (little-endian).
/// A snapshot's number is that of the journal that continues it.
/// </summary>
internal static class RegistryFormat
{
    public const int HeaderLength = 20;

    public static ReadOnlySpan<byte> SnapshotMagic => "LFAREGS1"u8;

    public static ReadOnlySpan<byte> JournalMagic => "LFAREGJ1"u8;

    public static void WriteHeader(EntryWriter writer, ReadOnlySpan<byte> magic, long number)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32C.Compute(header[..16]));
        writer.Raw(header);
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> data, ReadOnlySpan<byte> magic, out long number)
    {
        number = 0;
        if (data.Length < HeaderLength
            || !data.StartsWith(magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(data[16..]) != Crc32C.Compute(data[..16]))
        {
            return false;
        }

        number = BinaryPrimitives.ReadInt64LittleEndian(data[8..]);
        return true;
    }
}
