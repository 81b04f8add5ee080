using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A parsed response and, where it was asked for so, the lease of the frame that its byte fields point into; whoever
/// receives it disposes it. Without a frame the fields are the collector's and live as long as they like.
/// </summary>
internal readonly struct KafkaResponse<TResponse>(TResponse message, Lease<LeasedBytes>? frame, short version)
    : IDisposable
{
    public TResponse Message { get; } = message;

    public Lease<LeasedBytes>? Frame { get; } = frame;

    public short Version { get; } = version;

    public void Dispose() => Frame?.Dispose();
}
