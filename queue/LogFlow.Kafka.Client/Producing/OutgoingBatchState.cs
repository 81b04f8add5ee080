namespace LogFlow.Kafka.Client;

internal enum OutgoingBatchState
{
    /// <summary>To be sent, for the first time or again.</summary>
    Waiting,

    /// <summary>Part of a request that has not been answered.</summary>
    InFlight,

    /// <summary>Has its result, or its caller has given up.</summary>
    Done,
}
