namespace LogFlow.Kafka.Protocol;

/// <summary>
/// A peer sent bytes that are not what the protocol says they should be. It concerns one connection: close that one,
/// no other.
/// </summary>
public sealed class ProtocolViolationException : Exception
{
    public ProtocolViolationException(string message)
        : base(message)
    {
    }

    public ProtocolViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
