using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>How a record looks when it is printed.</summary>
internal interface IRecordWriter
{
    /// <summary>Appends one record with its line ending, if it has one.</summary>
    void Write(TopicPartition partition, in Record record, IBufferWriter<byte> output);
}
