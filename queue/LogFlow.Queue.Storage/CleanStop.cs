using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>clean-shutdown</c> (see ChecksummedFile): there while the queue is stopped cleanly. It vouches for the
/// files beside it by their checksums, and so cannot make a crash look clean when it is left over or copied:
/// <code>
///  0  8  start number
///  8  4  leader epoch
/// 12  4  CRC-32C of the checkpoint's payload
/// 16  4  number of state files, then each: name length int32, name, file length int64, CRC-32C of its bytes
/// </code>
/// </summary>
internal sealed record CleanStop(
    long StartNumber, int LeaderEpoch, uint CheckpointCrc, IReadOnlyDictionary<string, StateFileMark> StateFiles)
{
    /// <summary>Null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or the empty one of former versions.</exception>
    public static CleanStop? Read(IFileSystem files, string path)
    {
        if (ChecksummedFile.Read(files, path) is not { } payload)
        {
            return null;
        }

        var reader = new SpanReader(payload);
        var startNumber = reader.ReadInt64();
        var epoch = reader.ReadInt32();
        var crc = (uint)reader.ReadInt32();
        var stateFiles = new Dictionary<string, StateFileMark>(StringComparer.Ordinal);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
            stateFiles[name] = new StateFileMark(reader.ReadInt64(), (uint)reader.ReadInt32());
        }

        return new CleanStop(startNumber, epoch, crc, stateFiles);
    }

    public void Write(IFileSystem files, string path)
    {
        var writer = new ArrayBufferWriter<byte>();
        var head = writer.GetSpan(20);
        BinaryPrimitives.WriteInt64BigEndian(head, StartNumber);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], LeaderEpoch);
        BinaryPrimitives.WriteUInt32BigEndian(head[12..], CheckpointCrc);
        BinaryPrimitives.WriteInt32BigEndian(head[16..], StateFiles.Count);
        writer.Advance(20);
        foreach (var (name, mark) in StateFiles)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var entry = writer.GetSpan(16 + bytes.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry, bytes.Length);
            bytes.CopyTo(entry[4..]);
            BinaryPrimitives.WriteInt64BigEndian(entry[(4 + bytes.Length)..], mark.Length);
            BinaryPrimitives.WriteUInt32BigEndian(entry[(12 + bytes.Length)..], mark.Crc);
            writer.Advance(16 + bytes.Length);
        }

        ChecksummedFile.Replace(files, path, writer.WrittenSpan);
    }
}
