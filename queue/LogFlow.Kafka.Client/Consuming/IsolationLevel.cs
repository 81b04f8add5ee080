namespace LogFlow.Kafka.Client;

/// <summary>Which transactional records are read; Kafka <c>isolation.level</c>. The values are the wire's.</summary>
public enum IsolationLevel : sbyte
{
    ReadUncommitted = 0,

    /// <summary>Only what was committed; nothing behind the oldest open transaction.</summary>
    ReadCommitted = 1,
}
