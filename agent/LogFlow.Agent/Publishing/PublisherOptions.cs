using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>How batches are made.</summary>
/// <param name="Compression">Codec.</param>
/// <param name="Level">The codec's level.</param>
/// <param name="BatchBytesMax">Bytes of a batch before compression.</param>
/// <param name="BatchRecordsMax">Records of a batch.</param>
internal sealed record PublisherOptions(
    CompressionType Compression, int Level, int BatchBytesMax, int BatchRecordsMax)
{
    /// <summary>Lengths, timestamp and offset of a record, as varints, at most.</summary>
    public const int RecordOverheadMax = 40;

    /// <summary>The longest <see cref="RefusedPause"/>: an operator who mends the refusal sees it soon.</summary>
    public static readonly TimeSpan RefusedPauseMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a batch that was refused is left alone before it is tried again.</summary>
    public TimeSpan RefusedPause { get; init; } = RefusedPauseMax;

    /// <summary>The most bytes that a value with such a key may have, so that a batch can hold it.</summary>
    public int ValueLengthMax(int keyLength) => BatchBytesMax - RecordBatchHeader.Size - keyLength - RecordOverheadMax;
}
