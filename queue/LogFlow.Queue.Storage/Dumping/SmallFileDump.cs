using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>The small files that are replaced whole: meta, checkpoint, topic and its copy, cleaner.</summary>
internal sealed class SmallFileDump : IFileDump
{
    public string Format => "queue file";

    public bool Knows(string name, ReadOnlySpan<byte> head) => head.StartsWith(ChecksummedFile.Magic);

    public IEnumerable<DumpEntry> Read(string path, bool isDeep)
    {
        using var file = new DumpFile(path);
        var content = file.Read(0, file.Length);
        var header = content.AsSpan(0, Math.Min(content.Length, ChecksummedFile.HeaderSize));
        if (header.Length < ChecksummedFile.HeaderSize)
        {
            return [new DumpEntry(0, content.Length, "bytes") { Damage = "shorter than its header" }];
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
        var payload = content.AsSpan(ChecksummedFile.HeaderSize);
        var crc = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        return
        [
            new DumpEntry(0, content.Length, Path.GetFileName(path))
            {
                Fields = [("payloadLength", length), ("payload", DumpText.Of(payload))],
                Damage = length != payload.Length
                    ? "its length is not the stated one"
                    : Crc32C.Compute(payload) != crc ? "its checksum does not match" : null,
            },
        ];
    }
}
