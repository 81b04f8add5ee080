using System.Buffers;
using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>checkpoint</c>: the recovery point of every partition, replaced whole (see ChecksummedFile). Payload:
/// count int32, then per partition: topic id 16 bytes, partition int32, length int32, state (see PartitionState).
/// Disposable: without it a start scans the whole log.
/// </summary>
internal sealed class Checkpoint
{
    public const string FileName = "checkpoint";

    private readonly Dictionary<(Guid TopicId, int Partition), byte[]> _states = [];

    public int Count => _states.Count;

    public byte[]? Find(Guid topicId, int partition) => _states.GetValueOrDefault((topicId, partition));

    public void Set(Guid topicId, int partition, byte[] state) => _states[(topicId, partition)] = state;

    /// <exception cref="InvalidDataException">Not a checkpoint.</exception>
    public static Checkpoint Parse(ReadOnlySpan<byte> payload)
    {
        var checkpoint = new Checkpoint();
        var reader = new SpanReader(payload);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var topicId = new Guid(reader.ReadBytes(16), bigEndian: true);
            var partition = reader.ReadInt32();
            checkpoint.Set(topicId, partition, reader.ReadBytes(reader.ReadInt32()).ToArray());
        }

        return checkpoint;
    }

    public byte[] ToPayload()
    {
        var writer = new ArrayBufferWriter<byte>(4 + (_states.Count * 96));
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), _states.Count);
        writer.Advance(sizeof(int));
        foreach (var ((topicId, partition), state) in _states)
        {
            var header = writer.GetSpan(24);
            topicId.TryWriteBytes(header, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(header[16..], partition);
            BinaryPrimitives.WriteInt32BigEndian(header[20..], state.Length);
            writer.Advance(24);
            writer.Write(state);
        }

        return writer.WrittenSpan.ToArray();
    }
}
