namespace LogFlow.Kafka.Client.Tests;

/// <summary>What the fake cluster does to a request.</summary>
internal enum FakeFault
{
    None,

    /// <summary>The connection ends before the request has any effect.</summary>
    LoseRequest,

    /// <summary>The request takes effect, but the connection ends before the response.</summary>
    LoseResponse,

    /// <summary>The connection ends in the middle of the response.</summary>
    CutResponse,
}
