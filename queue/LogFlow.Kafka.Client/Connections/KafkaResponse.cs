namespace LogFlow.Kafka.Client;

/// <summary>A parsed response and the frame its byte fields point into; whoever receives it disposes it.</summary>
internal readonly struct KafkaResponse<TResponse>(TResponse message, ResponseFrame frame, short version) : IDisposable
{
    public TResponse Message { get; } = message;

    public ResponseFrame Frame { get; } = frame;

    public short Version { get; } = version;

    public void Dispose() => Frame.Dispose();
}
