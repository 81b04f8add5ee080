using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A record batch that is as its sender made it (its CRC is right) and yet cannot be read: a codec's data that does not
/// decompress, framing that does not fit, more records in the header than there are, more bytes than a batch may have.
/// Reading it again changes nothing, so who asks for it (<see cref="GroupConsumerOptions.DeliversUndecodable"/>) gets
/// it as <see cref="ConsumedBatch.Undecodable"/>, puts it aside as it is and goes on behind it. A batch with a wrong
/// CRC is never delivered: it may be right when it is read again, and the partition waits for that.
/// </summary>
/// <param name="BaseOffset">Offset of the first record, by the batch's header.</param>
/// <param name="LastOffset">Offset of the last record, by the batch's header.</param>
/// <param name="RecordCount">Records that the header claims.</param>
/// <param name="Compression">The codec that the header names; may be a number that no codec has.</param>
/// <param name="Reason">Why it cannot be read.</param>
/// <param name="Bytes">The whole batch, header included; valid until the consumed batch is disposed.</param>
public sealed record UndecodableBatch(
    long BaseOffset,
    long LastOffset,
    int RecordCount,
    CompressionType Compression,
    string Reason,
    ReadOnlyMemory<byte> Bytes);
