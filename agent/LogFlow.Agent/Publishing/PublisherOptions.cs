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

    /// <summary>A hyphen and a position, in hexadecimal.</summary>
    public const int PositionLengthMax = 17;

    private const int CapacityMax = 1 << 20;

    /// <summary>The longest <see cref="RefusedPause"/>: an operator who mends the refusal sees it soon.</summary>
    public static readonly TimeSpan RefusedPauseMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a batch that was refused is left alone before it is tried again.</summary>
    public TimeSpan RefusedPause { get; init; } = RefusedPauseMax;

    /// <summary>What becomes of what is sent twice.</summary>
    public Repetition Repetition { get; init; }

    /// <summary>Each record's key ends in its line's position, and so names the line.</summary>
    public bool KeysNameLines { get; init; }

    /// <summary>Room to begin with for a batch that is expected to become full.</summary>
    public int FullCapacity => Math.Min(BatchBytesMax, CapacityMax);

    /// <summary>The least of some limits, of which zero and below mean none.</summary>
    public static int Smallest(params ReadOnlySpan<int> limits)
    {
        var smallest = int.MaxValue;
        foreach (var limit in limits)
        {
            smallest = limit > 0 ? Math.Min(smallest, limit) : smallest;
        }

        return smallest;
    }

    /// <summary>A pause after a refusal: the longest back-off, but not longer than is of use.</summary>
    public static TimeSpan ShortPause(TimeSpan backoffMax) =>
        backoffMax < RefusedPauseMax ? backoffMax : RefusedPauseMax;

    /// <summary>The most bytes that a value with such a key may have, so that a batch can hold it.</summary>
    public int ValueLengthMax(int keyLength) => BatchBytesMax - RecordBatchHeader.Size - RecordSizeMax(keyLength, 0);

    /// <summary>The most bytes that a record takes in a batch.</summary>
    public int RecordSizeMax(int keyLength, int valueLength) =>
        keyLength + valueLength + RecordOverheadMax + (KeysNameLines ? PositionLengthMax : 0);
}
