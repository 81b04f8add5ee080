namespace LogFlow.Kafka.Client;

/// <summary>Where to start a partition without a committed offset; Kafka <c>auto.offset.reset</c>.</summary>
public enum AutoOffsetReset
{
    /// <summary>At the oldest record there is.</summary>
    Earliest,

    /// <summary>Behind the newest record.</summary>
    Latest,

    /// <summary>Nowhere: the consumer fails.</summary>
    None,
}
