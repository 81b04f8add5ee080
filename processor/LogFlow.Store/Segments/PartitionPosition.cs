namespace LogFlow.Store;

/// <summary>The next offset to read of one partition of one topic incarnation.</summary>
internal readonly record struct PartitionPosition(Guid TopicId, int Partition, long Next)
{
    /// <summary>varint count · count × { 16 bytes topic id · varint partition · i64 next }.</summary>
    public static void WriteAll(IReadOnlyList<PartitionPosition> positions, ByteWriter output)
    {
        output.WriteVarint((ulong)positions.Count);
        foreach (var position in positions)
        {
            position.TopicId.TryWriteBytes(output.Append(16), bigEndian: true, out _);
            output.WriteVarint((ulong)position.Partition);
            output.WriteInt64(position.Next);
        }
    }

    public static PartitionPosition[] ReadAll(ref ByteReader reader)
    {
        var positions = new PartitionPosition[reader.ReadCount(reader.Remaining / 25)];
        for (var i = 0; i < positions.Length; i++)
        {
            var topicId = new Guid(reader.ReadBytes(16), bigEndian: true);
            positions[i] = new PartitionPosition(topicId, reader.ReadCount(int.MaxValue), reader.ReadInt64());
        }

        return positions;
    }
}
