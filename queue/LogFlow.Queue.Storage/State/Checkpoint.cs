using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>checkpoint</c>: the recovery point of every partition and what else a start must find again, replaced
/// whole (see ChecksummedFile). Without it a start scans the whole log; what is missing then cannot be told.
/// <code>
///  0  4  -2: the format. Former files begin with the number of partitions
///  4  8  start number (see DirectoryMeta)
/// 12  4  leader epoch
/// 16  4  number of topics, then each: id 16 bytes, partition count int32, name length int32, name
///     4  number of state files, then each: name length int32, name, generation int64, end int64
///     4  number of partitions, then each: topic id 16 bytes, partition int32, length int32, state (see PartitionState)
///     4  number of partitions with sealed segments, then each: topic id 16 bytes, partition int32, count int32,
///        then each segment: base offset int64, length int64
/// </code>
/// </summary>
internal sealed class Checkpoint
{
    public const string FileName = "checkpoint";
    private const int Format = -2;

    private readonly Dictionary<(Guid TopicId, int Partition), byte[]> _states = [];
    private readonly Dictionary<(Guid TopicId, int Partition), SegmentMark[]> _sealed = [];

    /// <summary>0: a former format, or none.</summary>
    public long StartNumber { get; init; }

    public int LeaderEpoch { get; init; } = -1;

    public Dictionary<Guid, CheckpointTopic> Topics { get; } = [];

    public Dictionary<string, StateFilePosition> StateFiles { get; } = new(StringComparer.Ordinal);

    public int Count => _states.Count;

    /// <summary>Of the payload it was read from.</summary>
    public uint Crc { get; private init; }

    public byte[]? Find(Guid topicId, int partition) => _states.GetValueOrDefault((topicId, partition));

    public void Set(Guid topicId, int partition, byte[] state) => _states[(topicId, partition)] = state;

    /// <summary>The sealed segments of a partition as of the checkpoint.</summary>
    public IReadOnlyList<SegmentMark> FindSealed(Guid topicId, int partition) =>
        _sealed.GetValueOrDefault((topicId, partition)) ?? [];

    public void SetSealed(Guid topicId, int partition, SegmentMark[] segments)
    {
        if (segments.Length > 0)
        {
            _sealed[(topicId, partition)] = segments;
        }
    }

    /// <summary>The highest leader epoch that any partition or the queue itself had.</summary>
    public int FindHighestEpoch()
    {
        var highest = LeaderEpoch;
        foreach (var state in _states.Values)
        {
            try
            {
                highest = Math.Max(highest, PartitionState.Read(state).Epochs.Latest);
            }
            catch (InvalidDataException)
            {
                // Said, and dealt with, where the partition is loaded.
            }
        }

        return highest;
    }

    /// <exception cref="InvalidDataException">Not a checkpoint.</exception>
    public static Checkpoint Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new SpanReader(payload);
        var count = reader.ReadInt32();
        var crc = Crc32C.Compute(payload);
        if (count >= 0)
        {
            var former = new Checkpoint { Crc = crc };
            former.ReadStates(ref reader, count);
            return former;
        }

        if (count != Format)
        {
            throw new InvalidDataException($"a checkpoint of the unknown format {count}");
        }

        var checkpoint = new Checkpoint
        {
            StartNumber = reader.ReadInt64(),
            LeaderEpoch = reader.ReadInt32(),
            Crc = crc,
        };
        for (var topics = reader.ReadInt32(); topics > 0; topics--)
        {
            var id = new Guid(reader.ReadBytes(16), bigEndian: true);
            var partitions = reader.ReadInt32();
            checkpoint.Topics[id] = new CheckpointTopic(ReadText(ref reader), partitions);
        }

        for (var stateFiles = reader.ReadInt32(); stateFiles > 0; stateFiles--)
        {
            checkpoint.StateFiles[ReadText(ref reader)] =
                new StateFilePosition(reader.ReadInt64(), reader.ReadInt64());
        }

        checkpoint.ReadStates(ref reader, reader.ReadInt32());
        checkpoint.ReadSealed(ref reader);
        return checkpoint;
    }

    public byte[] ToPayload()
    {
        var writer = new ArrayBufferWriter<byte>(64 + (_states.Count * 128));
        WriteInt32(writer, Format);
        WriteInt64(writer, StartNumber);
        WriteInt32(writer, LeaderEpoch);
        WriteInt32(writer, Topics.Count);
        foreach (var (id, topic) in Topics)
        {
            WriteId(writer, id);
            WriteInt32(writer, topic.PartitionCount);
            WriteText(writer, topic.Name);
        }

        WriteInt32(writer, StateFiles.Count);
        foreach (var (name, position) in StateFiles)
        {
            WriteText(writer, name);
            WriteInt64(writer, position.Generation);
            WriteInt64(writer, position.End);
        }

        WriteInt32(writer, _states.Count);
        foreach (var ((topicId, partition), state) in _states)
        {
            WriteId(writer, topicId);
            WriteInt32(writer, partition);
            WriteInt32(writer, state.Length);
            writer.Write(state);
        }

        WriteInt32(writer, _sealed.Count);
        foreach (var ((topicId, partition), segments) in _sealed)
        {
            WriteId(writer, topicId);
            WriteInt32(writer, partition);
            WriteInt32(writer, segments.Length);
            foreach (var segment in segments)
            {
                WriteInt64(writer, segment.BaseOffset);
                WriteInt64(writer, segment.Length);
            }
        }

        return writer.WrittenSpan.ToArray();
    }

    private void ReadStates(ref SpanReader reader, int count)
    {
        for (; count > 0; count--)
        {
            var topicId = new Guid(reader.ReadBytes(16), bigEndian: true);
            var partition = reader.ReadInt32();
            Set(topicId, partition, reader.ReadBytes(reader.ReadInt32()).ToArray());
        }
    }

    private void ReadSealed(ref SpanReader reader)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var topicId = new Guid(reader.ReadBytes(16), bigEndian: true);
            var partition = reader.ReadInt32();
            var length = reader.ReadInt32();
            if (length < 0 || length > reader.Remaining / 16)
            {
                throw new InvalidDataException("an impossible number of segments");
            }

            var segments = new SegmentMark[length];
            for (var i = 0; i < length; i++)
            {
                segments[i] = new SegmentMark(reader.ReadInt64(), reader.ReadInt64());
            }

            SetSealed(topicId, partition, segments);
        }
    }

    private static string ReadText(ref SpanReader reader) =>
        Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));

    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        WriteInt32(writer, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, writer);
    }

    private static void WriteId(ArrayBufferWriter<byte> writer, Guid id)
    {
        id.TryWriteBytes(writer.GetSpan(16), bigEndian: true, out _);
        writer.Advance(16);
    }

    private static void WriteInt32(ArrayBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), value);
        writer.Advance(sizeof(int));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> writer, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(sizeof(long)), value);
        writer.Advance(sizeof(long));
    }
}
