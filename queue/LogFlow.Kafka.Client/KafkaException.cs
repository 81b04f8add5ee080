using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// What the client cannot turn into a value: a lost connection, a request that was not answered in time, a group
/// membership that is over. <see cref="Code"/> says which, in Kafka's own terms.
/// </summary>
public class KafkaException : Exception
{
    public KafkaException(ErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>
    /// The broker's error, or the client's own <c>NETWORK_EXCEPTION</c> and <c>REQUEST_TIMED_OUT</c>.
    /// </summary>
    public ErrorCode Code { get; }

    /// <summary>Whether the same call may succeed later without a change of configuration.</summary>
    public bool IsRetriable => Code.IsRetriable();
}
