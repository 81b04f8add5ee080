namespace LogFlow.Kafka.Client;

/// <summary>An offset looked up by time.</summary>
/// <param name="Offset">−1 where no record is that young.</param>
/// <param name="TimestampMs">Timestamp of the record there, −1 where it was not looked up by one.</param>
public readonly record struct ListedOffset(long Offset, long TimestampMs)
{
    /// <summary>In place of a timestamp: behind the last record that may be read.</summary>
    public const long Latest = -1;

    /// <summary>In place of a timestamp: the first record there is.</summary>
    public const long Earliest = -2;

    /// <summary>In place of a timestamp: the record with the largest timestamp.</summary>
    public const long MaxTimestamp = -3;
}
