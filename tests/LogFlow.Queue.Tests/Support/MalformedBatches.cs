using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LogFlow.Kafka.Protocol;
using ZstdSharp;

namespace LogFlow.Queue.Tests;

/// <summary>Batches with a right CRC that no reader could decode, and some whose header lies.</summary>
internal static class MalformedBatches
{
    private const short Gzip = 1;
    private const short Snappy = 2;
    private const short Lz4 = 3;
    private const short Zstd = 4;

    public static IReadOnlyDictionary<string, byte[]> All { get; } = new Dictionary<string, byte[]>
    {
        ["gzip that is none"] = Batch(Gzip, 1, Encoding.UTF8.GetBytes("not gzip at all")),
        ["snappy that is none"] = Batch(Snappy, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ["lz4 that is none"] = Batch(Lz4, 1, Encoding.UTF8.GetBytes("not lz4 at all")),
        ["zstd that is none"] = Batch(Zstd, 1, Encoding.UTF8.GetBytes("not zstd at all")),
        ["zstd that states 2^63 bytes"] = Batch(
            Zstd, 1, Convert.FromHexString("28B52FFDE0000000000000008001" + "0000")),
        ["all bytes of the records FF"] = Batch(0, 1, Enumerable.Repeat((byte)0xFF, 40).ToArray()),
        ["a record of 2^28 bytes"] = Batch(0, 1, [0xFF, 0xFF, 0xFF, 0x7F]),
        ["a record of -1 bytes"] = Batch(0, 1, [0x01, 0, 0, 0, 0]),
        ["count 1000, one record"] = Batch(0, 1000, Record(0)),
        ["count 1, two records"] = Batch(0, 1, [.. Record(0), .. Record(1)]),
        ["offset delta that does not follow"] = Batch(0, 2, [.. Record(0), .. Record(5)]),
        ["gzip, count 1000, one record"] = Batch(Gzip, 1000, Gzipped(Record(0))),
        ["gzip, cut in its middle"] = Batch(Gzip, 1, Gzipped(Record(0))[..^10]),
        ["gzip, a record of 2^28 bytes"] = Batch(Gzip, 1, Gzipped([0xFF, 0xFF, 0xFF, 0x7F])),
        ["value longer than its record"] = Batch(0, 1, [0x10, 0, 0, 0, 0x01, 0x7E, (byte)'x', (byte)'y', 0]),
        ["control batch"] = Batch(0x20, 1, Record(0)),
        ["last offset delta beyond the count"] = Batch(0, 1, Record(0), lastOffsetDelta: 7),
        ["wrong CRC"] = Flipped(Batch(0, 1, Record(0))),
        ["two batches in one set"] = [.. Batch(0, 1, Record(0)), .. Batch(0, 1, Record(0))],
        ["cut short"] = Batch(0, 1, Record(0))[..^3],
    };

    public static byte[] Batch(short attributes, int count, byte[] records, int? lastOffsetDelta = null)
    {
        var bytes = new byte[RecordBatchHeader.Size + records.Length];
        records.CopyTo(bytes, RecordBatchHeader.Size);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), bytes.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), -1);
        bytes[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(21), attributes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(23), lastOffsetDelta ?? (count - 1));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(27), now);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(35), now);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(43), -1);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(51), -1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(53), -1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(57), count);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(17), RecordBatch.ComputeCrc(bytes));
        return bytes;
    }

    /// <summary>6 KB that become 200 MB, in one record.</summary>
    public static byte[] ZstdBomb(int valueBytes)
    {
        using var records = new MemoryStream();
        using (var zstd = new CompressionStream(records, 3, leaveOpen: true))
        {
            var value = Varint(valueBytes);
            byte[] body = [0, 0, 0, 0x01, .. value];
            zstd.Write(Varint(body.Length + valueBytes + 1));
            zstd.Write(body);
            zstd.Write(new byte[valueBytes]);
            zstd.WriteByte(0);
        }

        return Batch(Zstd, 1, records.ToArray());
    }

    /// <summary>No key, the value "x", no headers.</summary>
    private static byte[] Record(int offsetDelta) =>
        [0x0E, 0, 0, (byte)(offsetDelta << 1), 0x01, 0x02, (byte)'x', 0];

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        var zigzag = (uint)(value << 1);
        for (; zigzag >= 0x80; zigzag >>= 7)
        {
            bytes.Add((byte)(zigzag | 0x80));
        }

        bytes.Add((byte)zigzag);
        return [.. bytes];
    }

    private static byte[] Gzipped(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    private static byte[] Flipped(byte[] batch)
    {
        batch[^2] ^= 1;
        return batch;
    }
}
