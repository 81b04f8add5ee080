namespace LogFlow.Kafka.Protocol;

/// <summary>A request and the type of its response.</summary>
public interface IKafkaRequest<TSelf, TResponse> : IKafkaMessage<TSelf>
    where TSelf : IKafkaRequest<TSelf, TResponse>
    where TResponse : IKafkaMessage<TResponse>
{
    /// <summary>What identifies the request on the wire.</summary>
    static abstract ApiKey ApiKey { get; }
}
